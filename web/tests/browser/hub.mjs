// A stand-in for the model hub on loopback: opus-mt-en-es with the files of the golden Marian model.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { setTimeout } from "node:timers/promises";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";
const REPOSITORY = "/Helsinki-NLP/opus-mt-en-es/resolve/";
const GOLDEN = new URL("../../../tests/goldens/marian/", import.meta.url);
const NAMES = ["config.json", "generation_config.json", "tokenizer_config.json", "vocab.json", "source.spm", "target.spm",
  "model.safetensors"];
const LARGE = "model.safetensors";
const PIECE = 128 << 10;
const PAUSE_MS = 60;

const hash = (kind, ...parts) => parts.reduce((sum, part) => sum.update(part), createHash(kind)).digest("hex");
const etag = (name, content) => (name === LARGE ? hash("sha256", content) : hash("sha1", `blob ${content.length}\0`, content));

/** Starts it. Its large file stops half way until `release` is called. */
export async function startHub() {
  const files = new Map(NAMES.map((name) => [name, readFileSync(new URL(name, GOLDEN))]));
  let release;
  const released = new Promise((resolve) => (release = resolve));
  const server = createServer((request, response) => void answer(files, released, request, response));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections()));
  return { endpoint: `http://127.0.0.1:${server.address().port}`, release, stop };
}

async function answer(files, released, { method, url, headers }, response) {
  const name = url.split("/").pop();
  const content = files.get(name);
  const isStored = url === `/storage/${name}`;
  if (!content || !(isStored || url.startsWith(REPOSITORY))) return response.writeHead(404).end();
  if (name === LARGE && !isStored) return response.writeHead(302, linked(content)).end();
  const from = Number(/bytes=(\d+)/.exec(headers.range ?? "")?.[1] ?? 0);
  response.writeHead(from ? 206 : 200, {
    "x-repo-commit": COMMIT, etag: `"${etag(name, content)}"`, "content-length": content.length - from,
    ...(from && { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` }),
  });
  if (method === "HEAD") return response.end();
  const half = name === LARGE ? Math.max(from, Math.floor(content.length / 2)) : from;
  // As slowly as a network: a pull tells of its progress a few times a second.
  for (let at = from; at < half; at += PIECE) {
    response.write(content.subarray(at, Math.min(at + PIECE, half)));
    await setTimeout(PAUSE_MS);
  }
  if (name === LARGE) await released;
  response.end(content.subarray(half));
}

const linked = (content) => ({
  "x-repo-commit": COMMIT, "x-linked-etag": `"${etag(LARGE, content)}"`, "x-linked-size": content.length,
  location: `/storage/${LARGE}`, "content-length": 0,
});
