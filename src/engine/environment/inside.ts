import { connection } from "../blueprint/index.ts";
import { type Command, fault, type Task } from "../process/index.ts";
import type { Service } from "../profile/index.ts";
import { containerOf } from "./control.ts";
import type { Here } from "./here.ts";
import { attach, inSession, type Session } from "./session.ts";
import { gatherValues, type Values } from "./values.ts";

type Env = Readonly<Record<string, string>>;

interface ExecOptions {
  /** A terminal is at the other end. */
  tty: boolean;
  /** Variables it is given beside those of its container. */
  env?: Env;
}

/** A program inside a process's container, or inside the workspace, as a command of this machine. */
export async function execCommand(
  here: Here,
  args: readonly string[],
  { name, ...options }: ExecOptions & { name?: string },
): Promise<Command> {
  const session = await attach(here);
  return inside(session, name ?? session.layout.workspace.service, args, options);
}

/** A shell inside; in a database, its client. */
export async function shellCommand(here: Here, env: Env, name?: string): Promise<Command> {
  const session = await attach(here);
  const service = name === undefined ? undefined : session.profile.services[name];
  const args = (service && client(service)) ?? ["sh", "-c", 'exec "$(command -v bash || echo sh)"'];
  return inside(session, name ?? session.layout.workspace.service, args, { tty: true, env });
}

async function inside(
  session: Session,
  name: string,
  args: readonly string[],
  { tty, env = {} }: ExecOptions,
): Promise<Command> {
  const { id, state } = await containerOf(session, name);
  if (state !== "running") throw fault("not-up", [session.profile.name]);
  return {
    program: "docker",
    args: [
      ...["exec", "--interactive", ...(tty ? ["--tty"] : [])],
      ...Object.entries(env).flatMap(([variable, value]) => ["--env", `${variable}=${value}`]),
      ...[id, ...args],
    ],
    cwd: session.here.folder,
    env: session.here.machine.env,
  };
}

/** The program people talk to a database with, as its image brings it. */
function client(service: Service): string[] | undefined {
  const [user, password, name] = [
    connection(service, "user"),
    connection(service, "password"),
    connection(service, "name"),
  ];
  switch (service.kind) {
    case "postgres":
    case "pgvector":
    case "postgis":
      return ["psql", `--username=${user}`, name];
    case "mysql":
      return ["mysql", `--user=${user}`, `--password=${password}`, name];
    case "mariadb":
      return ["mariadb", `--user=${user}`, `--password=${password}`, name];
    case "redis":
      return ["redis-cli"];
    case "valkey":
      return ["valkey-cli"];
    case "mongo":
      return ["mongosh", connection(service, "url").replace(`@${service.name}:`, "@127.0.0.1:")];
    default:
      return undefined;
  }
}

/** A service's address as programs of this machine use it. */
export async function connectionString(here: Here, name: string): Promise<string> {
  const { profile, memory, layout } = await attach(here);
  const service = profile.services[name];
  const port = memory.ports[name];
  if (service === undefined || port === undefined)
    throw fault("no-such-process", [name, layout.services.join(", ")]);
  return connection(service, "url").replace(`${service.name}:${service.port}`, `127.0.0.1:${port}`);
}

/** The project's tests, inside, one process's or all of them. */
export async function testCommands(
  here: Here,
  values: Values,
  task: Task,
): Promise<{ commands: Command[] } & Disposable> {
  const session = await attach(here);
  if (session.layout.tests.length === 0) throw fault("no-tests", []);
  task.signal.throwIfAborted();
  const file = await gatherValues(here, session.profile, values);
  const commands = session.layout.tests.map(({ service }) =>
    inSession({ ...session, env: file.env }, "run", "--rm", "--no-TTY", service),
  );
  return { commands, [Symbol.dispose]: () => file[Symbol.dispose]() };
}
