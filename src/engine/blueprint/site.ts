import type { Image, Process } from "../profile/index.ts";

/** Files that need no program of their own. PHP's document root does: its server is what `run` starts. */
export function serves(image: Image, { serve, run }: Process): boolean {
  return (
    serve !== undefined &&
    run === undefined &&
    image.runtime?.language !== "php" &&
    image.dockerfile === undefined
  );
}

/** Where the settings of the server of a process's files lie in its image. */
export function siteFile({ name }: Process): string {
  return `/etc/caddy/${name}.caddyfile`;
}

/** Settings of Caddy as a server of files, behind the edge that holds the certificates. */
export function siteText({ port = 8080, dir, serve }: Process, app: string): string {
  const folder = [app, dir, serve?.folder ?? "."].filter((part) => part !== ".").join("/");
  return [
    "{",
    "\tadmin off",
    "\tauto_https off",
    "\tpersist_config off",
    "}",
    `:${port} {`,
    `\troot * ${JSON.stringify(folder)}`,
    "\tencode zstd gzip",
    "\t@hidden path */.*",
    "\trespond @hidden 404",
    ...(serve?.fallback === undefined
      ? []
      : [`\ttry_files {path} ${JSON.stringify(`/${serve.fallback.replace(/^\//, "")}`)}`]),
    "\tfile_server",
    "}",
    "",
  ].join("\n");
}
