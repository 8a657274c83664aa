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
    file: "template-set.ts",
    line: "const NINE = 57;",
    why: "which templates are tried on a line: one more that does not fit costs time alone",
  },
  {
    file: "learned-shape.ts",
    line: "this.#shapes[k - 1] = shape;",
    why: "in which order shapes are tried: what none fits is parsed, and says the same",
  },
  {
    file: "columns.ts",
    line: "return changes + bytes.length / 64;",
    why: "which of two codings is shorter: both are read back to the same numbers",
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
