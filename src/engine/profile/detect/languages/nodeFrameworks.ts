import { posix } from "node:path";
import type { Question } from "../evidence.ts";
import type { FoundProcess } from "../facts.ts";
import { digData, digText, type Scope } from "../scope.ts";

interface Package {
  scope: Scope;
  data: Record<string, unknown>;
  scripts: Readonly<Record<string, string>>;
  has(dependency: string): boolean;
}

/** How a framework is built and run. */
interface Plan {
  process: FoundProcess;
  port: number;
  portBecause: string;
  health?: string;
  where: { file: string; line?: number };
  because: string;
  buildEnv?: Record<string, string>;
  /** Steps after the build script. */
  build?: string[];
  env?: Record<string, string>;
  question?: Question;
}

export interface NodeFramework {
  name: string;
  packages: readonly string[];
  /** Higher wins: Next is built with React, Nest on Express. */
  weight: number;
  /** It is a library for servers: what starts is the project's own code. */
  server?: boolean;
  port?: number;
  /** Start scripts that are the framework's own. */
  commands?: readonly RegExp[];
  build?: string;
  when?(own: Package): boolean;
  plan(own: Package): Plan | undefined;
}

const staticPort = 8080;

/** Files that a build leaves, served by the edge of the image. */
function served(
  own: Package,
  folder: string,
  fallback: string | undefined,
  config: string | undefined,
  because: string,
): Plan {
  const path = posix.normalize(folder).replace(/^\.\/|\/$/g, "");
  return {
    process: { serve: path, ...(fallback === undefined ? {} : { fallback }) },
    port: staticPort,
    portBecause: "static files are served there",
    health: "/",
    where: { file: own.scope.full(config ?? "package.json") },
    because,
  };
}

function runs(
  own: Package,
  run: string,
  port: number,
  config: string | undefined,
  because: string,
  more: Partial<Plan> = {},
): Plan {
  return {
    process: { run },
    port,
    portBecause: "it listens there unless told otherwise",
    where: { file: own.scope.full(config ?? "package.json") },
    because,
    ...more,
  };
}

function config(own: Package, name: string): { path: string; text: string } | undefined {
  const path = own.scope.first(...["ts", "js", "mjs", "mts", "cjs"].map((ending) => `${name}.${ending}`));
  return path === undefined
    ? undefined
    : { path, text: (own.scope.text(path) ?? "").replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/[^\n]*/g, " ") };
}

/** Next's small server; in a workspace it lies as deep as the application does. Its static files are not beside it by themselves. */
function standalone(own: Package, path: string | undefined): Plan {
  const isMember =
    own.scope.first("package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock", "bun.lockb") ===
    undefined;
  const folder = posix.join(".next/standalone", isMember ? own.scope.dir : "");
  return runs(own, `node ${folder}/server.js`, 3000, path, "next.config asks for standalone output", {
    env: { HOSTNAME: "0.0.0.0" },
    build: [
      `cp -r .next/static ${folder}/.next/static`,
      ...(own.scope.hasFolder("public") ? [`cp -r public ${folder}/public`] : []),
    ],
  });
}

const library = (name: string, packages: string[], weight: number, port = 3000): NodeFramework => ({
  name,
  packages,
  weight,
  server: true,
  port,
  plan: () => undefined,
});

