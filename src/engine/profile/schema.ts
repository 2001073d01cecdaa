import { z } from "zod";
import { languages, serviceKindNames } from "./kinds.ts";
import { bytes, command, duration, inside, name, variableName } from "./names.ts";

const commands = z
  .union([command, z.array(command)], { error: "takes a command, or a list of commands" })
  .describe("One command, or a list of commands run one after the other.");

const port = z
  .int({ error: "takes a whole number" })
  .min(1, { error: "takes a port from 1 to 65535" })
  .max(65535, { error: "takes a port from 1 to 65535" });

/** `python@3.13`, `static`; the version's existence is checked apart, where the table of releases is. */
const runtime = z
  .string()
  .regex(new RegExp(`^(${languages.join("|")})(@[0-9][0-9A-Za-z.+-]*)?$`), {
    error: `takes a language and its version, such as python@3.13; languages are ${languages.join(", ")}`,
  })
  .describe(`Language and version, such as python@3.13. Languages: ${languages.join(", ")}.`);

const framework = z
  .string()
  .regex(/^[a-z][a-z0-9-]*$/, { error: "takes a short lower-case name such as fastapi or next" })
  .describe("The framework, such as fastapi, django, next, laravel, rails or spring-boot.");

const scalar = z.union([z.string(), z.number(), z.boolean()], {
  error: "takes text, a number, true or false",
});
const plainVariables = z.record(variableName, scalar);

const variable = z
  .union(
    [
      scalar,
      z.strictObject({
        secret: z.literal(true, { error: "takes only true; leave it out for a plain variable" }),
        description: z.string().optional(),
      }),
      z.strictObject({
        required: z.literal(true, { error: "takes only true; leave it out where there is a default" }),
        description: z.string().optional(),
      }),
      z.strictObject({ default: scalar, description: z.string().optional() }),
    ],
    { error: "takes a value, { secret: true }, { required: true } or { default: … }" },
  )
  .describe(
    `A value (may hold \${service.url}, .host, .port, .user, .password or .name), { secret: true } or { required: true }.`,
  );

const variables = z.record(variableName, variable);

const build = z
  .strictObject({
    install: commands.optional().describe("Installs the dependencies. Run before the source is copied."),
    run: commands.optional().describe("Builds the application, such as npm run build."),
    packages: z
      .array(
        z
          .string()
          .regex(/^[a-z0-9][a-z0-9+.-]*$/, { error: "takes the name of a Debian package, such as libpq5" }),
      )
      .optional()
      .describe("Debian packages that the application needs when it runs, such as libpq5."),
    buildPackages: z
      .array(z.string().regex(/^[a-z0-9][a-z0-9+.-]*$/, { error: "takes the name of a Debian package" }))
      .optional()
      .describe("Debian packages needed only while building, such as build-essential."),
    extensions: z
      .array(
        z
          .string()
          .regex(/^[a-z][a-z0-9_]*$/, { error: "takes the name of a PHP extension, such as pdo_mysql" }),
      )
      .optional()
      .describe("PHP extensions beyond those that PHP always has, such as pdo_mysql, gd or intl."),
    tools: z
      .array(runtime)
      .optional()
      .describe("Other runtimes needed only while building, such as [node@24] for a front end's assets."),
    env: plainVariables
      .optional()
      .describe("Variables of the build, such as NEXT_PUBLIC_API_URL. They end up in the image: no secrets."),
    dockerfile: inside
      .optional()
      .describe("The repository's own Dockerfile, used instead of a generated one."),
    context: inside
      .optional()
      .describe("The folder that is built from. Default: the process's dir, or the root."),
    target: z.string().min(1).optional().describe("The stage of the own Dockerfile that is released."),
  })
  .describe("How the image is built.");

