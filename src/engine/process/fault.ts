import type { Command } from "./command.ts";

/** What a button beside a failure may do. Only what is safe to press without reading twice. */
export type Fix = { label: string; open: string } | { label: string; run: Command };

interface Sentence {
  says: string;
  fix?: Fix;
}

/** What systems say of files, in words. */
function plainly(reason: string): string {
  if (reason.startsWith("EROFS")) return "its disk is read-only; copy the project to one that is not";
  if (/^E(ACCES|PERM)\b/.test(reason)) return "you may not write there; check whom the folder belongs to";
  if (reason.startsWith("ENOSPC")) return "the disk is full; free some space";
  return reason;
}

/** Every failure the engine knows, with the sentence people read. A new failure is a new line here. */
const sentences = {
  cancelled: (what: string) => ({ says: `${what} was cancelled.` }),
  "program-missing": (program: string) => ({
    says: `${program} was not found: install it, or add its folder to the PATH.`,
  }),
  "program-refused": (program: string, reason: string) => ({
    says: `${program} could not be started: ${reason}.`,
  }),
  "folder-missing": (folder: string) => ({ says: `The folder ${folder} does not exist.` }),
  "program-failed": (program: string, how: string, last: string) => ({
    says: `${program} ${how}${last ? `: ${last}` : "."}`,
  }),
  "timed-out": (program: string, ms: number) => ({
    says: `${program} did not finish within ${ms / 1000} s and was stopped.`,
  }),
  "docker-missing": (socket: string) => ({
    says: `No Docker engine was found at ${socket}: install Docker Engine or Docker Desktop, then try again.`,
    fix: { label: "How to install Docker", open: "https://docs.docker.com/engine/install/" },
  }),
  "docker-stopped": (socket: string) => ({
    says: `Docker is installed but its engine does not answer at ${socket}: start it, then try again.`,
    ...(process.platform === "linux"
      ? { fix: { label: "Start Docker", run: { program: "sudo", args: ["systemctl", "start", "docker"] } } }
      : {}),
  }),
  "docker-denied": (socket: string) => ({
    says: `You may not use Docker at ${socket}: add yourself to the group that owns the socket, then log out and in again.`,
    fix: { label: "How to get access", open: "https://docs.docker.com/engine/install/linux-postinstall/" },
  }),
  "docker-too-old": (version: string, least: string) => ({
    says: `Docker Engine ${version} is too old: update it to ${least} or newer.`,
    fix: { label: "How to update Docker", open: "https://docs.docker.com/engine/install/" },
  }),
  "docker-context": (context: string) => ({
    says: `The Docker context "${context}" is chosen but not defined on this machine: choose another with "docker context use".`,
    fix: {
      label: "Choose the engine here",
      run: { program: "docker", args: ["context", "use", "default"] },
    },
  }),
  "docker-far": (host: string) => ({
    says: `Docker is set to ${host}, another machine, which cannot see the files of this one: choose the engine here with "docker context use default", and unset DOCKER_HOST.`,
    fix: {
      label: "Choose the engine here",
      run: { program: "docker", args: ["context", "use", "default"] },
    },
  }),
  "clock-skewed": (seconds: number) => ({
    says: `Docker's clock is ${Math.abs(seconds)} s ${seconds < 0 ? "behind" : "before"} this machine's: restart Docker, or set the clock of the machine it runs in.`,
  }),
  "proxy-unknown": () => ({
    says: "This machine goes through a proxy (HTTPS_PROXY) of which Docker does not know: name it in Docker's own settings, or images cannot be fetched.",
    fix: { label: "How to tell Docker", open: "https://docs.docker.com/engine/daemon/proxy/" },
  }),
  "memory-low": (hasGB: number, leastGB: number) => ({
    says: `Docker has only ${hasGB} GB of memory: give it at least ${leastGB} GB, in the settings of Docker Desktop or of its machine.`,
  }),
  "wsl-disk": (folder: string) => ({
    says: `${folder} lies on the disk of Windows, from which containers read slowly and of whose changes they are not told: move the project into the home folder of WSL.`,
    fix: { label: "Why", open: "https://docs.docker.com/desktop/features/wsl/best-practices/" },
  }),
  "check-silent": (what: string, seconds: number, command: string) => ({
    says: `${what} could not be looked at within ${seconds} s${command === "" ? "" : `: try "${command}" yourself`}; if that hangs too, start Docker again.`,
  }),
  "docker-endpoint": (host: string) => ({
    says: `Docker is set to ${host}, which is neither a local socket nor a TCP address: choose another context with "docker context use".`,
  }),
  "docker-failed": (what: string, reason: string) => ({ says: `Docker could not ${what}: ${reason}` }),
  "compose-missing": () => ({
    says: "Docker Compose v2 is missing: install the docker-compose-plugin package, or Docker Desktop.",
    fix: { label: "How to install Compose", open: "https://docs.docker.com/compose/install/" },
  }),
  "compose-too-old": (version: string, least: string) => ({
    says: `Docker Compose ${version} is too old: update it to ${least} or newer.`,
    fix: { label: "How to update Compose", open: "https://docs.docker.com/compose/install/" },
  }),
  "buildx-missing": () => ({
    says: "Docker Buildx is missing: install the docker-buildx-plugin package, or Docker Desktop.",
    fix: {
      label: "How to install Buildx",
      open: "https://docs.docker.com/build/concepts/overview/#install-buildx",
    },
  }),
  "buildx-too-old": (least: string) => ({
    says: `Docker Buildx is older than this Compose asks for: update it to ${least} or newer.`,
    fix: {
      label: "How to update Buildx",
      open: "https://docs.docker.com/build/concepts/overview/#install-buildx",
    },
  }),
  "disk-low": (folder: string, freeGB: number, leastGB: number) => ({
    says: `Only ${freeGB} GB are free on the disk of ${folder}: free at least ${leastGB} GB, for example with "docker system prune".`,
    fix: { label: "Free what Docker does not use", run: { program: "docker", args: ["system", "prune"] } },
  }),
  "disk-full": (what: string) => ({
    says: `The disk is full, and ${what} stopped: free some space, for example with "docker system prune", then try again.`,
  }),
  "engine-gone": (what: string) => ({
    says: `Docker stopped answering, and so did ${what}: start Docker again, then press once more. It goes on where it stopped.`,
  }),
  "build-failed": (image: string, reason: string) => ({
    says: `The image of ${image} could not be built: ${reason}`,
  }),
  "image-unavailable": (image: string, reason: string) => ({
    says: `The image ${image} could not be fetched: ${reason}. Check its name in sistership.yaml, and the network.`,
  }),
  "image-login": (image: string, registry: string) => ({
    says: `The image ${image} is shown only to who has logged in: log in with "docker login${registry === "" ? "" : ` ${registry}`}", then try again.`,
  }),
  "port-taken": (port: string, holder: string) => ({
    says: `Port ${port} is held by ${holder}: stop that, then try again.`,
  }),
  "process-exited": (name: string, code: string, hint: string) => ({
    says: `${name} ended as soon as it had started, with exit code ${code}${hint === "" ? ". Its last lines say why." : `: ${hint}`}`,
  }),
  "never-healthy": (name: string, hint: string) => ({
    says: `${name} runs but does not become healthy: ${hint}`,
  }),
  "command-missing": (name: string, command: string) => ({
    says: `${name} cannot start, because its image has no program "${command}": check "run" in sistership.yaml, and what "install" installs.`,
  }),
  "image-architecture": (name: string) => ({
    says: `${name} cannot start, because its image was made for another kind of processor: choose an image for this one.`,
  }),
  "dependencies-failed": (reason: string) => ({
    says: `The dependencies could not be installed: ${reason}`,
  }),
  "release-failed": (command: string, reason: string) => ({
    says: `The release command "${command}" failed, and the application was not started: ${reason}`,
  }),
  "seed-failed": (command: string, reason: string) => ({
    says: `The seed command "${command}" failed; it runs again the next time: ${reason}`,
  }),
  "values-missing": (names: string) => ({
    says: `${names} must have a value before this can start: put it into .env, or set it in the environment of this command.`,
  }),
  "env-file-wrong": (file: string, reason: string) => ({
    says: `${file} could not be read as NAME=value lines: ${reason}`,
  }),
  "compose-refused": (reason: string) => ({
    says: `Compose does not accept the files in .sistership: ${reason}`,
  }),
  "compose-failed": (what: string, reason: string) => ({ says: `Docker could not ${what}: ${reason}` }),
  "name-taken": (container: string) => ({
    says: `Another container is called ${container} already: remove it with "docker rm ${container}", or change the name.`,
  }),
  "mount-missing": (path: string) => ({
    says: `${path} is mounted into the environment but does not exist on this machine: make it, or take it out of the Compose file.`,
  }),
  "mount-denied": (path: string) => ({
    says: `Docker may not share ${path} with containers: add it in Docker Desktop under Settings, Resources, File sharing.`,
  }),
  "volume-missing": (volume: string) => ({
    says: `The volume ${volume} is used but was never made: make it with "docker volume create ${volume}", or take it out of the Compose file.`,
  }),
  "network-missing": (network: string) => ({
    says: `The network ${network} is used but was never made: make it with "docker network create ${network}", or take it out of the Compose file.`,
  }),
  "networks-exhausted": () => ({
    says: 'Docker has no addresses left for another network: remove unused ones with "docker network prune".',
  }),
  "gpu-missing": () => ({
    says: "A GPU is asked for, but Docker on this machine has no runtime for one: install the NVIDIA Container Toolkit, or take the GPU out of the Compose file.",
  }),
  "not-up": (name: string) => ({
    says: `The environment of ${name} is not running: start it with "sistership up", or with Open in Environment in the editor.`,
  }),
  "no-such-process": (name: string, all: string) => ({
    says: `There is no process or service "${name}" in sistership.yaml: choose from ${all}.`,
  }),
  "no-debugger": (name: string) => ({
    says: `${name} cannot be debugged from here: debuggers are led into processes of Node, Python, PHP and Go, in images that Sistership makes.`,
  }),
  "debugger-silent": (name: string, reason: string) => ({
    says: `${name} did not begin to listen to debuggers${reason === "" ? "" : ` (${reason})`}: look whether it runs, and whether it replaces PYTHONPATH or GOFLAGS, or catches SIGUSR1 itself.`,
  }),
  "no-terminal": (what: string) => ({
    says: `"sistership ${what}" needs a terminal: to run a program from a script, use "sistership exec".`,
  }),
  "logs-too-long": () => ({
    says: "These lines are too many for the clipboard: save them to a file, or filter them first.",
  }),
  "time-unclear": (text: string) => ({
    says: `"${text}" is not a time: write a date and time such as 2026-01-31T12:00, or how long ago, such as 10m, 2h or 1d.`,
  }),
  "no-such-stage": (name: string, all: string) => ({
    says: `There is no stage "${name}" in sistership.yaml: ${all === "" ? "it names none, so rehearse without one" : `choose from ${all}`}.`,
  }),
  "no-tests": () => ({
    says: 'sistership.yaml names no tests: add "test" under "dev", such as test: npm test.',
  }),
  "no-group": (server: string) => ({
    says: `There is no other server whose group ${server} could join: add one, and set it up first.`,
  }),
  "no-stages": () => ({
    says: "The profile has no stages yet: add one under stages, with the servers it runs on.",
  }),
  unsaved: (file: string) => ({
    says: `${file} has changes that are not saved: save or undo them, then try again.`,
  }),
  "server-unreachable": (server: string, reason: string) => ({
    says: `${server} could not be reached over SSH: ${reason}`,
  }),
  "server-name": (server: string) => ({
    says: `"${server}" is not a server: write a host of your SSH configuration, user@host or user@host:port.`,
  }),
  "ssh-config": (file: string, line: number, reason: string) => ({
    says: `${file}, line ${line}: ${reason}. Mend it, then try again.`,
  }),
  "host-key-changed": (server: string, has: string, known: string, where: string) => ({
    says: `${server} shows another host key than the one you know, and nothing was sent: it has ${has}, you know ${known} (${where}). Ask whoever runs it whether it was set up anew; only then take that line away.`,
  }),
  "host-key-revoked": (server: string, has: string, where: string) => ({
    says: `${server} shows the host key ${has}, which ${where} revokes, and nothing was sent: give the server a new one.`,
  }),
  "host-key-unknown": (server: string, has: string, why: string) => ({
    says: `${server} shows the host key ${has}, which is not known here yet, and nothing was sent: ${why}.`,
  }),
  "login-refused": (server: string, user: string, reason: string) => ({
    says: `${server} did not let ${user} in: ${reason}.`,
  }),
  "key-open": (file: string, mode: string) => ({
    says: `The key ${file} can be read by others (${mode}), and was not used: make it yours alone with "chmod 600 ${file}".`,
  }),
  "passphrase-wrong": (file: string) => ({
    says: `The passphrase of ${file} was not right, and the key was not used: try again.`,
  }),
  "connection-lost": (server: string, what: string) => ({
    says: `The connection to ${server} was lost, and ${what} may not have ended there: try again when it answers.`,
  }),
  "sudo-missing": (server: string, user: string) => ({
    says: `${server} has no sudo, and ${user} is not root: log in as root, or have sudo installed and ${user} allowed to use it.`,
  }),
  "sudo-refused": (server: string, user: string, reason: string) => ({
    says: `${user} may not become root on ${server}: ${reason}.`,
  }),
  "forwarding-forbidden": (server: string, to: string, setting: string) => ({
    says: `${server} does not lead connections on to ${to}: set ${setting} in its sshd_config.`,
  }),
  "socket-denied": (server: string, path: string) => ({
    says: `Your user may not use ${path} on ${server}: add it to the group that owns the socket, or become root.`,
  }),
  "socket-refused": (server: string, path: string, reason: string) => ({
    says: `${path} on ${server} could not be reached: ${reason}.`,
  }),
  "sessions-refused": (server: string) => ({
    says: `${server} let you in but runs nothing for you: allow sessions (MaxSessions) in its sshd_config.`,
  }),
  "image-absent": (image: string) => ({
    says: `There is no image ${image} on this machine: build it first, with "sistership up --release" or "sistership ship".`,
  }),
  "layers-unreadable": (image: string, reason: string) => ({
    says: `The layers of ${image} could not be got out of Docker here: ${reason}. Build it anew, then try again.`,
  }),
  "server-full": (server: string, needs: string, has: string) => ({
    says: `${server} has no room for the image: it needs about ${needs}, and ${has} are free. Free some space there, for example with "docker system prune"; what had arrived was removed.`,
  }),
  "image-refused": (server: string, image: string, reason: string) => ({
    says: `Docker on ${server} did not take ${image}, and runs what it ran: ${reason}`,
  }),
  "image-differs": (server: string, image: string, what: string) => ({
    says: `What arrived on ${server} is not ${image} as it is here (${what}), also after it was sent in full: it was removed there. Check the disk and the Docker engine of ${server}.`,
  }),
  "image-other-architecture": (server: string, has: string, image: string, is: string) => ({
    says: `${server} runs ${has}, and ${image} is for ${is}: build it for ${has}, or on the server, with "build: server" in its stage.`,
  }),
  "sending-stalled": (server: string, seconds: number) => ({
    says: `${server} took nothing for ${seconds} s, several times over: check its network and its disk, then try again. What arrived stays, and only the rest is sent.`,
  }),
  "no-folder": () => ({ says: "No folder is open: open the project's folder first." }),
  "nothing-recognised": (folder: string) => ({
    says: `Nothing in ${folder} says what it is made of: open the folder that holds package.json, requirements.txt, composer.json, go.mod or the like, or write sistership.yaml by hand.`,
  }),
  "server-unreadable": (server: string) => ({
    says: `${server} let itself be reached but did not say what it is: it needs a POSIX shell as the login's command, and no program that ends it early.`,
  }),
  "system-unsupported": (server: string, system: string, why: string) => ({
    says: `${server} runs ${system}, which cannot be set up from here: ${why}.`,
  }),
  "no-root": (server: string, user: string) => ({
    says: `${user} may not become root on ${server}, and setting up needs that: log in as root, or install sudo and put ${user} into its group.`,
  }),
  "podman-there": (server: string) => ({
    says: `On ${server} the program "docker" is podman, which knows no Swarm: remove the package podman-docker, then set up again. Podman itself may stay.`,
  }),
  "server-docker-unfit": (server: string, reason: string) => ({
    says: `Docker on ${server} cannot be used: ${reason}.`,
  }),
  "daemon-file-wrong": (server: string, reason: string) => ({
    says: `/etc/docker/daemon.json on ${server} was left as it is, for it cannot be understood: ${reason}. Mend it, then set up again.`,
  }),
  "swarm-foreign": (server: string, what: string) => ({
    says: `${server} belongs to a swarm that Sistership did not make (${what}): let it "docker swarm leave" first if nobody needs that, or say that it may be taken over. Nothing was changed.`,
  }),
  "swarm-unwell": (server: string, reason: string) => ({
    says: `The swarm of ${server} cannot be used as it is: ${reason}.`,
  }),
  "network-foreign": (server: string) => ({
    says: `${server} has a network called sistership that Sistership did not make: rename or remove it, then set up again.`,
  }),
  "would-lock-out": (server: string, after: string) => ({
    says: `With the new firewall rules ${server} could not be reached any more: ${after}. Look which rule or provider's firewall shuts SSH out.`,
  }),
  "set-up-failed": (server: string, what: string, reason: string) => ({
    says: `${what} failed on ${server}: ${reason.replace(/\.$/, "")}. What was done before stays; set up again to go on.`,
  }),
  "image-out-of-reach": (server: string, image: string, reason: string) => ({
    says: `${server} can fetch ${image} from no registry, and it could not be sent from here either: ${reason.replace(/\.$/, "")}.`,
  }),
  "edge-unwell": (server: string, reason: string) => ({
    says: `The edge proxy on ${server} does not run: ${reason.replace(/\.$/, "")}.`,
  }),
  "edge-old": (server: string) => ({
    says: `The edge proxy on ${server} is of an older kind, which cannot be renewed without cutting visitors off: set ${server} up again first.`,
  }),
  "edge-not-renewed": (server: string, reason: string) => ({
    says: `The new Caddy did not take over at the edge of ${server}, and the one before goes on: ${reason.replace(/\.$/, "")}.`,
  }),
  "edge-refused": (server: string, reason: string) => ({
    says: `The edge proxy on ${server} does not accept its new configuration, and goes on with the one it has: ${reason.replace(/\.$/, "")}.`,
  }),
  "no-such-server": (name: string, near: string) => ({
    says: `No server is called "${name}" in sistership.servers.yaml, your own list or your SSH configuration${near === "" ? ': add it with "sistership servers add"' : `: did you mean ${near}?`}`,
  }),
  "server-known": (name: string, file: string) => ({
    says: `A server is called "${name}" already in ${file}: choose another name, or remove that one first.`,
  }),
  "server-of-ssh": (name: string) => ({
    says: `${name} stands in your SSH configuration, which is yours to edit: it is in no list of servers.`,
  }),
  "inventory-wrong": (file: string, line: number, message: string) => ({
    says: `${file}, line ${line}: ${message.replace(/\.$/, "")}. Mend it, then try again.`,
  }),
  "group-refused": (server: string, reason: string) => ({ says: `${server} was left as it is: ${reason}.` }),
  "no-profile": (file: string) => ({
    says: `${file} does not exist: make one with "sistership init", or with Set Up This Project in the editor.`,
  }),
  "profile-wrong": (file: string, line: number, message: string) => ({
    says: `${file}, line ${line}: ${message} Mend it, then try again; nothing was started or written.`,
  }),
  "overlay-image": (file: string) => ({
    says: `${file} was not used: it would change the image, which is the same for everybody. Put what concerns packages, versions, ports or health into sistership.yaml.`,
  }),
  "lock-wrong": (file: string, reason: string) => ({
    says: `${file} could not be read: ${reason.replace(/[.:]+$/, "")}. Take it back from Git, or delete it and run "sistership update".`,
  }),
  "image-unknown": (image: string) => ({
    says: `No registry has an image ${image}, or none shows it to you: check its name and version in sistership.yaml, or log in with "docker login". sistership.lock was left as it is.`,
  }),
  "registry-unreachable": (image: string, reason: string) => ({
    says: `The registry could not be asked for ${image}, and sistership.lock was left as it is: check the network, then try again. It said: ${reason}`,
  }),
  "profile-exists": (file: string) => ({
    says: `${file} exists already and was left as it is: edit it, or take it away first.`,
  }),
  "answers-needed": (questions: string) => ({
    says: `The repository leaves something open, and there is no terminal to ask in: ${questions} Add --yes to take the defaults.`,
  }),
  "cli-not-packed": (file: string) => ({
    says: `${file} is not the packed program, which is what a workflow runs: pack Sistership with "npm run package", and use its dist/cli.js.`,
  }),
  "not-written": (file: string, reason: string) => ({
    says: `${file} could not be written: ${plainly(reason)}.`,
  }),
  "name-too-long": (name: string, longest: number) => ({
    says: `The service ${name} would have a name of ${name.length} letters, and servers take ${longest}: shorten the name of the project, the stage or the process in sistership.yaml.`,
  }),
  "no-timers": (server: string) => ({
    says: `${server} has no systemd, whose timers start what has a schedule: take the schedule out of sistership.yaml, or choose another server.`,
  }),
  "timers-refused": (server: string, reason: string) => ({
    says: `The timers of ${server} could not be set: ${reason}. Look at it with "systemctl list-timers" there, then deploy again.`,
  }),
  "run-failed": (reason: string) => ({
    says: `The program was not run to its end: ${reason}`,
  }),
  "page-missing": (file: string) => ({
    says: `${file}, which sistership.yaml names as the page for maintenance, cannot be read: put it there, or name another. Nothing was changed.`,
  }),
  "page-too-large": (kB: number, most: number) => ({
    says: `The page has ${kB} KB, and servers keep ${most} KB of one: leave pictures and fonts out of it. Nothing was changed.`,
  }),
  "maintenance-kept": (place: string, process: string, reason: string) => ({
    says: `${place} stays in maintenance, for ${process} is not well: ${reason}. Deploy, roll back or restart it, then try again.`,
  }),
  "password-unfit": (name: string, reason: string) => ({
    says: `The value of ${name} cannot be the password that visitors are asked for: ${reason}. Choose another.`,
  }),
  "release-record-wrong": (file: string, place: string, how: string) => ({
    says: `${file}, which says what a release of ${place} was, is not as it was written: ${how}. Put it back from a copy, or deploy anew.`,
  }),
  "lock-held": (place: string, owner: string, since: string, heardSeconds: number) => ({
    says: `${owner} is deploying ${place}, since ${since}, heard of ${heardSeconds} s ago: wait, or break the lock with "sistership unlock STAGE" if you know that nothing is going on.`,
  }),
  "lock-lost": (place: string) => ({
    says: `The lock of ${place} was broken by somebody else, or ran out while the server could not be reached: what was going on was ended.`,
  }),
  "journal-changed": (place: string, line: number, how: string) => ({
    says: `The journal of ${place} is not as it was written: line ${line} ${how}. Everything before it is.`,
  }),
  "not-a-group": (server: string) => ({
    says: `${server} is not set up to run applications: set it up with "sistership servers setup ${server}".`,
  }),
  "server-not-in-group": (server: string, home: string) => ({
    says: `${server} is not in one group with ${home}: a stage runs on servers that belong together. Set it up again with ${home}.`,
  }),
  "server-not-heard": (server: string, home: string) => ({
    says: `${server} is reached from here, but ${home} has heard nothing of it for a minute: let the ports 2377/tcp, 7946/tcp+udp and 4789/udp through between them, or start Docker anew on ${server}. Nothing was changed.`,
  }),
  "disk-low-there": (server: string, freeGB: number, leastGB: number) => ({
    says: `Only ${freeGB} GB are free on ${server}, and a release wants ${leastGB} GB: free some space there. Nothing was changed.`,
  }),
  "architecture-not-built": (wanted: string, builds: string) => ({
    says: `The servers run ${wanted}, and Docker on this machine builds for ${builds}: write "build: server" in the stage, to build it there, or let Docker imitate that processor with "docker run --privileged --rm tonistiigi/binfmt --install ${wanted}". Nothing was changed.`,
  }),
  "architecture-differs": (server: string, has: string, image: string) => ({
    says: `${server} has a processor of kind ${has}, and the image was built for ${image}: build it for that kind. Nothing was changed.`,
  }),
  "region-differs": (server: string, region: string, wanted: string) => ({
    says: `${server} is in region ${region === "" ? "unknown" : region}, and sistership.yaml keeps this stage in ${wanted}: choose another server, or say where this one is. Nothing was changed.`,
  }),
  "domain-taken": (domain: string, other: string) => ({
    says: `${domain} is answered by ${other} on that server already: give one of them another domain. Nothing was changed.`,
  }),
  "service-foreign": (service: string) => ({
    says: `A service called ${service} runs there and belongs to something else: remove it, or change the name of the project or the stage. Nothing was changed.`,
  }),
  "secrets-missing": (names: string, stage: string) => ({
    says: `${names} must have a value on ${stage} before anything is built: set it with "sistership secrets set ${stage} NAME", or in the environment of this command.`,
  }),
  "no-such-secret": (name: string, all: string) => ({
    says: `No variable ${name} of sistership.yaml is a secret: ${all === "" ? "it has none" : `secrets are ${all}`}.`,
  }),
  "secret-too-large": (name: string) => ({
    says: `The value of ${name} is larger than the 500 KB that a secret may have: keep it in a file, and give its place.`,
  }),
  "rehearsal-failed": (name: string, place: string, reason: string) => ({
    says: `The new version of ${name} does not boot with the settings of ${place}: ${reason} No traffic has moved, and nothing was changed.`,
  }),
  "release-command-failed": (command: string, place: string, reason: string) => ({
    says: `The release command "${command}" failed on ${place}: ${reason} What ran goes on as it was.`,
  }),
  "roll-failed": (name: string, place: string, reason: string, now: string) => ({
    says: `The new version of ${name} did not hold on ${place}: ${reason} ${now}`,
  }),
  "taken-back": (place: string, reason: string, now: string) => ({
    says: `The new release of ${place} was taken back: ${reason} ${now}`,
  }),
  "cut-off": (server: string, place: string) => ({
    says: `${server} stopped answering while ${place} was changed, and could not be told to go back: Swarm goes on by itself and keeps what is well. When it answers again, look with "sistership status --stage" and deploy once more.`,
  }),
  "over-capacity": (process: string, wants: string, has: string, stage: string) => ({
    says: `${process} wants ${wants}, and the servers of ${stage} have ${has}: ask for less in sistership.yaml, or add a server. Nothing was changed.`,
  }),
  "service-not-ready": (name: string, place: string, reason: string) => ({
    says: `${name} does not become ready on ${place}: ${reason} The application was not touched.`,
  }),
  "answers-wrong": (url: string, reason: string, now: string) => ({
    says: `${url} does not answer as it should from outside: ${reason}. ${now}`,
  }),
  "errors-rise": (place: string, is: string, was: string, now: string) => ({
    says: `Visitors of ${place} met with errors when the new version came: ${is}; before it, ${was}. It was taken back. ${now}`,
  }),
  "not-back": (names: string, place: string) => ({
    says: `${names} could not be brought back to what ran before on ${place}: look at it with "sistership status --stage", and deploy or roll back again.`,
  }),
  "nothing-released": (place: string) => ({
    says: `Nothing was ever released on ${place}: deploy it first.`,
  }),
  "no-such-release": (number: number, place: string, all: string) => ({
    says: `${place} has no release ${number} that can be gone back to: ${all === "" ? "there is none" : `choose from ${all}`}.`,
  }),
  "nothing-before": (place: string) => ({
    says: `No other release of ${place} is kept that could be gone back to: deploy what should run instead.`,
  }),
  "no-domain": (app: string, stage: string) => ({
    says: `${app} has no domain on ${stage}: give the stage one in sistership.yaml, under domain.`,
  }),
  "release-gone": (number: number, what: string) => ({
    says: `Release ${number} cannot be gone back to: ${what}. Check out its commit, and deploy that.`,
  }),
  "name-wanted": (name: string) => ({
    says: `This deletes the data of ${name} for good, so it wants to hear the name: add --name ${name}.`,
  }),
  untrusted: (what: string) => ({
    says: `${what} was not started: trust this folder first, for Sistership runs nothing in a folder that you do not trust.`,
  }),
  busy: (running: string) => ({
    says: `"${running}" is still running in this window: wait for it, or cancel it first.`,
  }),
  unexpected: (reason: string) => ({
    says: `Something went wrong inside Sistership: ${reason}`,
  }),
} satisfies Record<string, (...about: never[]) => Sentence>;

