import { chmod, mkdir, readFile, rm, unlink, writeFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { down } from "../../../src/engine/environment/index.ts";
import { type FaultCode, run } from "../../../src/engine/process/index.ts";
import { type Checkout, hello, perform, tiny } from "../../rig/checkout.ts";
import { registry } from "../../rig/registry.ts";

/** How an `up` is expected to end: with a fault that names cause, culprit and fix, or well in spite of what is in its way. */
type Expected = { code: FaultCode; says: RegExp } | "up";

export interface Injected {
  name: string;
  /** Files of the project, if not those of the smallest one. */
  files?: () => Record<string, string>;
  folder?: string;
  /** What is broken before it is started; what it answers is undone afterwards. */
  inject?: (project: Checkout, docker: Docker) => Promise<AsyncDisposable | undefined>;
  /** What is done to it on the way: when a step begins. */
  meanwhile?: { step: string; state: string; act: (project: Checkout, docker: Docker) => Promise<void> };
  cancelAt?: string;
  /** The engine cannot be asked afterwards: instead of looking for leftovers, the next `up` must go on from there. */
  goesOn?: true;
  /** Laid over the environment of the user. */
  env?: Record<string, string>;
  expected: Expected;
}

/** A socket before the engine's own: closed, it is as if the engine had gone, for whoever uses it. */
const wayIn = join(tmpdir(), "sistership-way-in.sock");
let closeWayIn = () => {};

async function openWayIn({ here }: Checkout): Promise<AsyncDisposable> {
  const open = new Set<Socket>();
  const to = (here.machine.env.DOCKER_HOST || "unix:///var/run/docker.sock").replace("unix://", "");
  const server = createServer((socket) => {
    const onward = connect(to);
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy()).on("close", () => other.destroy());
    }
  });
  await rm(wayIn, { force: true });
  await new Promise<void>((resolve) => server.listen(wayIn, resolve));
  closeWayIn = () => {
    server.close();
    for (const one of open) one.destroy();
  };
  return { [Symbol.asyncDispose]: async () => closeWayIn() };
}

export type Docker = (...args: string[]) => Promise<string>;

const server = (code: string) => () => tiny({ server: code });
const profile = (change: (text: string) => string) => () => {
  const files = tiny();
  return { ...files, "sistership.yaml": change(files["sistership.yaml"] ?? "") };
};
const more = (text: string) => profile((before) => `${before}${text}`);
const breaking = (path: string, change: (text: string) => string) => async (project: Checkout) => {
  await project.edit(path, change);
  return undefined;
};
const running = (command: string) => profile((text) => text.replace("node --watch server.js", command));
const override = (said: object) => async (project: Checkout) => {
  await mkdir(project.file(".sistership"), { recursive: true });
  await writeFile(project.file(".sistership/compose.override.yaml"), stringify(said));
  return undefined;
};
const script = (text: string, mode: number) => async (project: Checkout) => {
  await writeFile(project.file("start.sh"), text);
  await chmod(project.file("start.sh"), mode);
  return undefined;
};
const ownDockerfile = (text: string) => () => ({
  ...profile((before) => before.replace("runtime: node@22", "build: { dockerfile: Dockerfile }"))(),
  Dockerfile: text,
});

