// What Docker and Compose print, of several generations, and what is made of it.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readTable } from "../../../src/engine/environment/diagnosis.ts";
import { lastMeaningful, recognise } from "../../../src/engine/environment/trouble.ts";
import type { FaultCode } from "../../../src/engine/process/index.ts";

/** Each line was printed by a real program: most by Compose 2.26 and Docker 26, some as their later releases word it. */
const printed: readonly [line: string, code: FaultCode, names: RegExp][] = [
  [
    "env file /w/.env.local not found: stat /w/.env.local: no such file or directory",
    "mount-missing",
    /\/w\/\.env\.local/,
  ],
  ["required variable TOKEN is missing a value: say it", "values-missing", /^TOKEN/],
  [
    "validating /w/compose.yaml: services.web Additional property imagee is not allowed",
    "compose-refused",
    /imagee is not allowed/,
  ],
  [
    "validating /w/a folder/compose.yaml: services.web additional properties 'imagee' not allowed",
    "compose-refused",
    /imagee/,
  ],
  ["compose build requires buildx 0.17 or later", "buildx-too-old", /0\.17 or newer/],
  ["yaml: line 4: mapping values are not allowed in this context", "compose-refused", /line 4/],
  [
    "failed to read dockerfile: open Dockerfile.dev: no such file or directory",
    "mount-missing",
    /Dockerfile\.dev/,
  ],
  [
    'Error response from daemon: Get "https://registry.example/v2/": dial tcp: lookup registry.example on 127.0.0.53:53: no such host',
    "image-unavailable",
    /registry\.example/,
  ],
  [
    "Error response from daemon: pull access denied for acme/private, repository does not exist or may require 'docker login'",
    "image-unavailable",
    /acme\/private/,
  ],
  [
    "Error response from daemon: manifest for postgres:99 not found: manifest unknown: manifest unknown",
    "image-unavailable",
    /postgres:99/,
  ],
  ["toomanyrequests: You have reached your pull rate limit.", "image-unavailable", /refuses more requests/],
  [
    "Error response from daemon: driver failed programming external connectivity on endpoint x: Bind for 127.0.0.1:3000 failed: port is already allocated",
    "port-taken",
    /3000.*another container/,
  ],
  [
    "Error response from daemon: driver failed programming external connectivity on endpoint x: Error starting userland proxy: listen tcp4 127.0.0.1:5432: bind: address already in use",
    "port-taken",
    /5432.*another program/,
  ],
  [
    "Error response from daemon: Ports are not available: exposing port TCP 127.0.0.1:3000 -> 0.0.0.0:0: listen tcp 127.0.0.1:3000: bind: An attempt was made to access a socket in a way forbidden",
    "port-taken",
    /3000/,
  ],
  [
    'OCI runtime create failed: runc create failed: unable to start container process: exec: "gunicorn": executable file not found in $PATH: unknown',
    "command-missing",
    /gunicorn/,
  ],
  ["exec /app/start.sh: no such file or directory", "command-missing", /start\.sh/],
  ["exec /usr/local/bin/node: exec format error", "image-architecture", /another kind of processor/],
  [
    'Error response from daemon: Conflict. The container name "/db" is already in use by container "abc".',
    "name-taken",
    /called db/,
  ],
  [
    'Error response from daemon: invalid mount config for type "bind": bind source path does not exist: /w/certs',
    "mount-missing",
    /\/w\/certs/,
  ],
  ['external volume "data" not found', "volume-missing", /data/],
  ["network proxy declared as external, but could not be found", "network-missing", /proxy/],
  ['could not select device driver "" with capabilities: [[gpu]]', "gpu-missing", /GPU/],
  [
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
    "engine-gone",
    /stopped answering/,
  ],
  [
    "failed to connect to the docker API at unix:///var/run/docker.sock; check if the path is correct",
    "engine-gone",
    /stopped answering/,
  ],
  [
    "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get",
    "docker-denied",
    /\/var\/run\/docker\.sock/,
  ],
  [
    'Failed to initialize: unable to resolve docker endpoint: context "far": context not found: open',
    "docker-context",
    /far/,
  ],
  ["docker: 'compose' is not a docker command.", "compose-missing", /Compose/],
  ["ERROR: write /var/lib/docker/tmp/x: no space left on device", "disk-full", /disk is full/],
  [
    "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network",
    "networks-exhausted",
    /network prune/,
  ],
];

describe("what Docker and Compose print", () => {
  for (const [line, code, names] of printed) {
    test(line.slice(0, 90), () => {
      const fault = recognise(["some line before", line]);
      assert.equal(fault?.code, code);
      assert.match(fault?.says ?? "", names);
    });
  }

  test("what nobody has seen is not guessed at", () => {
    assert.equal(recognise(["all is well", "npm warn deprecated something"]), undefined);
  });

  test("of a failed build, the line that says why", () => {
    const build = [
      "#12 [dependencies 2/2] RUN pip install -r requirements.txt",
      "#12 1.604 ERROR: Could not find a version that satisfies the requirement flsk (from versions: none)",
      "#12 1.604 ERROR: No matching distribution found for flsk",
      '#12 ERROR: process "/bin/sh -c pip install -r requirements.txt" did not complete successfully: exit code: 1',
      "------",
      " > [dependencies 2/2] RUN pip install:",
      "------",
      'failed to solve: process "/bin/sh -c pip install -r requirements.txt" did not complete successfully: exit code: 1',
    ];
    assert.equal(
      lastMeaningful(build),
      "Could not find a version that satisfies the requirement flsk (from versions: none)",
    );
  });
});

test("the kernel's table says who listens, for everybody or for itself alone", () => {
  const table = [
    "  sl  local_address rem_address   st tx_queue rx_queue",
    "   0: 0B00007F:B691 00000000:0000 0A 00000000:00000000",
    "   1: 0100007F:1538 00000000:0000 0A 00000000:00000000",
    "   2: 04041DAC:903E 02041DAC:1538 01 00000000:00000000",
    "   0: 00000000000000000000000000000000:0BB8 00000000000000000000000000000000:0000 0A 00000000:00000000",
    "   1: 00000000000000000000000001000000:0BB9 00000000000000000000000000000000:0000 0A 00000000:00000000",
  ].join("\n");
  assert.deepEqual(readTable(table), [
    { port: 5432, loopback: true },
    { port: 3000, loopback: false },
    { port: 3001, loopback: true },
  ]);
});
