import assert from "node:assert/strict";
import { test } from "node:test";
import { imagesOf } from "../../../src/engine/blueprint/images.ts";
import { blueprint, compose, readLock } from "../../../src/engine/blueprint/index.ts";
import { lockText } from "../../../src/engine/blueprint/lock.ts";
import { resolve } from "../../../src/engine/profile/index.ts";

const digest = `sha256:${"0".repeat(64)}`;

test("a lock says which digest each base image is held at", () => {
  const lock = { "node:24-bookworm-slim": digest };
  assert.deepEqual(readLock(`images:\n  node:24-bookworm-slim: ${digest}\n`), lock);
  assert.deepEqual(readLock(lockText(lock)), lock);
  assert.deepEqual(readLock(""), {});
});

test("a lock that is wrong is named, with what is wrong in it", () => {
  for (const text of [
    "images:\n  node:24: latest\n",
    "images: {",
    "images: 1",
    "[]",
    "other: 1",
    "--- \n--- \n",
  ])
    assert.throws(() => readLock(text, "sistership.lock"), {
      code: "lock-wrong",
      message: /^sistership\.lock /,
    });
});

test("every image of others is held: what is built on, what is taken from, and services", () => {
  const profile = resolve({
    name: "shop",
    runtime: "go@1.26",
    build: { tools: ["node@24"] },
    processes: { web: { run: "./web", port: 8080 } },
    services: { db: "postgres@17", cache: { image: `redis:8@${digest}` } },
  });
  const images = imagesOf(profile);
  assert.deepEqual(images, ["debian:bookworm-slim", "golang:1.26", "node:24-bookworm-slim", "postgres:17"]);
  const lock = Object.fromEntries(images.map((image) => [image, digest]));
  const text = blueprint(profile, { lock })
    .filter(({ path }) => path.startsWith(".sistership/"))
    .map((file) => file.text)
    .join("");
  for (const image of images) {
    assert.ok(text.includes(`${image}@${digest}`), image);
    assert.ok(!new RegExp(`(FROM|--from=|image: )${image}(?!@)`).test(text), image);
  }
  assert.ok(compose(profile, "release", lock).includes(`postgres:17@${digest}`));
});
