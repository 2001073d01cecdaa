import { basename } from "node:path";
import type { Duplex } from "node:stream";
import { z } from "zod";
import { lineBreakpoint, type Stops, Told } from "./breakpoints.ts";
import { Dbgp } from "./dbgp.ts";
import { type Mapping, toLocal, toRemote } from "./places.ts";
import { childrenOf, type Place, properties, shown, type Variable } from "./values.ts";
import type { Element } from "./xml.ts";

interface Run {
  id: number;
  name: string;
  dbgp: Dbgp;
  told: Told;
  /** It waits to be told how to go on. */
  stopped: boolean;
  /** Files whose breakpoints changed while it went on: it does not listen then. */
  late: Set<string>;
}

/** Of what has nothing to say, as configurationDone and threads, VS Code leaves the arguments out. */
const request = z.object({ seq: z.number(), command: z.string(), arguments: z.unknown().optional() });
const ofThread = z.object({ threadId: z.number() });
const ofFrame = z.object({ frameId: z.number() });
const ofPlace = z.object({ variablesReference: z.number() });
const ofFile = z.object({
  source: z.object({ path: z.string().default("") }),
  breakpoints: z.array(lineBreakpoint).default([]),
});
const ofSource = z.object({ sourceReference: z.number() });
const filtered = z.object({ filters: z.array(z.string()) });
const evaluated = z.object({ expression: z.string(), frameId: z.number().optional() });

/** What the request is, and whose: our own probe is nobody's business. */
const introduction = `($_SERVER["HTTP_USER_AGENT"] ?? "") . "\\n" . trim(($_SERVER["REQUEST_METHOD"] ?? "") . " " . ($_SERVER["REQUEST_URI"] ?? ""))`;

const perFrame = 1000;

/** Between an editor's debugger and PHP: each request that PHP answers is a thread. */
export class PhpAdapter {
  readonly #send: (message: object) => void;
  readonly #mapping: Mapping;
  readonly #runs = new Map<number, Run>();
  readonly #stops: Stops = { lines: new Map(), exceptions: [] };
  readonly #places = new Map<number, Place>();
  readonly #sources = new Map<number, { run: Run; uri: string }>();
  /** Whether the editor has said where to stop: who calls before waits, for it is about to. */
  readonly #configured: Promise<boolean>;
  #settle: (configured: boolean) => void = () => {};
  #left = false;
  #last = 0;

