/**
 * Builds the wheels of all platforms on one machine: node python/build-wheels.mjs out/npm
 * [platform…]. Needs Python's build and hatchling.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

const platforms = [
  "linux-x64",
  "linux-arm64",
  "linux-x64-musl",
  "linux-arm64-musl",
  "darwin-x64",
  "darwin-arm64",
  "win32-x64",
  "win32-arm64",
];
const [npm = "out/npm", ...chosen] = process.argv.slice(2);
const bundle = resolve(npm);
const here = import.meta.dirname;
const manifest = JSON.parse(readFileSync(join(bundle, "package.json"), "utf8"));
const bindings = manifest.dependencies["@duckdb/node-bindings"];
const lock = readFileSync(join(here, "../pnpm-lock.yaml"), "utf8");
const detectLibc = /^ {2}detect-libc@([\d.]+):$/m.exec(lock)?.[1];
if (detectLibc === undefined) throw new Error("pnpm-lock.yaml names no detect-libc");

for (const file of ["LICENSE", "THIRD-PARTY.md"]) cpSync(join(bundle, file), join(here, file));
for (const platform of chosen.length > 0 ? chosen : platforms) {
  const staged = join(here, "build", platform);
  rmSync(staged, { recursive: true, force: true });
  cpSync(join(bundle, "dist"), join(staged, "dist"), { recursive: true });
  // Node looks for DuckDB's packages beside the bundle.
  unpack(`@duckdb/node-bindings@${bindings}`, staged);
  unpack(`@duckdb/node-bindings-${platform}@${bindings}`, staged);
  unpack(`detect-libc@${detectLibc}`, staged);
  execFileSync(
    process.env.PYTHON ?? "python3",
    ["-m", "build", "--wheel", "--no-isolation", "--outdir", "dist"],
    { cwd: here, stdio: "inherit", env: { ...process.env, RESPARK_PLATFORM: platform } },
  );
}

/**
 * A package of npm, the one that pnpm-lock.yaml names, unpacked below node_modules; another content
 * is an error.
 */
function unpack(spec, into) {
  const build = join(here, "build");
  const said = execFileSync(
    "npm",
    ["pack", "--json", "--silent", "--pack-destination", build, spec],
    { encoding: "utf8" },
  );
  const [{ filename, integrity, name }] = Object.values(JSON.parse(said));
  if (!lock.includes(integrity)) throw new Error(`${spec}: ${integrity} is not in pnpm-lock.yaml`);
  const target = join(into, "node_modules", name);
  mkdirSync(target, { recursive: true });
  execFileSync("tar", ["xzf", join(build, filename), "--strip-components=1", "-C", target]);
}
