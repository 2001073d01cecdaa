import { posix } from "node:path";
import type { Profile } from "../../profile/index.ts";
import type { GeneratedFile } from "../blueprint.ts";
import { seal, unsealed } from "../seal.ts";
import { askedFor } from "../variables.ts";
import { type CiStage, ciStages } from "./stages.ts";

/** What a workflow knows of the repository beside the profile. */
export interface Repository {
  /** The branch whose pushes are deployed. */
  branch: string;
  /** Where the project lies, from the repository's root; "." for the root itself. */
  folder: string;
}

const again = {
  made: "Made by Sistership from sistership.yaml.",
  instead: 'Change sistership.yaml instead and run "sistership ci init" again',
};

export const ciProgram = ".sistership/cli.cjs";
/** The variable of the repository by which somebody says that the reviewers are set. */
export const reviewedVariable = "SISTERSHIP_REVIEWED";
const cli = `node ${ciProgram}`;

/** The workflow for GitHub Actions: everything is built and tested; what is pushed to the branch is deployed. Pure. */
export function ciWorkflow(profile: Profile, { branch, folder }: Repository): GeneratedFile {
  const stages = ciStages(profile);
  const about = `Builds and tests ${profile.name}, and deploys what is pushed to ${branch}.`;
  const body = [
    ...needs(stages),
    "",
    "name: Sistership",
    "on:",
    "  push:",
    `    branches: [${JSON.stringify(branch)}]`,
    "  pull_request:",
    "permissions:",
    "  contents: read",
    ...(folder === "." ? [] : ["defaults:", "  run:", `    working-directory: ${JSON.stringify(folder)}`]),
    "jobs:",
    ...testJob(profile),
    ...stages.flatMap((stage, at) => deployJob(stage, stages.slice(0, at), profile.name)),
  ];
  return {
    path: ".github/workflows/sistership.yaml",
    text: seal(body.join("\n"), "#", about, again),
    about,
    when: "always",
  };
}

/** The program that the workflow runs, kept in the repository: what deploys is what was reviewed, and nothing is fetched. */
export function ciCli(bundle: string, version: string, { folder }: Repository): GeneratedFile {
  const about = `Sistership ${version}: the program that the workflow of GitHub Actions runs.`;
  const made = { made: "Put here by Sistership.", instead: 'Run "sistership ci init" for another version' };
  return {
    path: posix.join(folder, ciProgram),
    text: seal(unsealed(bundle).replace(/^#!.*\n/, ""), "//", about, made),
    about,
    when: "always",
  };
}

function needs(stages: readonly CiStage[]): string[] {
  const secrets = [...new Set(stages.flatMap((stage) => stage.secrets))].sort();
  const reviewed = stages.filter((stage) => stage.reviewed).map(({ name }) => name);
  return [
    "# What it needs in the settings of the repository:",
    "# secrets SISTERSHIP_SSH_KEY (a private key that the servers let in, without a passphrase),",
    "#   SISTERSHIP_KNOWN_HOSTS (their host keys, as lines of known_hosts: they are always checked),",
    "#   SISTERSHIP_SSH_CONFIG (for servers that are not in sistership.servers.yaml, or not by their address);",
    ...(secrets.length === 0
      ? []
      : [
          `#   of the application: ${secrets.join(", ")}. Each is taken where the stage has no value yet;`,
          '#   a new value is given with "sistership secrets set".',
        ]),
    ...(reviewed.length === 0
      ? []
      : [
          `# environment ${reviewed.join(", ")} with required reviewers, and then the variable ${reviewedVariable} with the value yes:`,
          "#   without reviewers GitHub would deploy at once, so that until then it is not deployed from here.",
        ]),
    '# "sistership ci init" prints them with their values, as far as they are no secrets.',
  ];
}

const checkout = [
  "      - uses: actions/checkout@v4",
  "      - uses: actions/setup-node@v4",
  "        with:",
  "          node-version: 22",
];

function testJob(profile: Profile): string[] {
  const asked = askedFor(profile);
  const tests = Object.keys(profile.dev.test).length > 0;
  return [
    "  test:",
    "    name: Build and test",
    "    runs-on: ubuntu-latest",
    "    timeout-minutes: 60",
    ...(asked.length === 0
      ? []
      : [
          "    # Tests do without real values: whoever opens a pull request could read them.",
          "    env:",
          ...asked.map((name) => `      ${name}: for-tests-only`),
        ]),
    "    steps:",
    ...checkout,
    ...(tests
      ? [
          "      - name: Bring the environment up",
          `        run: ${cli} up`,
          "      - name: Test",
          `        run: ${cli} test`,
          "      - name: Make room",
          `        run: ${cli} down`,
        ]
      : ["      # sistership.yaml names no tests (dev: test): what is released is built and started."]),
    "      - name: Build and start what is released",
    `        run: ${cli} up --release`,
  ];
}

function deployJob({ name, reviewed, secrets }: CiStage, before: readonly CiStage[], app: string): string[] {
  const after = ["test", ...before.filter((stage) => !stage.reviewed).map((stage) => `deploy-${stage.name}`)];
  const pushed = "github.event_name == 'push'";
  return [
    `  deploy-${name}:`,
    `    name: Deploy to ${name}`,
    `    needs: [${after.join(", ")}]`,
    `    if: ${reviewed ? `${pushed} && vars.${reviewedVariable} == 'yes'` : pushed}`,
    "    runs-on: ubuntu-latest",
    "    timeout-minutes: 60",
    ...(reviewed ? ["    # Its required reviewers say yes before anything is deployed."] : []),
    `    environment: ${name}`,
    "    # One after the other: a deploy that goes on is not cut off.",
    "    concurrency:",
    `      group: sistership-${app}-${name}`,
    "      cancel-in-progress: false",
    "    steps:",
    ...checkout,
    "      - name: Prepare the way to the servers",
    "        env:",
    ...["SSH_KEY", "KNOWN_HOSTS", "SSH_CONFIG"].map(
      (part) => `          ${part}: \${{ secrets.SISTERSHIP_${part} }}`,
    ),
    "        run: |",
    ...prepare.map((line) => `          ${line}`),
    `      - name: Deploy to ${name}`,
    ...(secrets.length === 0
      ? []
      : ["        env:", ...secrets.map((secret) => `          ${secret}: \${{ secrets.${secret} }}`)]),
    `        run: ${cli} deploy ${name} --yes --json --ssh-config ~/.ssh/sistership.config`,
    "      - name: Take the key away",
    "        if: always()",
    "        run: rm -f ~/.ssh/sistership.*",
  ];
}

const prepare = [
  "umask 077",
  "mkdir -p ~/.ssh",
  `printf '%s\\n' "$SSH_KEY" > ~/.ssh/sistership.key`,
  `printf '%s\\n' "$KNOWN_HOSTS" > ~/.ssh/sistership.hosts`,
  `printf '%s\\n' "$SSH_CONFIG" > ~/.ssh/sistership.config`,
  "cat >> ~/.ssh/sistership.config <<'END'",
  "Host *",
  "  IdentityFile ~/.ssh/sistership.key",
  "  IdentitiesOnly yes",
  "  UserKnownHostsFile ~/.ssh/sistership.hosts",
  "  StrictHostKeyChecking yes",
  "END",
];