export const injected: readonly Injected[] = [
  // the application
  {
    name: "listens to itself alone",
    files: server(hello.replace("listen(3000)", 'listen(3000, "127.0.0.1")')),
    expected: {
      code: "never-healthy",
      says: /^web .*port 3000 on 127\.0\.0\.1.*Let it listen on 0\.0\.0\.0/,
    },
  },
  {
    name: "listens at another port",
    files: server(hello.replace("listen(3000)", "listen(3001)")),
    expected: { code: "never-healthy", says: /^web .*port 3001, not at 3000\. Mend "port"/ },
  },
  {
    name: "a module that is not there, under a reloader",
    files: server(`require("left-out");\n${hello}`),
    expected: { code: "never-healthy", says: /^web .*left-out is not installed.*Add it to the dependencies/ },
  },
  {
    name: "a module that is not there",
    files: () => ({
      ...tiny({ server: `require("left-out");\n${hello}` }),
      ...only("node server.js", `require("left-out");\n${hello}`),
    }),
    expected: { code: "process-exited", says: /^web .*left-out is not installed/ },
  },
  {
    name: "ends at once, with a code",
    files: running("node -e 'process.exit(3)'"),
    expected: { code: "process-exited", says: /^web .*exit code 3/ },
  },
  {
    name: "ends at once, as if all were well",
    files: running("node -e 0"),
    expected: { code: "process-exited", says: /^web .*exit code 0/ },
  },
  {
    name: "a variable that is not set",
    files: () =>
      only("node server.js", `if (!process.env.API_KEY) throw new Error("API_KEY is not set");\n${hello}`),
    expected: { code: "process-exited", says: /^web .*misses the variable API_KEY\. Add it to "env"/ },
  },
  {
    name: "a health path that answers 500",
    files: () => {
      const files = tiny({ server: hello.replace("answer.end(", "answer.writeHead(500).end(") });
      return {
        ...files,
        "sistership.yaml": (files["sistership.yaml"] ?? "").replace(
          "health: /",
          "health: { path: /, start: 4s }",
        ),
      };
    },
    expected: {
      code: "never-healthy",
      says: /^web .*its health path answers 500.*"health" in sistership\.yaml/,
    },
  },
  {
    name: "a health path that is none",
    files: () => {
      const files = tiny({
        server: hello.replace("answer.end(", 'answer.writeHead(_.url === "/" ? 200 : 404).end('),
      });
      return {
        ...files,
        "sistership.yaml": (files["sistership.yaml"] ?? "").replace(
          "health: /",
          "health: { path: /up, start: 4s }",
        ),
      };
    },
    expected: {
      code: "never-healthy",
      says: /^web .*its health path answers 404.*"health" in sistership\.yaml/,
    },
  },
  {
    name: "a port that it takes twice",
    files: () => only("node server.js", `${hello}${hello}`),
    expected: { code: "process-exited", says: /^web .*listens at 3000 already/ },
  },
  {
    name: "a service looked for at localhost",
    files: () => {
      const code = `require("node:net").connect(5432, "127.0.0.1"); ${hello}`;
      const files = only("node server.js", code);
      return {
        ...files,
        "sistership.yaml": `${files["sistership.yaml"]}services: { store: { image: "busybox:1", port: 5432, run: sleep 1000 } }\n`,
      };
    },
    expected: { code: "process-exited", says: /^web .*localhost.*Use the service's name: store/ },
  },
  {
    name: "more memory than it is given",
    files: () => only("node server.js", `const all = []; for (;;) all.push(Buffer.alloc(1 << 24, 1));`),
    inject: override({ services: { web: { mem_limit: "96m" } } }),
    expected: { code: "process-exited", says: /^web .*too little memory\. Raise its memory/ },
  },
  {
    name: "a program that the image has not",
    files: running("nod server.js"),
    expected: { code: "process-exited", says: /^web .*no program "nod".*Check "run"/ },
  },
  {
    name: "a script that may not be run",
    files: running("./start.sh"),
    inject: script("#!/bin/sh\nexec node server.js\n", 0o644),
    expected: {
      code: "process-exited",
      says: /^web .*\.\/start\.sh may not be run\. Make it so with "chmod/,
    },
  },
  {
    name: "a script with line ends of Windows",
    files: running("./start.sh"),
    inject: script("#!/bin/sh\r\nexec node server.js\r\n", 0o755),
    expected: { code: "process-exited", says: /^web .*\.\/start\.sh cannot be run.*line ends of Windows/ },
  },
  // what is done once
  {
    name: "a migration that fails",
    files: more(`release: node -e 'throw new Error("no such table")'\n`),
    expected: { code: "release-failed", says: /throw new Error.* failed.*no such table/ },
  },
  {
    name: "a seed that fails",
    files: profile((text) =>
      text.replace("dev: {", `dev: { seed: node -e 'throw new Error("no such file data.sql")',`),
    ),
    expected: { code: "seed-failed", says: /no such file data\.sql/ },
  },
  {
    name: "dependencies that cannot be installed",
    files: more("build: { install: npm ci }\n"),
    expected: { code: "dependencies-failed", says: /package-lock/ },
  },
  // services and images
  {
    name: "a registry that does not answer",
    files: more('services: { odd: { image: "localhost:1/nothing/here:1", port: 1 } }\n'),
    expected: { code: "image-unavailable", says: /localhost:1\/nothing\/here:1.*Check its name/ },
  },
  {
    name: "an image that the registry has not",
    inject: async (project) => {
      const empty = await registry();
      const add = `services: { odd: { image: "${empty.address}/acme/none:1", port: 1 } }\n`;
      await project.edit("sistership.yaml", (text) => `${text}${add}`);
      return empty;
    },
    expected: { code: "image-unavailable", says: /acme\/none:1.*Check its name/ },
  },
  {
    name: "a registry that asks for a login",
    inject: async (project) => {
      const closed = await registry({ login: true });
      const add = `services: { odd: { image: "${closed.address}/acme/own:1", port: 1 } }\n`;
      await project.edit("sistership.yaml", (text) => `${text}${add}`);
      return closed;
    },
    expected: {
      code: "image-login",
      says: /127\.0\.0\.1:\d+\/acme\/own:1 .*"docker login 127\.0\.0\.1:\d+"/,
    },
  },
  {
    name: "a Dockerfile on an image of a registry that asks for a login",
    files: ownDockerfile(""),
    inject: async (project) => {
      const closed = await registry({ login: true });
      await writeFile(project.file("Dockerfile"), `FROM ${closed.address}/acme/own:1\n`);
      return closed;
    },
    expected: { code: "image-login", says: /"docker login 127\.0\.0\.1:\d+"/ },
  },
  {
    name: "a database whose data another major version wrote",
    files: more("services: { db: postgres@17 }\n"),
    inject: async (project, docker) => {
      const { project: name } = await project.up();
      await perform((task) => down(project.here, task));
      const older =
        "echo 16 > /data/PG_VERSION; ls /data/*/PG_VERSION | while read one; do echo 16 > $one; done";
      await docker("run", "--rm", "--volume", `${name}_db-data:/data`, "busybox:1", "sh", "-c", older);
      return undefined;
    },
    expected: {
      code: "process-exited",
      says: /^db .*written by PostgreSQL 16, and this is 17\. .*sistership reset/,
    },
  },
  {
    name: "a disk that is full while the image is built",
    files: ownDockerfile(
      "FROM node:22-bookworm-slim\nRUN --mount=type=tmpfs,target=/small,size=1048576 cp /usr/local/bin/node /small/\n",
    ),
    expected: { code: "disk-full", says: /The disk is full.*docker system prune/ },
  },
  {
    name: "a service that ends at once",
    files: more(
      `services: { odd: { image: "busybox:1", run: "sh -c 'echo bad option --colour; exit 2'", port: 1 } }\n`,
    ),
    expected: { code: "process-exited", says: /^odd .*exit code 2.*bad option/ },
  },
  {
    name: "a Dockerfile that is none",
    files: ownDockerfile("FROM node:22-bookworm-slim\nRUNN true\n"),
    expected: { code: "build-failed", says: /web.*RUNN/ },
  },
  {
    name: "a Dockerfile that copies what is not there",
    files: ownDockerfile("FROM node:22-bookworm-slim\nCOPY not-there.txt /\n"),
    expected: { code: "build-failed", says: /web.*not-there\.txt/ },
  },
  {
    name: "a Dockerfile whose command fails",
    files: ownDockerfile("FROM node:22-bookworm-slim\nRUN echo 'fatal: the moon is missing' && exit 4\n"),
    expected: { code: "build-failed", says: /web.*the moon is missing/ },
  },
  {
    name: "a Dockerfile on an image that no registry has",
    files: ownDockerfile("FROM localhost:1/no/base:1\n"),
    expected: { code: "image-unavailable", says: /localhost:1|does not answer/ },
  },
  // what is written wrong
  {
    name: "a wrong value in the profile",
    inject: breaking("sistership.yaml", (text) => text.replace("port: 3000", "port: many")),
    expected: { code: "profile-wrong", says: /sistership\.yaml, line \d+: .*port.*Mend it/ },
  },
  {
    name: "a profile that is no YAML",
    inject: breaking("sistership.yaml", (text) => `${text}\tprocesses: [`),
    expected: { code: "profile-wrong", says: /sistership\.yaml, line \d+: .*Mend it/ },
  },
  {
    name: "no profile",
    inject: async (project) => {
      await unlink(project.file("sistership.yaml"));
      return undefined;
    },
    expected: { code: "no-profile", says: /sistership\.yaml does not exist: make one/ },
  },
  {
    name: "a secret that nobody gives",
    files: more("env:\n  TOKEN: { secret: true }\n"),
    expected: { code: "values-missing", says: /^TOKEN must have a value/ },
  },
  {
    name: "a folder in the place of .env",
    files: more("env:\n  TOKEN: { secret: true }\n"),
    inject: async (project) => {
      await mkdir(project.file(".env"));
      return undefined;
    },
    expected: { code: "env-file-wrong", says: /\.env could not be read/ },
  },
  {
    name: "an overlay that Compose refuses",
    inject: override({ services: { web: { imagee: "x" } } }),
    expected: { code: "compose-refused", says: /imagee/ },
  },
  {
    name: "a volume that was never made",
    inject: override({
      services: { web: { volumes: ["lost:/lost"] } },
      volumes: { lost: { external: true, name: "sistership-never-made" } },
    }),
    expected: { code: "volume-missing", says: /sistership-never-made.*docker volume create/ },
  },
  {
    name: "a network that was never made",
    inject: override({
      services: { web: { networks: ["far"] } },
      networks: { far: { external: true, name: "sistership-never-made" } },
    }),
    expected: { code: "network-missing", says: /sistership-never-made.*docker network create/ },
  },
  {
    name: "a folder that is mounted and is not there",
    inject: override({
      services: {
        web: {
          volumes: [{ type: "bind", source: "/not/there", target: "/x", bind: { create_host_path: false } }],
        },
      },
    }),
    expected: { code: "mount-missing", says: /^\/not\/there/ },
  },
  {
    name: "a name that another container has",
    inject: async (project, docker) => {
      await docker("create", "--name", "sistership-name-taken", "busybox:1");
      await override({ services: { web: { container_name: "sistership-name-taken" } } })(project);
      return {
        [Symbol.asyncDispose]: async () => void (await docker("rm", "--force", "sistership-name-taken")),
      };
    },
    expected: { code: "name-taken", says: /sistership-name-taken/ },
  },
  {
    name: "a GPU that this machine has not",
    inject: override({
      services: {
        web: {
          deploy: {
            resources: { reservations: { devices: [{ driver: "nvidia", count: 1, capabilities: ["gpu"] }] } },
          },
        },
      },
    }),
    expected: { code: "gpu-missing", says: /GPU/ },
  },
  // this machine
  {
    name: "no engine",
    env: { DOCKER_HOST: "unix:///not/there.sock" },
    expected: { code: "docker-missing", says: /\/not\/there\.sock: install Docker/ },
  },
  {
    name: "a context that is not defined",
    env: { DOCKER_CONTEXT: "far" },
    expected: { code: "docker-context", says: /"far".*docker context use/ },
  },
  {
    name: "a repository on a disk that is read only",
    inject: async (project) => {
      const { folder } = project.here;
      await run({ program: "mount", args: ["--bind", folder, folder] });
      await run({ program: "mount", args: ["-o", "remount,bind,ro", folder] });
      return { [Symbol.asyncDispose]: async () => void (await run({ program: "umount", args: [folder] })) };
    },
    expected: { code: "not-written", says: /could not be written: .*read-only/i },
  },
  // in the middle
  {
    name: "a container that is removed while it starts",
    files: server(`setTimeout(() => { ${hello} }, 20_000);`),
    meanwhile: {
      step: "process/web",
      state: "running",
      act: async (project, docker) => {
        const id = await started(project, docker);
        await docker("rm", "--force", id);
      },
    },
    expected: { code: "process-exited", says: /^web/ },
  },
  {
    name: "an engine that goes away in the middle",
    files: server(`setTimeout(() => { ${hello} }, 8_000);`),
    env: { DOCKER_HOST: `unix://${wayIn}` },
    inject: openWayIn,
    meanwhile: { step: "process/web", state: "running", act: async () => closeWayIn() },
    goesOn: true,
    expected: { code: "engine-gone", says: /stopped answering.*It goes on where it stopped/ },
  },
  {
    name: "a cancellation",
    files: server(`setTimeout(() => { ${hello} }, 20_000);`),
    cancelAt: "process/web",
    expected: { code: "cancelled", says: /cancelled/ },
  },
  // what is got over
  { name: "a folder with a space and an umlaut", folder: "Äpfel & Söhne", expected: "up" },
  {
    name: "a port that is taken after it was chosen",
    meanwhile: {
      step: "ports",
      state: "done",
      act: async (project) => {
        const env = await readFile(project.file(".sistership/.env"), "utf8");
        const port = Number(/SISTERSHIP_PORT_WEB=(\d+)/.exec(env)?.[1]);
        const holder = createServer().listen(port, "127.0.0.1");
        setTimeout(() => holder.close(), 20_000).unref();
      },
    },
    expected: "up",
  },
  {
    name: "a generated file that was deleted",
    inject: async (project) => {
      await project.up();
      await rm(project.file(".sistership"), { recursive: true });
      return undefined;
    },
    expected: "up",
  },
];

/** The smallest project, started by another command than a reloader. */
function only(command: string, code: string): Record<string, string> {
  const files = tiny({ server: code });
  return {
    ...files,
    "sistership.yaml": (files["sistership.yaml"] ?? "").replace("node --watch server.js", command),
  };
}

/** The container of the application, once it has been started. */
async function started({ here }: Checkout, docker: Docker): Promise<string> {
  for (;;) {
    const id = await docker(
      "ps",
      "--quiet",
      "--no-trunc",
      "--filter",
      `label=com.docker.compose.project.working_dir=${join(here.folder, ".sistership")}`,
      "--filter",
      "label=com.docker.compose.service=web",
    );
    if (id.trim() !== "") return id.trim();
  }
}
