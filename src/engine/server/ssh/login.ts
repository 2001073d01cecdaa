import type { AnyAuthMethod, ParsedKey } from "ssh2";
import { Fault, fault } from "../../process/index.ts";
import { type AgentKeys, agentKeys } from "./agent.ts";
import { foreignKind, type KeyFile, readKey } from "./keys.ts";
import type { Ssh } from "./library.ts";
import type { SshMachine } from "./machine.ts";
import type { Secrets } from "./secrets.ts";
import type { Settings } from "./settings.ts";

/** What the server said to the last try: what it would still take. */
type Answer = readonly string[];

interface Offer {
  publicKey: ParsedKey | undefined;
  sign(data: Buffer, hash: string | undefined): Promise<Buffer>;
  /** Where the passphrase must be known before the key can be offered at all. */
  open?: () => Promise<ParsedKey>;
}

export interface LoginTools {
  ssh: Ssh;
  secrets: Secrets;
  machine: SshMachine;
}

/** One login, over as many connections as it takes: what sshd counts as too many keys is gone on with on the next one. */
export class Login {
  readonly #settings: Settings;
  readonly #server: string;
  readonly #tools: LoginTools;
  #offers: Offer[] | undefined;
  /** Why keys were not even offered. */
  readonly #passedOver: Fault[] = [];
  /** Kinds of keys that are there and of no use to us. */
  readonly #foreign = new Set<string>();
  #methods: Answer = [];
  #steps: AsyncGenerator<AnyAuthMethod, void, Answer> | undefined;
  #password: { key: string; value: string } | undefined;
  readonly #offered = new Set<Offer>();
  /** What ended the login from our side. */
  failure: Fault | undefined;

  constructor(server: string, settings: Settings, tools: LoginTools) {
    this.#server = server;
    this.#settings = settings;
    this.#tools = tools;
  }

  /** Begins on a new connection, where the last one stopped. */
  begin(): void {
    this.#steps = undefined;
  }

