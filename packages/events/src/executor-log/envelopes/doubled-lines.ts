/**
 * Each line twice: log4j's root and Spark's own logger both have an appender that writes there, or
 * a collector reads two copies side by side.
 */
import type { Layer, Unwrapped } from "./envelope.ts";

const FEWEST_PAIRS = 8;
const MOST = 0.9;

export class DoubledLines implements Layer {
  readonly name = "doubled";
  private before: Buffer | undefined = undefined;

  take(line: Unwrapped, next: (line: Unwrapped) => void): void {
    const { buffer, start, end } = line;
    const bytes = buffer.subarray(start, end);
    if (this.before?.equals(bytes) === true) {
      this.before = undefined;
      return;
    }
    this.before = Buffer.from(bytes);
    next(line);
  }
}

/** Nearly every line stands there exactly twice; what a program repeats stands there more often. */
export function areDoubled(lines: readonly Unwrapped[]): boolean {
  let pairs = 0;
  let others = 0;
  for (let i = 0; i < lines.length; ) {
    const text = textOf(lines[i]);
    let run = 1;
    while (i + run < lines.length && textOf(lines[i + run]) === text) run++;
    if (run === 2) pairs++;
    else others++;
    i += run;
  }
  return pairs >= FEWEST_PAIRS && pairs > (pairs + others) * MOST;
}

function textOf(line: Unwrapped | undefined): string | undefined {
  return line?.buffer.latin1Slice(line.start, line.end);
}
