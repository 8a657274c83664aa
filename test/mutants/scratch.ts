/** A copy of the sources in which a mutant can live without harm to the tree. */

import { spawn } from "node:child_process";
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The longest round takes a tenth of this on a quiet machine. */
const HUNG_MILLIS = 600_000;

export class Scratch {
  readonly directory = mkdtempSync(join(tmpdir(), "respark-mutants-"));

  /** What runs the tests, where it is not node itself: `nice`. */
  readonly #under: string | undefined;

  constructor(root: string, under: string | undefined) {
    this.#under = under;
    const kept = (path: string): boolean => !/\/(?:dist|\.cache)$/.test(path);
    for (const folder of ["packages", "test", "docs", "lab", "examples"])
      cpSync(join(root, folder), join(this.directory, folder), {
        recursive: true,
        filter: kept,
        verbatimSymlinks: true,
      });
    for (const file of ["package.json", "vitest.config.ts", "tsconfig.base.json", "action.yml"])
      cpSync(join(root, file), join(this.directory, file));
    for (const folder of ["node_modules", "fixtures"])
      symlinkSync(realpathSync(join(root, folder)), join(this.directory, folder));
  }

  /** Runs the tests with a file changed. @returns whether one of them failed: the mutant is dead */
  async isKilled(file: string, text: string, tests: readonly string[]): Promise<boolean> {
    const path = join(this.directory, file);
    const before = readFileSync(path, "utf8");
    writeFileSync(path, text);
    try {
      return (await this.vitest(tests)) !== 0;
    } finally {
      writeFileSync(path, before);
    }
  }

  /** @returns vitest's exit code: 0 where all tests passed */
  async vitest(tests: readonly string[]): Promise<number> {
    const args = [
      "node_modules/vitest/vitest.mjs",
      "run",
      "--bail",
      "1",
      "--reporter",
      "dot",
      "--no-isolate",
      ...tests,
    ];
    const [command = process.execPath, ...all] = [this.#under, process.execPath, ...args].filter(
      (word) => word !== undefined,
    );
    // The bundle would be made anew for every mutant.
    const env = { ...process.env, RESPARK_TESTS: "source" };
    const child = spawn(command, all, { cwd: this.directory, env, stdio: "ignore" });
    // A mutant may loop for ever: what hangs is noticed.
    const hung = setTimeout(() => child.kill("SIGKILL"), HUNG_MILLIS);
    return new Promise((resolve) => {
      child.on("close", (code) => {
        clearTimeout(hung);
        resolve(code ?? 1);
      });
    });
  }

  remove(): void {
    rmSync(this.directory, { recursive: true });
  }
}
