import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { missingCgroups } from "../../rig/docker/cgroups.ts";

const known = `#subsys_name	hierarchy	num_cgroups	enabled
cpu	1	3	1
cpuacct	1	3	1
memory	4	20	1
net_cls	0	1	1
perf_event	0	1	1
net_prio	0	1	1
rdma	0	1	0
`;
const cgroup = (...options: string[]) =>
  `cgroup /sys/fs/cgroup/x cgroup rw,relatime,${options.join(",")} 0 0\n`;

describe("control groups that the engine needs", () => {
  test("are all there where the newer kind is mounted alone", () => {
    assert.deepEqual(missingCgroups(known, "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n"), []);
  });

  test("are of the newer kind where none is mounted", () => {
    assert.deepEqual(missingCgroups(known, "proc /proc proc rw 0 0\n"), [{ type: "cgroup2" }]);
  });

  test("of the older kind are those that the kernel has on and nobody has mounted", () => {
    const mounts = `${cgroup("cpu", "cpuacct")}${cgroup("memory")}cgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n`;
    assert.deepEqual(missingCgroups(known, mounts), [
      { type: "cgroup", controllers: ["net_cls", "net_prio"] },
      { type: "cgroup", controllers: ["perf_event"] },
    ]);
    const rest = cgroup("net_cls", "net_prio") + cgroup("perf_event");
    assert.deepEqual(missingCgroups(known, mounts + rest), []);
  });
});
