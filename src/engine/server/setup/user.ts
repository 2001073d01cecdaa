import { template } from "../../blueprint/index.ts";
import type { Facts } from "../facts/index.ts";
import type { Remote } from "../link.ts";
import type { Operation } from "./operation.ts";

/** A user to deploy as: let in by key alone, may use Docker, becomes root only if that was chosen. */
export function deployUser({ users, user }: Facts, wish: { name: string; sudo: boolean }): Operation {
  const { name, sudo } = wish;
  const script: Remote = {
    program: "sh",
    args: ["-s", "--", name, user.name, sudo ? "sudo" : "no-sudo"],
    input: template("server/user.sh"),
    root: true,
  };
  const described = {
    id: "user",
    title: `Make the user ${name}`,
    why: `A login for deploying that is not root's: let in by the keys that ${user.name} has, without a password${sudo ? ", and root when it asks" : ""}. It may use Docker, which is as good as being root.`,
    command: `useradd --create-home --shell /bin/bash --groups docker ${name}`,
  } as const;
  const there = users.find((one) => one.name === name);
  const so =
    there?.groups.includes("docker") && (!sudo || there.groups.some((group) => /^(sudo|wheel)$/.test(group)));
  return so
    ? { ...described, state: { needed: false, because: "it is there" } }
    : { ...described, state: { needed: true, action: { kind: "run", remotes: [script] } } };
}
