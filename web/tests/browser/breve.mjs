// Starts Breves of their own, which know nothing of this machine.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const program = resolve(process.env.BREVE_BINARY ?? "../target/debug/breve");
const running = new Set();

/** Starts one with `settings` (BREVE__…, HF_…) and `keys` (name to scopes); gives its address, its keys and `stop`. */
export async function startBreve({ settings = {}, keys = {} } = {}) {
  const home = mkdtempSync(join(tmpdir(), "breve-page-"));
  const own = {
    HOME: home, XDG_DATA_HOME: join(home, "data"), XDG_CONFIG_HOME: join(home, "config"), HF_HUB_OFFLINE: "1",
    NO_PROXY: "127.0.0.1,localhost", no_proxy: "127.0.0.1,localhost",
  };
  const env = { ...process.env, ...own, ...settings };
  const made = Object.fromEntries(Object.entries(keys).map(([name, scopes]) => [name, makeKey(name, scopes, env)]));
  const child = spawn(program, ["serve", "--bind", "127.0.0.1:0"], { env, stdio: ["ignore", "ignore", "pipe"] });
  running.add(child);
  const address = await listening(child);
  return { address, keys: made, stop: () => stop(child, home) };
}

function makeKey(name, scopes, env) {
  const flags = scopes.flatMap((scope) => ["--scope", scope]);
  const { status, stdout, stderr } = spawnSync(program, ["keys", "create", name, ...flags], { env, encoding: "utf8" });
  const key = /breve_\w+/.exec(stdout)?.[0];
  if (status !== 0 || !key) throw new Error(`no key can be made: ${stderr}`);
  return key;
}

function listening(child) {
  return new Promise((resolve, reject) => {
    let log = "";
    child.stderr.on("data", (piece) => {
      log += piece;
      const found = /listening on (http:\/\/\S+)/.exec(log);
      if (found) resolve(found[1]);
    });
    child.on("error", reject);
    child.on("exit", () => reject(new Error(`the program ended at its start:\n${log}`)));
  });
}

async function stop(child, home) {
  if (child.exitCode === null) {
    const ended = new Promise((resolve) => child.on("exit", resolve));
    child.kill("SIGINT");
    await ended;
  }
  running.delete(child);
  rmSync(home, { recursive: true, force: true });
}

process.on("exit", () => running.forEach((child) => child.kill("SIGKILL")));
