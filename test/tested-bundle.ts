/**
 * What users install, bundled anew from these sources before each run of the tests: programs that
 * tests start run from it in half the time, and databases begin as copies of its empty one.
 * `RESPARK_TESTS=source` does without: sources that change while it runs (vitest's watch, mutants).
 */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

const root = join(import.meta.dirname, "..");

export function setup({ config }: TestProject): (() => void) | undefined {
  if (config.watch || process.env["RESPARK_TESTS"] === "source") return undefined;
  const folder = mkdtempSync(join(tmpdir(), "respark-tested-"));
  chmodSync(folder, 0o755);
  const bundle = join(folder, "npm");
  execFileSync(process.execPath, ["scripts/bundle.mjs", bundle], { cwd: root, stdio: "pipe" });
  symlinkSync(join(root, "packages/cli/node_modules"), join(bundle, "node_modules"));
  process.env["RESPARK_TESTED_BUNDLE"] = bundle;
  return () => rmSync(folder, { recursive: true, force: true });
}

/** Arguments of Node with which it is the command: of the bundle, else of the sources. */
export function commandLine(): string[] {
  const bundle = process.env["RESPARK_TESTED_BUNDLE"];
  if (bundle !== undefined) {
    const program = join(bundle, "dist/respark.mjs");
    if (!existsSync(program)) throw new Error(`${program} is gone: the tests' folder was removed`);
    return [program];
  }
  const program = join(root, "packages/cli/src/bin.ts");
  return ["--conditions=@respark/source", "--import", import.meta.resolve("tsx"), program];
}
