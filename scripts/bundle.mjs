/**
 * The one bundle that everything installed is made from: node scripts/bundle.mjs [out/npm].
 * Straight from the sources, split, not minified.
 */
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { build } from "esbuild";
import { builtModule } from "../packages/report/scripts/page-from-source.mjs";
import { straightImports } from "./straight-imports.mjs";

const out = resolve(process.argv[2] ?? "out/npm");
const cli = json("packages/cli/package.json");
const report = json("packages/report/package.json");

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

const { metafile } = await build({
  entryPoints: {
    respark: "packages/cli/src/bin.ts",
    "write-template": "packages/report/scripts/write-template.ts",
  },
  conditions: ["@respark/source"],
  bundle: true,
  // Lazy imports stay lazy: --help loads a twentieth of it.
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  outdir: join(out, "dist"),
  outExtension: { ".js": ".mjs" },
  chunkNames: "[name]-[hash]",
  // Native, one package a platform: the only thing that cannot be bundled.
  external: ["@duckdb/node-bindings"],
  // CommonJS inside (commander, @duckdb/node-api) calls require("node:…").
  // A shorter name here collides with one of apache-arrow's and breaks that export alone.
  banner: {
    js: 'import{createRequire as respark_createRequire}from"node:module";const require=respark_createRequire(import.meta.url);',
  },
  metafile: true,
  legalComments: "none",
  logLevel: "warning",
  plugins: [
    { name: "duckdb-api", setup: importDuckDbApi },
    { name: "report-page", setup: inlinePage },
    { name: "template", setup: keepTemplate },
    { name: "crypto", setup: requireCrypto },
    straightImports(process.cwd()),
  ],
});
writeTemplate();

writeFileSync(join(out, "package.json"), `${JSON.stringify(manifest(), null, 2)}\n`);
for (const file of ["README.md", "LICENSE"]) copyFileSync(file, join(out, file));
writeFileSync(join(out, "THIRD-PARTY.md"), notices(Object.keys(metafile.inputs)));

/**
 * report/src/duckdb.ts loads the API by createRequire, which no bundler follows; here it is a plain
 * import.
 */
function importDuckDbApi(bundler) {
  bundler.onLoad({ filter: /[\\/]report[\\/]src[\\/]duckdb\.ts$/ }, ({ path }) => ({
    contents: 'import * as api from "@duckdb/node-api";\nexport const duckdb = api;\n',
    loader: "ts",
    resolveDir: dirname(path),
  }));
}

/**
 * `import` of node:crypto reads all that it exports, which loads web crypto: a tenth of a second of
 * every command. `require` gives what is asked for.
 */
function requireCrypto(bundler) {
  bundler.onResolve({ filter: /^node:crypto$/ }, ({ path, kind }) =>
    kind === "require-call" ? { path, external: true } : { path, namespace: "required" },
  );
  bundler.onLoad({ filter: /.*/, namespace: "required" }, ({ path }) => ({
    contents: `module.exports = require("${path}");`,
    loader: "js",
  }));
}

/**
 * The bundle copies its empty database; a clone, whose tables may change at any moment, creates
 * one.
 */
function keepTemplate(bundler) {
  bundler.onLoad({ filter: /[\\/]report[\\/]src[\\/]sinks[\\/]template-path\.ts$/ }, () => ({
    contents:
      'import { fileURLToPath } from "node:url";\nexport const templatePath = fileURLToPath(new URL("./template.duckdb", import.meta.url));\n',
    loader: "ts",
  }));
}

/** By the bundle's own code, so that tables and template are of one version. */
function writeTemplate() {
  const script = join(out, "dist/write-template.mjs");
  // Where Node looks for DuckDB's binding until the package is installed.
  const modules = join(out, "node_modules");
  symlinkSync(resolve("packages/report/node_modules"), modules, "junction");
  execFileSync(process.execPath, [script, join(out, "dist/template.duckdb")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  rmSync(modules);
  rmSync(script);
}

/**
 * A clone bundles the page of a report when it writes one; here it is a string, and no bundler is
 * needed.
 */
function inlinePage(bundler) {
  bundler.onLoad({ filter: /[\\/]page-from-source\.mjs$/ }, async () => ({
    contents: await builtModule(),
    loader: "js",
  }));
}

function manifest() {
  return {
    name: "respark",
    version: cli.version,
    description: cli.description,
    keywords: ["spark", "memory", "event-log", "oom", "duckdb"],
    license: cli.license,
    type: "module",
    engines: cli.engines,
    bin: { respark: "dist/respark.mjs" },
    files: ["dist", "THIRD-PARTY.md"],
    dependencies: { "@duckdb/node-bindings": report.dependencies["@duckdb/node-bindings"] },
  };
}

/**
 * Licence and notice of every package of which a byte is in the bundle; one without a licence text
 * fails the build.
 */
function notices(inputs) {
  const roots = new Map();
  for (const input of inputs) {
    const root = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
    if (root !== undefined && existsSync(join(root, "package.json")))
      roots.set(json(join(root, "package.json")).name, root);
  }
  let text = "# Third-party software inside this package\n";
  for (const [name, root] of [...roots].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { version, license } = json(join(root, "package.json"));
    const files = readdirSync(root).filter((file) => /^(licen[cs]e|notice|copying)/i.test(file));
    if (!files.some((file) => /^(licen[cs]e|copying)/i.test(file)))
      throw new Error(`${name} ${version} is bundled and has no licence text`);
    text += `\n## ${name} ${version} (${license})\n`;
    for (const file of files)
      text += `\n\`\`\`text\n${readFileSync(join(root, file), "utf8").trim()}\n\`\`\`\n`;
  }
  return text;
}

function json(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}
