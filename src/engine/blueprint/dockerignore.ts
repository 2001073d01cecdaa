import type { Language } from "../profile/index.ts";

const common = `# Secrets: they would be readable in every image.
**/.env
**/.env.*
**/*.pem
**/*.key
**/id_rsa*
**/id_ed25519*
**/.netrc
# History and editors: no build needs them, and they change often.
**/.git
**/.gitignore
**/.gitattributes
**/.github
**/.vscode
**/.idea
**/.DS_Store
.devcontainer
.sistership
sistership*.yaml
sistership.lock
# Caches: made inside.
**/*.log
`;

const made: Partial<Record<Language, readonly string[]>> = {
  node: ["**/node_modules", "**/.next", "**/.nuxt", "**/.output", "**/.svelte-kit", "**/.turbo"],
  deno: ["**/node_modules"],
  python: [
    ...["**/.venv", "**/venv", "**/__pycache__", "**/*.pyc", "**/.pytest_cache", "**/.mypy_cache"],
    ...["**/.ruff_cache", "**/node_modules"],
  ],
  php: ["vendor", "**/node_modules"],
  ruby: ["vendor/bundle", ".bundle", "tmp/cache", "**/node_modules"],
  java: ["**/target", "**/build", "**/.gradle"],
  rust: ["target"],
  dotnet: ["**/bin", "**/obj"],
  elixir: ["_build", "deps", "**/node_modules"],
};

/** What never goes into a build: secrets, history, and what the build makes anew. */
export function dockerignore(languages: readonly Language[]): string {
  const names = [...new Set(languages.flatMap((language) => made[language] ?? []))].sort();
  return common + names.map((name) => `${name}\n`).join("");
}
