import type { Facts } from "../facts.ts";
import type { Scope } from "../scope.ts";

/** How one language is recognised and read. */
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
