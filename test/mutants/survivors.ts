/**
 * Drawn mutants that no test can notice, each with why: they change no result, only what a result
 * costs, or what cannot come. A mutant that a test could notice does not stand here.
 */
import type { Drawn } from "./sampled.ts";

interface Survivor {
  /** what the file's path ends with */
  readonly file: string;
  /** the changed line, trimmed, as it stands in the source */
  readonly line: string;
  readonly why: string;
}

const survivors: readonly Survivor[] = [
  {
    file: "spill-totals.ts",
    line: "if (this.#told.size > 2 * running.size + 16)",
    why: "when entries of tasks that ended are thrown away: memory alone",
  },
  {
    file: "table-writer.ts",
    line: "const APPENDER_BYTES = 1 << 20;",
    why: "how often an appender is emptied: memory outside of V8 and time alone",
  },
];

/** undefined: a test should notice it. */
export function whyItLives({ file, mutant }: Drawn): string | undefined {
  return survivors.find((one) => file.endsWith(`/${one.file}`) && mutant.from.trim() === one.line)
    ?.why;
}
