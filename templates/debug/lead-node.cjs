// node -e "$(this file)" PORT [look]: run inside the container. Finds the process that serves at PORT (0: the one that does the
// work), has it listen to debuggers, and leads standard input and output there.
const { readdirSync, readlinkSync, readFileSync } = require("node:fs");
const { connect } = require("node:net");

const served = Number(process.argv[1]);
const debuggers = 9229; // where Node listens after SIGUSR1

function attempt(call) {
  try {
    return call();
  } catch {
    return undefined; // it ended meanwhile, or is somebody else's
  }
}

function all() {
  return readdirSync("/proc").flatMap((pid) => {
    const exe = attempt(() => readlinkSync(`/proc/${pid}/exe`)) ?? "";
    const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
    if (!/\/node$/.test(exe) || stat === undefined || Number(pid) === process.pid) return [];
    return [{ pid: Number(pid), parent: Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) }];
  });
}

/** Names of the sockets that listen at a port, as they stand among the open files of a process. */
function sockets(port) {
  const hex = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((table) =>
    (attempt(() => readFileSync(table, "utf8")) ?? "").split("\n").flatMap((line) => {
      const words = line.trim().split(/\s+/);
      return words[1]?.endsWith(hex) && words[3] === "0A" ? [`socket:[${words[9]}]`] : [];
    }),
  );
}

function find() {
  const wanted = served > 0 ? sockets(served) : [];
  const holds = ({ pid }) =>
    (attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? []).some((fd) =>
      wanted.includes(attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`))),
    );
  const running = all();
  const holders = running.filter(holds);
  const pool = holders.length > 0 ? holders : running;
  // reloaders and package managers start the process that is meant: it has no further one below it
  return pool.filter(({ pid }) => !pool.some(({ parent }) => parent === pid)).at(-1);
}

const end = Date.now() + 15_000;
let asked = false;
function lead() {
  const socket = connect(debuggers, "127.0.0.1");
  socket.once("error", () => {
    if (Date.now() > end) {
      process.stderr.write("no Node process listens to debuggers\n");
      process.exit(3);
    }
    if (!asked) {
      const found = find();
      asked = found !== undefined && attempt(() => process.kill(found.pid, "SIGUSR1")) === true;
    }
    setTimeout(lead, 100);
  });
  socket.once("connect", () => {
    if (process.argv[2] === "look") process.exit();
    socket.pipe(process.stdout);
    process.stdin.pipe(socket);
    socket.once("close", () => process.exit());
    process.stdout.once("error", () => process.exit());
  });
}
lead();
