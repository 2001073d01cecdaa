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
import type { LanguageRules } from "./rules.ts";
import { rust } from "./rust.ts";
import { staticFiles } from "./static.ts";

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
