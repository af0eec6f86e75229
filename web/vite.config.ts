import { defineConfig } from "vitest/config";
import { licenses } from "./licenses.ts";

export default defineConfig({
  // Relative addresses: the page also works below a path of a proxy.
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  plugins: [licenses("assets/licenses.txt")],
  build: {
    target: "es2022",
    modulePreload: false,
    cssCodeSplit: false,
    assetsInlineLimit: 0,
    rolldownOptions: {
      // Names without hashes: the program embeds these files by name.
      output: {
        entryFileNames: "assets/app.js",
        chunkFileNames: "assets/[name].js",
        assetFileNames: ({ names }) => assetName(names[0] ?? ""),
      },
    },
  },
  test: { include: ["tests/unit/**/*.test.ts"], environment: "happy-dom" },
});

function assetName(name: string): string {
  if (name.endsWith(".css")) return "assets/app.css";
  if (name.endsWith(".worker.min.mjs")) return "assets/pdf.worker.js";
  return "assets/[name][extname]";
}