export const nodeFrameworks: readonly NodeFramework[] = [
  {
    name: "next",
    packages: ["next"],
    weight: 20,
    commands: [/^next start/, /\.next\/standalone/],
    build: "npx next build",
    plan(own) {
      const found = config(own, "next.config");
      const output = /\boutput\s*:\s*["'](standalone|export)["']/.exec(found?.text ?? "")?.[1];
      const exported = output === "export" || /next export/.test(own.scripts.build ?? "");
      if (exported)
        return served(
          own,
          /distDir\s*:\s*["']([^"']+)/.exec(found?.text ?? "")?.[1] ?? "out",
          undefined,
          found?.path,
          "next.config exports static files",
        );
      if (output === "standalone") return standalone(own, found?.path);
      return runs(own, "next start", 3000, found?.path, "Next runs so in production");
    },
  },
  {
    name: "nuxt",
    packages: ["nuxt", "nuxt3", "nuxt-edge"],
    weight: 20,
    commands: [/^nuxt (start|preview)/, /^nuxi (start|preview)/, /\.output\/server/],
    build: "npx nuxt build",
    plan(own) {
      const found = config(own, "nuxt.config");
      const isStatic =
        /nuxt generate|nuxi generate/.test(own.scripts.build ?? "") ||
        /preset\s*:\s*["'](static|github-pages)["']/.test(found?.text ?? "");
      if (isStatic)
        return served(
          own,
          ".output/public",
          /ssr\s*:\s*false/.test(found?.text ?? "") ? "200.html" : undefined,
          found?.path,
          "Nuxt generates static files",
        );
      return runs(own, "node .output/server/index.mjs", 3000, found?.path, "Nuxt's build leaves this server");
    },
  },
  {
    name: "sveltekit",
    packages: ["@sveltejs/kit"],
    weight: 20,
    commands: [/^node (\.\/)?build/, /^vite preview/],
    build: "npx vite build",
    plan(own) {
      const found = config(own, "svelte.config");
      const text = found?.text ?? "";
      if (
        /adapter-static/.test(text) ||
        (!/adapter-(node|auto)/.test(text) && own.has("@sveltejs/adapter-static"))
      ) {
        return served(
          own,
          /pages\s*:\s*["']([^"']+)/.exec(text)?.[1] ?? "build",
          /fallback\s*:\s*["']([^"']+)/.exec(text)?.[1],
          found?.path,
          "svelte.config uses adapter-static",
        );
      }
      const out = posix.normalize(/\bout\s*:\s*["']([^"']+)/.exec(text)?.[1] ?? "build").replace(/\/$/, "");
      const auto = /adapter-auto/.test(text);
      return runs(
        own,
        `node ${out}`,
        3000,
        found?.path,
        auto
          ? "adapter-auto makes a Node server when it is told so while building"
          : "SvelteKit's adapter-node leaves this server",
        auto ? { buildEnv: { GCP_BUILDPACKS: "true" } } : {},
      );
    },
  },
  {
    name: "react-router",
    packages: ["@react-router/dev"],
    weight: 20,
    commands: [/^react-router-serve/],
    build: "npx react-router build",
    plan(own) {
      const found = config(own, "react-router.config");
      if (/ssr\s*:\s*false/.test(found?.text ?? ""))
        return served(
          own,
          "build/client",
          "index.html",
          found?.path,
          "react-router.config turns server rendering off",
        );
      return runs(
        own,
        "react-router-serve ./build/server/index.js",
        3000,
        found?.path,
        "React Router's build leaves this server",
      );
    },
  },
  {
    name: "remix",
    packages: ["@remix-run/react", "@remix-run/node", "@remix-run/dev"],
    weight: 19,
    commands: [/^remix-serve/],
    build: "npx remix vite:build",
    plan(own) {
      const vite = config(own, "vite.config");
      const target =
        /remix-serve\s+(\S+)/.exec(own.scripts.start ?? "")?.[1] ??
        (vite === undefined ? "build/index.js" : "./build/server/index.js");
      if (/ssr\s*:\s*false/.test(vite?.text ?? ""))
        return served(
          own,
          "build/client",
          "index.html",
          vite?.path,
          "Remix's server rendering is turned off",
        );
      return runs(own, `remix-serve ${target}`, 3000, vite?.path, "Remix's build leaves this server");
    },
  },
  {
    name: "astro",
    packages: ["astro"],
    weight: 19,
    commands: [/^node (\.\/)?dist\/server\/entry/, /^astro preview/],
    build: "npx astro build",
    plan(own) {
      const found = config(own, "astro.config");
      const text = found?.text ?? "";
      const out = posix
        .normalize(/outDir\s*:\s*["']([^"']+)/.exec(text)?.[1] ?? "dist")
        .replace(/^\.\/|\/$/g, "");
      if (/@astrojs\/node/.test(text)) {
        return runs(
          own,
          `node ./${out}/server/entry.mjs`,
          Number(/port\s*:\s*(\d+)/.exec(text)?.[1] ?? 4321),
          found?.path,
          "astro.config uses the Node adapter",
          { env: { HOST: "0.0.0.0" } },
        );
      }
      return served(own, out, undefined, found?.path, "Astro builds static files");
    },
  },
  {
    name: "tanstack-start",
    packages: ["@tanstack/react-start", "@tanstack/start", "@tanstack/solid-start"],
    weight: 20,
    commands: [/\.output\/server/],
    plan: (own) =>
      runs(
        own,
        "node .output/server/index.mjs",
        3000,
        undefined,
        "TanStack Start's build leaves this server",
      ),
  },
  {
    name: "solid-start",
    packages: ["@solidjs/start"],
    weight: 20,
    commands: [/^vinxi start/, /\.output\/server/],
    plan: (own) =>
      runs(own, "node .output/server/index.mjs", 3000, undefined, "SolidStart's build leaves this server"),
  },
  {
    name: "angular",
    packages: ["@angular/core"],
    weight: 16,
    when: (own) => own.scope.has("angular.json") || own.has("@angular/cli") || own.scope.has("project.json"),
    commands: [/^ng serve/, /^node dist\/.*server/],
    build: "npx ng build",
    plan(own) {
      const angular = own.scope.json("angular.json");
      const projects = Object.entries(digData(angular, "projects"));
      const preferred = digText(angular, "defaultProject");
      const [project, options] = projects.find(
        ([name, one]) => name === preferred || digText(one, "projectType") === "application",
      ) ??
        projects[0] ?? [digText(own.data, "name") ?? "app", {}];
      const architect = digData(options, "architect", "build");
      const builder = digText(architect, "builder") ?? "";
      const said = digData(architect, "options").outputPath;
      const out = typeof said === "string" ? said : (digText(said, "base") ?? `dist/${project}`);
      const rendered = own.has("@angular/ssr") || own.has("@nguniversal/express-engine");
      const where = own.scope.has("angular.json") ? "angular.json" : undefined;
      if (
        rendered &&
        (digData(architect, "options").server !== undefined ||
          own.scope.has("server.ts") ||
          own.scope.has("src/server.ts"))
      ) {
        const target =
          /node (\S+)/.exec(own.scripts[`serve:ssr:${project}`] ?? own.scripts["serve:ssr"] ?? "")?.[1] ??
          `${out}/server/server.mjs`;
        return runs(own, `node ${target}`, 4000, where, "Angular's server rendering leaves this server");
      }
      // The application builder puts what browsers get in a folder of its own; the older one does not.
      const folder =
        /:(application|browser-esbuild)$/.test(builder) && !/browser-esbuild$/.test(builder)
          ? `${out}/browser`
          : out;
      return served(own, folder, "index.html", where, "Angular builds static files");
    },
  },
  {
    name: "gatsby",
    packages: ["gatsby"],
    weight: 18,
    commands: [/^gatsby (serve|develop)/],
    build: "npx gatsby build",
    plan: (own) => served(own, "public", undefined, undefined, "Gatsby builds static files"),
  },
  {
    name: "docusaurus",
    packages: ["@docusaurus/core"],
    weight: 18,
    commands: [/^docusaurus/],
    build: "npx docusaurus build",
    plan: (own) => served(own, "build", undefined, undefined, "Docusaurus builds static files"),
  },
  {
    name: "vitepress",
    packages: ["vitepress"],
    weight: 12,
    commands: [/^vitepress/],
    plan(own) {
      const root = /vitepress build (\w[\w/-]*)/.exec(Object.values(own.scripts).join("\n"))?.[1];
      return served(
        own,
        root === undefined ? ".vitepress/dist" : `${root}/.vitepress/dist`,
        undefined,
        undefined,
        "VitePress builds static files",
      );
    },
  },
  {
    name: "eleventy",
    packages: ["@11ty/eleventy"],
    weight: 15,
    commands: [/eleventy/],
    build: "npx eleventy",
    plan(own) {
      const path = own.scope.first(
        ".eleventy.js",
        "eleventy.config.js",
        "eleventy.config.mjs",
        "eleventy.config.cjs",
        "eleventy.config.ts",
      );
      const text = path === undefined ? "" : (own.scope.text(path) ?? "");
      const flag = /--output[= ](\S+)/.exec(Object.values(own.scripts).join("\n"))?.[1];
      const out =
        flag ??
        /output\s*:\s*["']([^"']+)|setOutputDirectory\(\s*["']([^"']+)/.exec(text)?.slice(1).find(Boolean) ??
        "_site";
      return served(own, out, undefined, path, "Eleventy builds static files");
    },
  },
  {
    name: "cra",
    packages: ["react-scripts"],
    weight: 10,
    commands: [/^react-scripts/, /^craco/, /^serve\b/],
    build: "npx react-scripts build",
    plan: (own) => served(own, "build", "index.html", undefined, "Create React App builds static files"),
  },
  {
    name: "vue-cli",
    packages: ["@vue/cli-service"],
    weight: 10,
    commands: [/^vue-cli-service/],
    build: "npx vue-cli-service build",
    plan: (own) => served(own, "dist", "index.html", undefined, "Vue CLI builds static files"),
  },
  {
    name: "vite",
    packages: ["vite"],
    weight: 6,
    commands: [/^vite/, /^serve\b/, /^http-server/],
    build: "npx vite build",
    when: (own) =>
      own.scope.has("index.html") ||
      own.scope.has("src/index.html") ||
      /\bvite build\b/.test(own.scripts.build ?? ""),
    plan(own) {
      const found = config(own, "vite.config");
      const root = /\broot\s*:\s*["']([^"']+)/.exec(found?.text ?? "")?.[1] ?? "";
      const out =
        /outDir\s*:\s*["']([^"']+)/.exec(found?.text ?? "")?.[1] ??
        /--outDir[= ](\S+)/.exec(own.scripts.build ?? "")?.[1] ??
        "dist";
      return served(own, posix.join(root, out), "index.html", found?.path, "Vite builds static files");
    },
  },
  library("nest", ["@nestjs/core"], 18),
  library("adonis", ["@adonisjs/core"], 18, 3333),
  library("strapi", ["@strapi/strapi"], 18, 1337),
  library("fastify", ["fastify"], 11),
  library("express", ["express"], 11),
  library("hono", ["hono"], 12),
  library("koa", ["koa"], 11),
  library("hapi", ["@hapi/hapi"], 11),
  library("elysia", ["elysia"], 12),
  library("feathers", ["@feathersjs/feathers"], 13, 3030),
  library("apollo", ["@apollo/server"], 9, 4000),
];
