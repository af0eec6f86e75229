import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

interface Locked {
  version: string;
  license?: string;
  dev?: boolean;
  optional?: boolean;
}

/** Writes the licences of all packages that the page is made of: those of mammoth come already put together. */
export function licenses(fileName: string): Plugin {
  return {
    name: "licenses",
    generateBundle() {
      this.emitFile({ type: "asset", fileName, source: packages().map(notice).join(`\n${"-".repeat(80)}\n\n`) });
    },
  };
}

function packages(): [path: string, locked: Locked][] {
  const lock = JSON.parse(readFileSync("package-lock.json", "utf8")) as { packages: Record<string, Locked> };
  return Object.entries(lock.packages).filter(([path, { dev, optional }]) => path && !dev && !optional).sort();
}

function notice([path, { version, license }]: [string, Locked]): string {
  const name = path.replace(/^.*node_modules\//, "");
  const file = readdirSync(path).find((one) => /^(licen[cs]e|copying)/i.test(one));
  const text = file && existsSync(join(path, file)) ? readFileSync(join(path, file), "utf8").trim() : "";
  return `${name} ${version}: ${license ?? "see below"}\n\n${text}\n`;
}
