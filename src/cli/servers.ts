import { resolve } from "node:path";
import type { Command } from "commander";
import { Fault, fault, type Task } from "../engine/process/index.ts";
import type { Pool } from "../engine/server/index.ts";
import { machineOf, type OutputOptions, operateInCli, type World } from "./context.ts";
import { confirmed } from "./prompt.ts";
import { poolAt, serversAt } from "./reach.ts";
import { addServerLists, type ServersOptions } from "./serverLists.ts";
import { answer, asData, linesOf, type SetUpOptions, wishesOf } from "./serverPlan.ts";

/** The commands on servers: which there are, what they are, how they are made ready and put together. */
export function addServers(program: Command, world: World, onUnwell: () => void): void {
  const servers = program.command("servers").description("Know servers, make them ready, put them together");
  const command = (name: string, description: string) =>
    servers
      .command(name)
      .description(description)
      .option("--folder <folder>", "the project whose sistership.servers.yaml counts", ".")
      .option("--json", "print every report, and what was found, as one JSON object a line");
  const remote = (name: string, description: string) =>
    command(name, description)
      .option("--ssh-config <file>", "the SSH configuration to use in place of your own")
      .option("--why", "show the command and the reason of each step");
  const known = (options: ServersOptions) =>
    serversAt(world, { ...options, folder: resolve(world.cwd, options.folder) });
  /** Runs one operation on servers, over connections that end with it. */
  const operate = async <T>(
    title: string,
    about: string,
    options: ServersOptions,
    work: (pool: Pool, task: Task) => Promise<T>,
  ) => {
    await using pool = poolAt(world, options);
    return await operateInCli(world, { title, about, ...options }, (task) => work(pool, task));
  };
  const tell = (options: OutputOptions, found: Record<string, unknown>, lines: readonly string[]) =>
    world.stdout.write(
      options.json ? `${JSON.stringify(found)}\n` : lines.map((line) => `${line}\n`).join(""),
    );

  addServerLists(command, world, known);

  remote(
    "check",
    "Look at servers, all of the lists or those named; nothing is changed. Exits with 1 if one is not reached",
  )
    .argument("[names...]", "servers")
    .action(async (names: string[], options: ServersOptions) => {
      const { checkServer, resolveServer } = await import("../engine/server/index.ts");
      const all = known(options);
      const wanted =
        names.length > 0
          ? names.map((name) => resolveServer(name, all))
          : all.filter(({ from }) => from !== "ssh");
      if (wanted.length === 0)
        return void tell(options, { servers: [] }, [
          'No server is in a list yet: add one with "sistership servers add".',
        ]);
      await operate(
        wanted.length === 1 ? "Check server" : "Check servers",
        wanted.map(({ name }) => name).join(", "),
        options,
        (pool, task) =>
          Promise.all(
            wanted.map(async (server) => {
              try {
                const facts = await checkServer(pool, server, task);
                if (options.json) tell(options, { kind: "facts", server: server.name, facts }, []);
              } catch (thrown) {
                if (!(thrown instanceof Fault) || task.signal.aborted) throw thrown;
                onUnwell(); // the step has said it, and the others go on
              }
            }),
          ),
      );
    });

  remote(
    "setup",
    "Make a server ready: Docker, firewall, a group of one, the edge proxy. Says first what it will do, and asks",
  )
    .argument("<name>", "the server")
    .option("--plan", "only say what would be done")
    .option("-y, --yes", "do not ask")
    .option("--docker <source>", 'where Docker comes from: "distribution" or "docker"')
    .option("--address <address>", "the address that other servers of its group reach it at")
    .option("--adopt", "go on with a swarm that somebody else made")
    .option("--encrypted", "encrypt what services say to each other between servers")
    .option("--no-firewall", "leave the firewall as it is")
    .option("--no-swap", "add no swap")
    .option("--user <name>", "make a user to deploy as, let in by the keys of your login")
    .option("--user-sudo", "let that user become root")
    .action(async (name: string, options: SetUpOptions, self: Command) => {
      if (options.docker !== undefined && !["distribution", "docker"].includes(options.docker))
        self.error(`--docker is "distribution" or "docker".`);
      if (options.user !== undefined && !/^[a-z_][a-z0-9_-]{0,30}$/.test(options.user))
        self.error("--user is a name of small letters, digits, - and _.");
      const { facts, resolveServer, saveAndLoad, setUp, setUpPlan } = await import(
        "../engine/server/index.ts"
      );
      const target = resolveServer(name, known(options));
      await using pool = poolAt(world, options);
      const look = {
        id: "look",
        title: `Look at ${name}`,
        why: "What is there already need not be done.",
        command: `ssh ${target.address}`,
      };
      const found = await operateInCli(world, { title: "Look at server", about: name, ...options }, (task) =>
        task.step(look, async () =>
          facts(await pool.link(target, task.signal), { signal: task.signal, root: true }),
        ),
      );
      let wishes = wishesOf(options);
      let plan = setUpPlan(name, found, wishes);
      for (const question of plan.questions)
        wishes = { ...wishes, [question.wish]: await answer(question, options, world) };
      plan = setUpPlan(name, found, wishes);
      tell(
        options,
        { kind: "plan", server: name, ...asData(plan) },
        options.plan || !options.yes ? linesOf(plan) : [],
      );
      const [refusal] = plan.refusals;
      if (refusal) throw refusal;
      if (options.plan) return;
      const needed = plan.operations.filter(({ state }) => state.needed).length;
      if (
        needed > 0 &&
        !options.yes &&
        !(await confirmed(`Do these ${needed} things on ${name}?`, world.stderr))
      )
        throw process.stdin.isTTY
          ? fault("cancelled", [`Setting ${name} up`])
          : fault("answers-needed", [`Do these ${needed} things on ${name}?`]);
      await operateInCli(world, { title: "Set up server", about: name, ...options }, (task) =>
        setUp({ pool, target, carry: saveAndLoad(machineOf(world)) }, plan, task),
      );
    });

  remote("join", "Make a server ready and have it join the group of another")
    .argument("<name>", "the server that joins")
    .argument("<to>", "a manager of the group")
    .option("--manager", "as a manager, not only as a worker")
    .option("--address <address>", "the address that the others reach it at")
    .action(
      async (name: string, to: string, options: ServersOptions & { manager?: true; address?: string }) => {
        const { join, resolveServer, saveAndLoad } = await import("../engine/server/index.ts");
        const all = known(options);
        const [target, group] = [resolveServer(name, all), resolveServer(to, all)];
        const carry = saveAndLoad(machineOf(world));
        const { manager = false, address } = options;
        await operate(`Join the group of ${to}`, name, options, (pool, task) =>
          join(
            { pool, target, carry },
            group,
            { manager, others: all, ...(address && { wishes: { address } }) },
            task,
          ),
        );
      },
    );

  remote(
    "renew-edge",
    "Bring the newest Caddy to the edge proxy of servers and let it take over; no visitor is cut off",
  )
    .argument("<names...>", "servers")
    .option("--restart", "let another take over even where it is the same Caddy")
    .action(async (names: string[], options: ServersOptions & { restart?: true }) => {
      const { renewEdge, resolveServer } = await import("../engine/server/index.ts");
      const all = known(options);
      const targets = names.map((name) => resolveServer(name, all));
      const { restart = false } = options;
      await operate("Renew the edge proxy", names.join(", "), options, async (pool, task) => {
        for (const target of targets)
          await renewEdge(await pool.link(target, task.signal), { machine: machineOf(world), restart }, task);
      });
    });

  remote("leave", "Take a server out of its group; what runs on it moves to the others first")
    .argument("<name>", "the server")
    .option("--via <name>", "a manager that stays; looked for among your servers if not said")
    .option("--end-group", "it is all of its group: end it, and all that runs in it")
    .action(async (name: string, options: ServersOptions & { via?: string; endGroup?: true }) => {
      const { findManager, leave, resolveServer } = await import("../engine/server/index.ts");
      const all = known(options);
      const target = resolveServer(name, all);
      const named = options.via === undefined ? undefined : resolveServer(options.via, all);
      await operate("Leave the group", name, options, async (pool, task) => {
        const via =
          named ??
          (await findManager(
            { pool, target },
            all.filter(({ from }) => from !== "ssh"),
            task,
          ));
        await leave({ pool, target }, { via, others: all, ends: options.endGroup ?? false }, task);
      });
    });

  remote("drain", "Move what runs on a server to the others of its group, and start nothing there")
    .argument("<name>", "the server")
    .option("--via <name>", "a manager of its group, where it is none itself")
    .option("--back", "let it take part again")
    .action(async (name: string, options: ServersOptions & { via?: string; back?: true }) => {
      const { drain, resolveServer } = await import("../engine/server/index.ts");
      const all = known(options);
      const target = resolveServer(name, all);
      const via = options.via === undefined ? target : resolveServer(options.via, all);
      await operate(
        options.back ? "Let a server take part again" : "Drain server",
        name,
        options,
        (pool, task) => drain({ pool, target: via }, target, options.back ? "active" : "drain", task),
      );
    });
}
