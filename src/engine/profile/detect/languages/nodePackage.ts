import type { Dependency } from "../facts.ts";
import type { Data, Scope } from "../scope.ts";
import type { Manager } from "./nodeManager.ts";

export const manifest = "package.json";

export interface Package {
  scope: Scope;
  data: Data;
  text: string;
  scripts: Record<string, string>;
  manager: Manager;
  dependencies: Dependency[];
  main: Set<string>;
  all: Set<string>;
}