export type FaultCode = keyof typeof sentences;

interface FaultDetail {
  cause?: unknown;
  /** The last lines that the failing program printed. */
  lastLines?: readonly string[];
}

/** The one error of the engine: a code for programs, a sentence for people, a fix where one is safe. */
export class Fault extends Error {
  override readonly name = "Fault";
  readonly code: FaultCode;
  readonly fix: Fix | undefined;
  readonly lastLines: readonly string[];

  constructor(code: FaultCode, sentence: Sentence, detail: FaultDetail) {
    super(sentence.says, { cause: detail.cause });
    this.code = code;
    this.fix = sentence.fix;
    this.lastLines = [...(detail.lastLines ?? [])];
  }

  get says(): string {
    return this.message;
  }
}

type About<C extends FaultCode> = Parameters<(typeof sentences)[C]>;

/** `throw fault("program-missing", ["docker"])`: the arguments are those of the sentence of that code. */
export function fault<C extends FaultCode>(code: C, about: About<C>, detail: FaultDetail = {}): Fault {
  const sentence = sentences[code] as (...about: About<C>) => Sentence;
  return new Fault(code, sentence(...about), detail);
}

/** Whatever was thrown, as a Fault; what nobody foresaw keeps its cause for the log. */
export function toFault(thrown: unknown): Fault {
  if (thrown instanceof Fault) return thrown;
  return fault("unexpected", [thrown instanceof Error ? thrown.message : String(thrown)], { cause: thrown });
}

export function isCancelled(thrown: unknown): boolean {
  return thrown instanceof Fault && thrown.code === "cancelled";
}