const health = z
  .union(
    [
      z.string().regex(/^\//, { error: "takes a path such as /healthz" }),
      z.strictObject({
        path: z.string().regex(/^\//, { error: "takes a path such as /healthz" }).optional(),
        run: command
          .optional()
          .describe("A command that exits 0 when the process is well. For processes without a port."),
        start: duration.optional().describe("Time the process may take to become healthy. Default 60s."),
        interval: duration.optional().describe("Time between two checks. Default 10s."),
        timeout: duration.optional().describe("Time one check may take. Default 5s."),
      }),
    ],
    { error: "takes a path such as /healthz, or { path, start, interval, timeout }" },
  )
  .describe("The path that answers 2xx or 3xx when the process is healthy.");

const process = z
  .strictObject({
    run: command.optional().describe("The production command."),
    serve: inside
      .optional()
      .describe("A folder of files to serve: static output, or the document root of PHP."),
    fallback: z
      .string()
      .min(1)
      .optional()
      .describe("With serve: the file for unknown paths, such as index.html."),
    port: port.optional().describe("The port it listens on. Without one it is a worker."),
    health: health.optional(),
    schedule: z
      .string()
      .regex(/^(@(hourly|daily|weekly|monthly|yearly)|([\d*,/A-Za-z-]+\s+){4}[\d*,/A-Za-z-]+)$/, {
        error: 'takes five cron fields such as "0 3 * * *", or @hourly, @daily, @weekly, @monthly, @yearly',
      })
      .optional()
      .describe('When it is run, as cron writes it: "0 3 * * *" is each day at 3:00 UTC.'),
    replicas: z
      .int({ error: "takes a whole number" })
      .min(0, { error: "takes a number of 0 or more" })
      .max(100, { error: "takes at most 100" })
      .optional()
      .describe("How many run at once. Default 1; a stage may say otherwise."),
    stopGrace: duration
      .optional()
      .describe("Time to finish open work after it is asked to stop. Default 30s."),
    memory: bytes.optional().describe("The most memory it may use, such as 512m."),
    cpus: z
      .number()
      .positive({ error: "takes a number above 0" })
      .optional()
      .describe("The most CPU, in cores."),
    volumes: z
      .record(name, z.string().regex(/^\//, { error: "takes an absolute path inside the container" }))
      .optional()
      .describe("Data that outlives a release: name of the volume, path inside the container."),
    env: variables.optional().describe("Variables of this process alone."),
    dir: inside
      .optional()
      .describe("The folder it runs in. With a runtime or build of its own, the folder it is built from."),
    image: name
      .optional()
      .describe("The process whose image this one runs in, where several applications have their own."),
    runtime: runtime.optional(),
    framework: framework.optional(),
    build: build.optional(),
  })
  .describe("A process of the application: a web server, a worker, a scheduled job.");

const service = z
  .union(
    [
      z.string().regex(new RegExp(`^(${serviceKindNames.join("|")})(@[0-9A-Za-z][0-9A-Za-z._-]*)?$`), {
        error: `takes a kind and its version, such as postgres@17; kinds are ${serviceKindNames.join(", ")}`,
      }),
      z.strictObject({
        kind: z
          .enum(serviceKindNames, { error: `takes one of ${serviceKindNames.join(", ")}` })
          .optional()
          .describe("What it is. May be left out where image names something else."),
        version: z
          .union([z.string().min(1), z.number()])
          .optional()
          .describe("Its version: the tag of the image."),
        image: z.string().regex(/^\S+$/, { error: "takes an image such as postgres:17" }).optional(),
        port: port.optional().describe("Where clients connect. Needed for an image without a kind."),
        volume: z
          .string()
          .regex(/^\//, { error: "takes an absolute path inside the container" })
          .optional()
          .describe("Where its data lives in the container. Known for every kind."),
        env: variables.optional().describe("Variables of the service."),
        run: command.optional().describe("Another command than the image's own."),
      }),
    ],
    {
      error:
        "takes a kind and its version such as postgres@17, or { kind, version, image, port, volume, env }",
    },
  )
  .describe(`A service beside the application, such as postgres@17. Kinds: ${serviceKindNames.join(", ")}.`);

const perProcess = z
  .union([command, z.record(name, command)], { error: "takes a command, or one for each process" })
  .describe("A command for the main process, or { process: command }.");

const dev = z
  .strictObject({
    run: perProcess.optional().describe("The command with hot reload, instead of the production command."),
    seed: perProcess.optional().describe("Fills the database with examples. Run once."),
    test: perProcess.optional().describe("Runs the tests."),
  })
  .describe("What differs on the developer's machine.");

const domain = z
  .string()
  .regex(
    /^(?=.{1,253}(\/|$))(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\/[\w./~-]*)?$/,
    {
      error: "takes a domain such as shop.example, in lower case, without https://",
    },
  );
const domains = z.union([domain, z.array(domain).min(1)], { error: "takes a domain or a list of domains" });

const stage = z
  .strictObject({
    servers: z
      .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, { error: "takes the name of a server" }))
      .min(1, { error: "needs at least one server" })
      .describe("The servers it runs on, by the names they were added under."),
    domain: z
      .union([domains, z.record(name, domains)], { error: "takes a domain, a list, or { process: domain }" })
      .optional()
      .describe("Where it is reached: a domain, a list of them, or { process: domain }. May end in a path."),
    replicas: z
      .union([z.int().min(0).max(100), z.record(name, z.int().min(0).max(100))], {
        error: "takes a whole number from 0 to 100, or { process: number }",
      })
      .optional()
      .describe("How many of each process with a port, or { process: number }."),
    region: name.optional().describe("Only servers with this region may be used."),
    env: variables.optional().describe("Variables that differ in this stage."),
    watch: duration.optional().describe("How long a new release is watched before it is kept. Default 30s."),
    keep: z.int().min(1).max(50).optional().describe("How many releases can be rolled back to. Default 5."),
    build: z
      .enum(["here", "server"], { error: "takes here or server" })
      .optional()
      .describe("Where images are built."),
    tls: z
      .enum(["auto", "internal", "off"], { error: "takes auto, internal or off" })
      .optional()
      .describe(
        "auto: certificates of Let's Encrypt. internal: of the server's own authority. off: plain HTTP.",
      ),
    www: z.boolean().optional().describe("Also answer at www. and send it to the domain."),
    maxBody: bytes.optional().describe("The largest request body, such as 100m."),
    timeout: duration
      .optional()
      .describe("The longest a request may wait for its first byte. Default: no limit."),
    email: z
      .email({ error: "takes an e-mail address" })
      .optional()
      .describe(
        "Whom authorities write to about certificates. With it, ZeroSSL stands in for Let's Encrypt.",
      ),
    maintenance: inside
      .optional()
      .describe("A page of your own, in HTML, that visitors see while maintenance is on."),
    auth: z
      .strictObject({
        user: z.string().regex(/^[^:]+$/, { error: "takes a name without a colon" }),
        password: variableName.describe("The name of a secret in env."),
      })
      .optional()
      .describe("Asks visitors for a user and password."),
  })
  .describe("A place where it runs: staging, production.");

/** sistership.yaml as it is written: what people type, before defaults. Types, checks and the JSON schema come from here. */
export const schema = z.strictObject({
  version: z.literal(1, { error: "takes 1" }).optional().describe("The version of this file's format."),
  name: name.describe("The project's name: names containers, volumes and releases."),
  client: z.string().min(1).optional().describe("Whom its costs are grouped under."),
  runtime: runtime.optional(),
  framework: framework.optional(),
  build: build.optional(),
  processes: z
    .record(name, process)
    .refine((all) => Object.keys(all).length > 0, { error: "needs at least one process, such as web" })
    .describe("What runs. The first one with a port is the main process."),
  release: z
    .union([command, z.strictObject({ run: command, process: name.optional() })], {
      error: "takes a command, or { run, process }",
    })
    .optional()
    .describe("Run once for each release, in the new image, before traffic moves. The place for migrations."),
  services: z.record(name, service).optional().describe("Databases and the like that run beside it."),
  env: variables.optional().describe("Variables of every process."),
  dev: dev.optional(),
  stages: z.record(name, stage).optional().describe("Where it is deployed to."),
});

/** A profile as it stands in the file. */
export type ProfileFile = z.infer<typeof schema>;
export type ProcessFile = z.infer<typeof process>;
export type BuildFile = z.infer<typeof build>;
export type ServiceFile = z.infer<typeof service>;
export type StageFile = z.infer<typeof stage>;
export type VariableFile = z.infer<typeof variable>;
