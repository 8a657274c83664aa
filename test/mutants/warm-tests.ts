/** Test files run in a vitest that stays warm between rounds (`warm-vitest.ts`). */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { Answer, Asked } from "./warm-vitest.ts";

interface Options {
  /** root of the tree that holds tests and sources */
  readonly directory: string;
  /** programs run from a bundle of the sources as they are at the first round, databases begin from it */
  readonly bundled: boolean;
  /** 1: a round ends at the first test that fails; 0: it says all */
  readonly bail: 0 | 1;
  /** a round that lasts longer hangs: a mutant may loop for ever */
  readonly hungMillis: number;
}

export class WarmTests {
  readonly #options: Options;
  #child: ChildProcess | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** @returns undefined where the tests hang: what hangs is noticed, too */
  async run(asked: Asked): Promise<Answer | undefined> {
    const child = this.#child ?? this.#start();
    this.#child = child;
    return new Promise((resolve) => {
      const ended = (found: Answer | undefined): void => {
        clearTimeout(hung);
        child.removeAllListeners();
        if (found === undefined) this.stop();
        resolve(found);
      };
      const hung = setTimeout(() => ended(undefined), this.#options.hungMillis);
      child.once("message", (found: Answer) => ended(found));
      child.once("exit", () => ended(undefined));
      child.send(asked);
    });
  }

  #start(): ChildProcess {
    const { directory, bundled, bail } = this.#options;
    const program = join(import.meta.dirname, "warm-vitest.ts");
    const env = { ...process.env, RESPARK_BAIL: String(bail) };
    return spawn(
      process.execPath,
      ["--conditions=@respark/source", "--import", import.meta.resolve("tsx"), program],
      {
        cwd: directory,
        env: bundled ? env : { ...env, RESPARK_TESTS: "source" },
        // A group of its own, which ends with its workers, even those that hang.
        detached: true,
        stdio: ["ignore", "ignore", "ignore", "ipc"],
      },
    );
  }

  stop(): void {
    const pid = this.#child?.pid;
    this.#child = undefined;
    if (pid === undefined) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch (error) {
      // It has ended by itself.
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  }
}