  constructor(mapping: Mapping, send: (message: object) => void) {
    this.#mapping = mapping;
    this.#send = send;
    this.#configured = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  /** A run of PHP has called. */
  async accept(connection: Duplex): Promise<void> {
    const dbgp = new Dbgp(connection);
    const ended = dbgp.ended.then(() => undefined);
    const init = await Promise.race([dbgp.started, ended]);
    if (init === undefined) return;
    const run: Run = {
      id: ++this.#last,
      name: basename(toLocal(this.#mapping, init.attributes.fileuri ?? "").inside),
      dbgp,
      told: new Told(dbgp),
      stopped: false,
      late: new Set(),
    };
    try {
      await this.#begin(run);
      await ended;
    } catch {
      dbgp.close(); // PHP goes on without
    } finally {
      if (this.#runs.delete(run.id)) this.#event("thread", { reason: "exited", threadId: run.id });
    }
  }

  /** Lets everything go on that waits. */
  async leave(): Promise<void> {
    this.#left = true;
    this.#settle(false);
    await Promise.all([...this.#runs.values()].map(({ dbgp }) => dbgp.ask("detach").catch(() => {})));
    for (const { dbgp } of this.#runs.values()) dbgp.close();
  }

  async handle(message: unknown): Promise<void> {
    const { seq, command, arguments: said } = request.parse(message);
    const answer = (more: object) => this.#send({ type: "response", request_seq: seq, command, ...more });
    try {
      const work = this.#commands[command];
      if (work === undefined) throw new Error(`PHP's debugger cannot ${command}`);
      answer({ success: true, body: await work(said) });
      if (command === "attach") this.#event("initialized");
    } catch (thrown) {
      answer({ success: false, message: thrown instanceof Error ? thrown.message : String(thrown) });
    }
  }

  readonly #commands: Readonly<
    Record<string, (said: unknown) => object | undefined | Promise<object | undefined>>
  > = {
    initialize: () => ({
      supportsConfigurationDoneRequest: true,
      supportsConditionalBreakpoints: true,
      supportsHitConditionalBreakpoints: true,
      supportsEvaluateForHovers: true,
      exceptionBreakpointFilters: [
        { filter: "Exception", label: "Exceptions" },
        { filter: "Error", label: "Errors" },
        { filter: "*", label: "All that is thrown, warnings and notices too" },
      ],
    }),
    attach: () => undefined,
    configurationDone: () => {
      this.#settle(true);
      return undefined;
    },
    setBreakpoints: (said) => this.#setBreakpoints(ofFile.parse(said)),
    setExceptionBreakpoints: async (said) => {
      this.#stops.exceptions = filtered.parse(said).filters;
      await this.#tell("", ({ told }) => told.exceptions(this.#stops));
      return undefined;
    },
    threads: () => ({ threads: [...this.#runs.values()].map(({ id, name }) => ({ id, name })) }),
    stackTrace: (said) => this.#stack(this.#run(ofThread.parse(said).threadId)),
    scopes: (said) => this.#scopes(ofFrame.parse(said).frameId),
    variables: async (said) => {
      const place = this.#places.get(ofPlace.parse(said).variablesReference);
      const found = place ? await childrenOf(place) : [];
      return { variables: found.flatMap((one) => (place ? this.#shown(one, place) : [])) };
    },
    evaluate: (said) => this.#evaluate(evaluated.parse(said)),
    source: async (said) => {
      const source = this.#sources.get(ofSource.parse(said).sourceReference);
      const { text } = source ? await source.run.dbgp.ask("source", { f: source.uri }) : { text: "" };
      return { content: Buffer.from(text, "base64").toString(), mimeType: "text/x-php" };
    },
    continue: (said) => this.#goes(said, "run"),
    next: (said) => this.#goes(said, "step_over"),
    stepIn: (said) => this.#goes(said, "step_into"),
    stepOut: (said) => this.#goes(said, "step_out"),
    disconnect: async () => {
      await this.leave();
      return undefined;
    },
  };

  #event(event: string, body: object = {}): void {
    this.#send({ type: "event", event, body });
  }

  #run(id: number): Run {
    const run = this.#runs.get(id);
    if (run === undefined) throw new Error("that run of PHP has ended");
    return run;
  }

  async #begin(run: Run): Promise<void> {
    const { dbgp } = run;
    const features = {
      max_depth: 1,
      max_children: 100,
      max_data: 4096,
      show_hidden: 1,
      extended_properties: 1,
    };
    for (const [n, v] of Object.entries(features)) await dbgp.ask("feature_set", { n, v });
    const told = await dbgp.ask("eval", {}, introduction).catch(() => undefined);
    const [asker, asked] = Buffer.from(told?.children[0]?.text ?? "", "base64")
      .toString()
      .split("\n");
    const wanted = asker !== "sistership-probe" && (await this.#configured) && !this.#left;
    if (!wanted) return void dbgp.ask("detach").catch(() => {});
    if (asked) run.name = asked;
    this.#runs.set(run.id, run);
    this.#event("thread", { reason: "started", threadId: run.id });
    await run.told.all(this.#stops);
    await this.#go(run, "run");
  }

  async #go(run: Run, how: string): Promise<void> {
    run.stopped = false;
    for (const [number, { run: of }] of this.#places) if (of === run.dbgp) this.#places.delete(number);
    const { attributes, children } = await run.dbgp.ask(how);
    if (attributes.status !== "break") return void run.dbgp.ask("detach").catch(() => {});
    run.stopped = true;
    for (const file of run.late)
      await (file === "" ? run.told.exceptions(this.#stops) : run.told.lines(file, this.#stops));
    run.late.clear();
    const [where] = children;
    const thrown = where?.attributes.exception;
    this.#event("stopped", {
      threadId: run.id,
      reason: thrown === undefined ? (how === "run" ? "breakpoint" : "step") : "exception",
      ...(thrown === undefined ? {} : { description: thrown, text: where?.text ?? "" }),
    });
  }

  /** Answers at once: when it stops again, an event says so. */
  #goes(said: unknown, how: string): object {
    const run = this.#run(ofThread.parse(said).threadId);
    this.#go(run, how).catch(() => run.dbgp.close());
    return { allThreadsContinued: false };
  }

  async #setBreakpoints({ source, breakpoints }: z.infer<typeof ofFile>): Promise<object> {
    const file = toRemote(this.#mapping, source.path);
    if (file === undefined) {
      const message = "This file is not in the container.";
      return { breakpoints: breakpoints.map(({ line }) => ({ verified: false, line, message })) };
    }
    this.#stops.lines.set(file, breakpoints);
    await this.#tell(file, ({ told }) => told.lines(file, this.#stops));
    return { breakpoints: breakpoints.map(({ line }) => ({ verified: true, line })) };
  }

  async #tell(file: string, tell: (run: Run) => Promise<void>): Promise<void> {
    for (const run of this.#runs.values()) {
      if (run.stopped) await tell(run);
      else run.late.add(file);
    }
  }

  async #stack(run: Run): Promise<object> {
    const { children } = await run.dbgp.ask("stack_get");
    const stackFrames = children.map(({ attributes }) => {
      const uri = attributes.filename ?? "";
      const { inside, local } = toLocal(this.#mapping, uri);
      return {
        id: run.id * perFrame + Number(attributes.level),
        name: attributes.where ?? "",
        line: Number(attributes.lineno ?? 0),
        column: 1,
        source: { name: basename(inside), path: local ?? inside, ...(local ? {} : this.#source(run, uri)) },
      };
    });
    return { stackFrames, totalFrames: stackFrames.length };
  }

  #source(run: Run, uri: string): object {
    for (const [number, known] of this.#sources) if (known.uri === uri) return { sourceReference: number };
    this.#sources.set(++this.#last, { run, uri });
    return { sourceReference: this.#last };
  }

  async #scopes(frameId: number): Promise<object> {
    const { dbgp } = this.#run(Math.floor(frameId / perFrame));
    const depth = frameId % perFrame;
    const { children } = await dbgp.ask("context_names", { d: depth });
    const scopes = children.map(({ attributes }) => ({
      name: attributes.name ?? "",
      variablesReference: this.#number({ run: dbgp, depth, context: Number(attributes.id ?? 0) }),
      expensive: attributes.id !== "0",
    }));
    return { scopes };
  }

  async #evaluate({ expression, frameId }: z.infer<typeof evaluated>): Promise<object> {
    const stopped = [...this.#runs.values()].find((run) => run.stopped);
    const run = frameId === undefined ? stopped : this.#run(Math.floor(frameId / perFrame));
    if (run === undefined) throw new Error("PHP is not stopped anywhere");
    const place = { run: run.dbgp, depth: (frameId ?? 0) % perFrame, context: 0 };
    // a variable is looked up in its own frame; all else is worked out in the uppermost
    const looked = /^\$\w/.test(expression)
      ? await run.dbgp.ask("property_get", { d: place.depth, n: expression }).catch(() => undefined)
      : undefined;
    const [found] = properties(looked ?? (await run.dbgp.ask("eval", {}, expression)));
    if (found === undefined) return { result: "", variablesReference: 0 };
    const { value, type, variablesReference } = this.#shown(found, place);
    return { result: value, type, variablesReference };
  }

  #shown(property: Element, place: Place): Variable {
    return shown(property, place, (below) => this.#number(below));
  }

  #number(place: Place): number {
    this.#places.set(++this.#last, place);
    return this.#last;
  }
}
