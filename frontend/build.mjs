// Bundles the editor and the explorer into the folder that the service gives out as /static/build.
import { rm } from "node:fs/promises";
import { build } from "esbuild";

const out = new URL("../graphsvc/web/pages/static/build/", import.meta.url).pathname;

await rm(out, { recursive: true, force: true });
await build({
  entryPoints: ["src/editor.js", "src/explorer.js"],
  outdir: out,
  chunkNames: "chunks/[name]-[hash]",
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "none",
  loader: { ".svg": "dataurl", ".woff2": "file" },
  logLevel: "warning",
});
