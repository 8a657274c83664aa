/**
 * One executable for closed networks: Node, the bundle and DuckDB's library. node
 * scripts/single-binary.mjs [out/binary]. For the platform it runs on.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { build } from "esbuild";

const out = resolve(process.argv[2] ?? "out/binary");
const libraries = { linux: "libduckdb.so", darwin: "libduckdb.dylib", win32: "duckdb.dll" };
const library = libraries[process.platform];
const native = folderOfBinding();
const id = createHash("sha256")
  .update(readFileSync(join(native, library)))
  .digest("hex")
  .slice(0, 16);
mkdirSync(out, { recursive: true });

await build({
  // The script of a single executable is CommonJS, without top-level await.
  stdin: {
    contents: `import { setFlagsFromString } from "node:v8";
import { processHost } from "./host.ts";
import { main } from "./main.ts";
setFlagsFromString("--heap-growing-percent=100");
main(processHost()).then((code) => { process.exitCode = code; });`,
    resolveDir: "packages/cli/src",
    loader: "ts",
  },
  conditions: ["@respark/source"],
  bundle: true,
  format: "cjs",
  platform: "node",
  target: "node20.19",
  minify: true,
  keepNames: true,
  outfile: join(out, "respark.cjs"),
  legalComments: "none",
  logLevel: "error",
  plugins: [{ name: "native", setup: loadUnpackedBinding }],
});
writeFileSync(
  join(out, "sea.json"),
  JSON.stringify({
    main: join(out, "respark.cjs"),
    output: join(out, "respark.blob"),
    disableExperimentalSEAWarning: true,
    assets: { "duckdb.node": join(native, "duckdb.node"), [library]: join(native, library) },
  }),
);
execFileSync(process.execPath, ["--experimental-sea-config", join(out, "sea.json")], {
  stdio: "inherit",
});
const executable = join(out, process.platform === "win32" ? "respark.exe" : "respark");
copyFileSync(process.execPath, executable);
chmodSync(executable, 0o755);
execFileSync(
  "npx",
  [
    "-y",
    "postject@1.0.0-alpha.6",
    executable,
    "NODE_SEA_BLOB",
    join(out, "respark.blob"),
    "--sentinel-fuse",
    "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2",
    ...(process.platform === "darwin" ? ["--macho-segment-name", "NODE_SEA"] : []),
  ],
  { stdio: "inherit" },
);

function folderOfBinding() {
  const report = createRequire(resolve("packages/report/package.json"));
  const bindings = createRequire(report.resolve("@duckdb/node-bindings"));
  const name = `@duckdb/node-bindings-${process.platform}-${process.arch}`;
  return dirname(bindings.resolve(`${name}/duckdb.node`));
}

/** A library cannot be loaded out of an executable: it is unpacked once, whole or not at all. */
function loadUnpackedBinding(bundler) {
  bundler.onLoad({ filter: /[\\/]report[\\/]src[\\/]duckdb\.ts$/ }, ({ path }) => ({
    contents: 'import * as api from "@duckdb/node-api";\nexport const duckdb = api;\n',
    loader: "ts",
    resolveDir: dirname(path),
  }));
  bundler.onResolve({ filter: /^@duckdb\/node-bindings$/ }, () => ({
    path: "bindings",
    namespace: "native",
  }));
  bundler.onLoad({ filter: /.*/, namespace: "native" }, () => ({
    loader: "js",
    contents: `
const fs = require("node:fs"), os = require("node:os"), path = require("node:path");
const sea = require("node:sea");
const unpackInto = (root) => {
  const home = path.join(root, "respark", ${JSON.stringify(id)});
  if (fs.existsSync(home)) return home;
  const fresh = home + "." + process.pid;
  fs.mkdirSync(fresh, { recursive: true, mode: 0o700 });
  for (const name of ["duckdb.node", ${JSON.stringify(library)}])
    fs.writeFileSync(path.join(fresh, name), new Uint8Array(sea.getRawAsset(name)));
  try { fs.renameSync(fresh, home); }
  catch (error) {
    fs.rmSync(fresh, { recursive: true, force: true });
    if (!fs.existsSync(home)) throw error;
  }
  return home;
};
let home;
try { home = unpackInto(process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache")); }
catch { home = unpackInto(fs.mkdtempSync(path.join(os.tmpdir(), "respark-"))); }
const loaded = { exports: {} };
process.dlopen(loaded, path.join(home, "duckdb.node"));
module.exports = loaded.exports;`,
  }));
}
