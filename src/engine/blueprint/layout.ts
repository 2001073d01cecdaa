import type { Profile } from "../profile/index.ts";
import {
  dockerfilePath,
  freeName,
  portVariable,
  setups,
  type Target,
  workspaceFolder,
  workspaceService,
} from "./compose.ts";
import { appFolder } from "./dockerfile.ts";
import { stackOf } from "./stacks/index.ts";

/** Which services the generated Compose file has, and what each of them is for. */
export interface Layout {
  workspace: { service: string; folder: string };
  /** One service of each image that is built, and the Dockerfile it is built from. */
  images: { name: string; service: string; dockerfile: string; generated: boolean }[];
  /** Services that install dependencies and end, and the folder they do it in. */
  setups: { service: string; image: string; folder: string }[];
  /** Run beside the application, and healthy before it. */
  services: string[];
  /** The application's processes that run all the time. */
  processes: string[];
  release?: string;
  seeds: string[];
  tests: { process: string; service: string }[];
  /** What is reached from this machine: the variable that says at which port, and the port inside. */
  ports: { name: string; variable: string; port: number; web: boolean }[];
}

/** The layout of an environment. What is only for developing is not in what is released: there the main process stands for the workspace. */
export function layout(profile: Profile, target: Target = "dev"): Layout {
  if (target === "release")
    return {
      ...layout(profile),
      workspace: { service: profile.main, folder: appFolder },
      setups: [],
      seeds: [],
      tests: [],
    };
  const workspace = workspaceService(profile);
  const task = (name: string) => (of: string) =>
    freeName(profile, of === profile.main ? name : `${name}-${of}`);
  const processes = Object.values(profile.processes);
  return {
    workspace: { service: workspace, folder: workspaceFolder(profile) },
    images: Object.values(profile.images).flatMap((image) => {
      const user = processes.find((process) => process.image === image.name);
      if (user === undefined) return [];
      const generated = stackOf(profile, image.name) !== undefined;
      const dockerfile = image.dockerfile?.path ?? dockerfilePath(profile, image);
      return [{ name: image.name, service: user.name, dockerfile, generated }];
    }),
    setups: [...setups(profile)].map(([service, image]) => ({
      service,
      image: image.name,
      folder: appFolder,
    })),
    services: Object.keys(profile.services),
    processes: processes.filter(({ schedule }) => schedule === undefined).map(({ name }) => name),
    ...(profile.release ? { release: freeName(profile, "release") } : {}),
    seeds: Object.keys(profile.dev.seed).map(task("seed")),
    tests: Object.keys(profile.dev.test).map((process) => ({ process, service: task("test")(process) })),
    ports: [
      ...processes.map(({ name, port }) => ({ name, port, web: true })),
      ...Object.values(profile.services).map(({ name, port }) => ({ name, port, web: false })),
    ].flatMap(({ name, port, web }) => (port ? [{ name, variable: portVariable(name), port, web }] : [])),
  };
}
