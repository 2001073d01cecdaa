import type { Facts } from "../facts.ts";
import type { Scope } from "../scope.ts";
import { deno } from "./deno.ts";
import { dotnet } from "./dotnet.ts";
import { elixir } from "./elixir.ts";
import { go } from "./go.ts";
import { java } from "./java.ts";
import { readNode } from "./node.ts";
import { nx } from "./nx.ts";
import { php } from "./php.ts";
import { readPython } from "./python.ts";
import { manifests } from "./pythonManager.ts";
import { ruby } from "./ruby.ts";
import { rust } from "./rust.ts";
import { staticFiles } from "./static.ts";

export interface LanguageRules {
  /** A folder with one of these may be an application of the language. */
  manifests: readonly string[];
  /** The same by how a name ends, where names are free: .csproj. */
  endings?: readonly string[];
  /** The root is looked at even where no manifest is. */
  bare?: boolean;
  /** Facts about the folder; no processes where it is not an application, nothing where it is not of the language. */
  read(scope: Scope): Facts | undefined;
}

export const languageRules: readonly LanguageRules[] = [
  { manifests: ["package.json"], read: readNode },
  {
    manifests,
    bare: true,
    read: (scope) => (scope.sources(".py").length === 0 ? undefined : readPython(scope)),
  },
  nx,
  php,
  ruby,
  go,
  java,
  rust,
  dotnet,
  elixir,
  deno,
  staticFiles,
];
