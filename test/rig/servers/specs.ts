import type { Login, Software, Spec } from "./server.ts";

export interface Plan {
  name: string;
  software: Software;
  login: Login;
  image: string;
}

/** Specs as they are meant, each with a name that no other has: "docker", "docker-2"… */
export function normalize(specs: readonly Spec[]): Plan[] {
  const names = new Set<string>();
  return specs.map((spec) => {
    const { software, login = "root", name = nameOf(spec) } = expand(spec);
    const free = numbered(name).find((candidate) => !names.has(candidate)) ?? name;
    names.add(free);
    return { name: free, software, login, image: `sistership-rig/server-${software}:13` };
  });

  function numbered(name: string): string[] {
    return [name, ...specs.map((_, at) => `${name}-${at + 2}`)];
  }
}

function expand(spec: Spec): Exclude<Spec, string> {
  if (spec === "sudo") return { software: "bare", login: "sudo" };
  return typeof spec === "string" ? { software: spec } : spec;
}

function nameOf(spec: Spec): string {
  if (typeof spec === "string") return spec;
  return spec.login === "sudo" ? `${spec.software}-sudo` : spec.software;
}