  /** The key that was offered last was one too many, and refused; whether there are others. */
  goesOn(): boolean {
    this.#offers?.shift();
    return (this.#offers?.length ?? 0) > 0;
  }

  /** What to try next; false when there is nothing left. */
  async next(methods: Answer | null): Promise<AnyAuthMethod | false> {
    try {
      this.#methods = methods ?? this.#methods;
      this.#steps ??= this.#plan();
      const { value } = await this.#steps.next(this.#methods);
      return value ?? false;
    } catch (thrown) {
      this.failure ??= thrown instanceof Fault ? thrown : this.#refused(String(thrown));
      return false;
    }
  }

  succeeded(): void {
    if (this.#password) this.#tools.secrets.passwords.set(this.#password.key, this.#password.value);
  }

  /** Why nobody was let in. */
  explain(): Fault {
    if (this.failure) return this.failure;
    const [open] = this.#passedOver;
    if (open) return open;
    const keys =
      this.#offered.size === 0
        ? "you have no key for it"
        : `it did not accept your ${this.#offered.size === 1 ? "key" : `${this.#offered.size} keys`}`;
    const foreign = [
      ...(this.#settings.certificates ? ["certificates (CertificateFile)"] : []),
      ...[...this.#foreign].map((kind) => `keys of the kind ${kind}`),
    ];
    const cannot =
      foreign.length === 0 ? "" : `, and ${foreign.join(" and ")} are not understood by Sistership`;
    const takes = this.#methods.length === 0 ? "" : `. It takes ${this.#methods.join(", ")}`;
    return this.#refused(`${keys}${cannot}${takes}. Check the user and the key in your SSH configuration`);
  }

  async *#plan(): AsyncGenerator<AnyAuthMethod, void, Answer> {
    const { user: username, password, keyboard, prompts, publicKey } = this.#settings;
    let takes = yield { type: "none", username };
    if (publicKey && takes.includes("publickey")) {
      this.#offers ??= await this.#keys();
      for (let [offer] = this.#offers; offer; [offer] = this.#offers) {
        const { sign } = offer;
        const key = offer.publicKey ?? (await offer.open?.());
        this.#offered.add(offer);
        if (!key) throw this.#refused("a key could not be read");
        const agent = this.#tools.ssh.signer(key, (data, hash) => this.#signed(sign(data, hash)));
        takes = yield { type: "agent", username, agent };
        if (this.failure) throw this.failure;
        this.#offers.shift(); // only now: the connection may have ended before the answer
        if (!takes.includes("publickey")) break;
      }
    }
    for (let turn = 0; turn < prompts && keyboard && takes.includes("keyboard-interactive"); turn++) {
      takes = yield {
        type: "keyboard-interactive",
        username,
        prompt: (_name, _instructions, _language, questions, finish) => {
          this.#answers(
            questions.map(({ prompt }) => prompt),
            turn > 0,
          ).then(finish, (thrown) => {
            this.failure ??= thrown instanceof Fault ? thrown : this.#refused(String(thrown));
            finish([]);
          });
        },
      };
      if (this.failure) throw this.failure;
    }
    for (let turn = 0; turn < prompts && password && takes.includes("password"); turn++) {
      const [answer = ""] = await this.#answers(["Password: "], turn > 0);
      takes = yield { type: "password", username, password: answer };
    }
  }

  /** A signature that fails ends the login: the server had taken the key already. */
  async #signed(signing: Promise<Buffer>): Promise<Buffer> {
    try {
      return await signing;
    } catch (thrown) {
      if (thrown instanceof Fault) this.failure ??= thrown;
      throw thrown;
    }
  }

  async #answers(prompts: readonly string[], wrong: boolean): Promise<string[]> {
    const { user, hostname: host, port } = this.#settings;
    const { secrets } = this.#tools;
    const answers: string[] = [];
    for (const prompt of prompts) {
      const key = `${user}@${host}:${port} ${prompt}`;
      const known = wrong ? undefined : secrets.passwords.get(key);
      if (wrong) secrets.passwords.delete(key);
      const answer = known ?? (await secrets.turn(() => secrets.asker.password({ user, host, prompt })));
      if (answer === undefined) throw this.#refused("no password was given");
      if (wrong && this.#password?.key === key && this.#password.value === answer)
        throw this.#refused("the password was not right");
      // a code is good for once
      if (/password/i.test(prompt)) this.#password = { key, value: answer };
      answers.push(answer);
    }
    return answers;
  }

  /** The keys in the order in which they are offered: the named ones, the agent's, the usual files. */
  async #keys(): Promise<Offer[]> {
    const { ssh, machine } = this.#tools;
    const { identityFiles, identitiesOnly, agent: path } = this.#settings;
    const agent = await agentKeys(path, ssh, machine);
    for (const kind of agent?.foreign ?? []) this.#foreign.add(kind);
    const files = identityFiles.flatMap(({ file, named }) => {
      const key = this.#read(file);
      return key ? [{ ...key, named }] : [];
    });
    const named = files.filter((file) => file.named).flatMap((file) => this.#offerFile(file, agent));
    const usual = files.filter((file) => !file.named).flatMap((file) => this.#offerFile(file, agent));
    const agents = identitiesOnly ? [] : (agent?.keys ?? []).map((key) => offerAgent(key, agent));
    const offered = new Set<string>();
    return [...named, ...agents, ...usual].filter(({ publicKey }) => {
      const blob = publicKey?.getPublicSSH().toString("base64");
      if (blob === undefined) return true;
      const before = offered.size;
      return offered.add(blob).size > before;
    });
  }

  #read(file: string): KeyFile | undefined {
    const { ssh, secrets, machine } = this.#tools;
    try {
      const key = readKey(file, ssh, secrets, machine);
      const kind = key ? undefined : foreignKind(file, ssh);
      if (kind !== undefined) this.#foreign.add(kind);
      return key;
    } catch (thrown) {
      if (!(thrown instanceof Fault)) throw thrown;
      this.#passedOver.push(thrown); // another key may still be let in
      return undefined;
    }
  }

  /** A key that the agent has too is left to the agent: it may be open there already. */
  #offerFile({ publicKey, open }: KeyFile, agent: AgentKeys | undefined): Offer[] {
    const twin = agent?.keys.find((key) => publicKey && key.getPublicSSH().equals(publicKey.getPublicSSH()));
    if (twin) return [offerAgent(twin, agent)];
    if (!open) return [];
    const refused = (reason: string) => this.#refused(reason);
    return [
      {
        publicKey,
        open: () => open(refused),
        sign: async (data, hash) => (await open(refused)).sign(data, hash),
      },
    ];
  }

  #refused(reason: string): Fault {
    return fault("login-refused", [this.#server, this.#settings.user, reason]);
  }
}

function offerAgent(key: ParsedKey, agent: AgentKeys | undefined): Offer {
  return {
    publicKey: key,
    sign: (data, hash) => (agent ? agent.sign(key, data, hash) : Promise.reject(new Error("no agent"))),
  };
}
