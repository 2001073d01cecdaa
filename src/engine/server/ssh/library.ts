import type { BaseAgent, Client, ParsedKey } from "ssh2";

/** What we use of ssh2. It is heavy: it is loaded by the first connection. */
export interface Ssh {
  Client: typeof Client;
  /** A private or public key; an Error where it is none, or the passphrase is missing or wrong. */
  parse(text: Buffer | string, passphrase?: string): ParsedKey | Error;
  isPublic(text: Buffer): boolean;
  /** The public half that an OpenSSH key file carries in the clear. */
  publicOf(text: Buffer): ParsedKey | undefined;
  /** Of what kind an OpenSSH key file says that it is, where that is none that we can use. */
  foreignKind(text: Buffer): string | undefined;
  agent(path: string): BaseAgent;
  /** What offers one key, and signs with it once the server has said that it takes it. */
  signer(key: ParsedKey, sign: (data: Buffer, hash: string | undefined) => Promise<Buffer>): BaseAgent;
}

const privateKey = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----|^PuTTY-User-Key-File/;
const openssh = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END/;

export async function library(): Promise<Ssh> {
  const { default: ssh2 } = await import("ssh2");

  const parse = (text: Buffer | string, passphrase?: string) => ssh2.utils.parseKey(text, passphrase);
  return {
    Client: ssh2.Client,
    parse,
    isPublic: (text) => !privateKey.test(text.toString("latin1")),
    foreignKind(text) {
      const key = publicPartOf(text);
      return key && parse(key) instanceof Error ? kindOf(key) : undefined;
    },
    publicOf(text) {
      const key = publicPartOf(text);
      const parsed = key === undefined ? undefined : parse(key);
      return parsed instanceof Error ? undefined : parsed;
    },
    agent: (path) => ssh2.createAgent(path),
    signer(key, sign) {
      return new (class extends ssh2.BaseAgent<ParsedKey> {
        override getIdentities(done: (error?: Error | null, keys?: ParsedKey[]) => void): void {
          done(null, [key]);
        }

        override sign(_key: ParsedKey, data: Buffer, ...rest: unknown[]): void {
          const done = rest.at(-1);
          const [options] = rest;
          const hash =
            typeof options === "object" && options !== null && "hash" in options ? options.hash : undefined;
          if (typeof done !== "function") return;
          sign(data, typeof hash === "string" ? hash : undefined).then(
            (signature) => done(null, signature),
            (error) => done(error),
          );
        }
      })();
    },
  };
}

/** A key begins with its kind. */
export function kindOf(key: Buffer): string {
  return key.toString("latin1", 4, 4 + key.readUInt32BE(0));
}

function publicPartOf(text: Buffer): Buffer | undefined {
  const [, base64] = openssh.exec(text.toString("latin1")) ?? [];
  return base64 === undefined ? undefined : publicPart(Buffer.from(base64, "base64"));
}

/** "openssh-key-v1", the cipher's name, the kdf's name, its options, how many keys, the public key. */
function publicPart(data: Buffer): Buffer | undefined {
  const magic = "openssh-key-v1\0";
  if (data.toString("latin1", 0, magic.length) !== magic) return undefined;
  let at = magic.length;
  const string = () => {
    const length = data.readUInt32BE(at);
    at += 4 + length;
    return data.subarray(at - length, at);
  };
  string();
  string();
  string();
  at += 4;
  return string();
}
