import type { Command } from "commander";
import type { World } from "./context.ts";

export function addProfile(program: Command, { stdout }: World): void {
  const profile = program.command("profile").description("Look at the profile's format");
  profile
    .command("schema")
    .description("Print the JSON schema of sistership.yaml")
    .action(async () => {
      const { profileSchema } = await import("../engine/profile/index.ts");
      stdout.write(`${JSON.stringify(profileSchema(), null, 2)}\n`);
    });
}
