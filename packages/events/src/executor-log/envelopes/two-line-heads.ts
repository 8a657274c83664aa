/**
 * java.util.logging's own layout: a line with time and source, then one with level and message;
 * here they become one.
 */
import { levelsIn } from "../layouts/head-shape.ts";
import { timeIn } from "../layouts/time-forms.ts";
import { sparkWordsIn } from "../spark-wording.ts";
import type { Layer, Unwrapped } from "./envelope.ts";

const HEAD_BYTES = 400;
const SPACE = Buffer.from(" ");
/** A method of a class, or a logger, behind the time. */
const SOURCE = /^ [\w$.]+(?: [\w$<>]+)?\s*$/;

export class TwoLineHeads implements Layer {
  readonly name = "two-line-heads";
  private head: Unwrapped | undefined = undefined;

  take(line: Unwrapped, next: (line: Unwrapped) => void): void {
    const { head } = this;
    this.head = undefined;
    if (head === undefined) {
      if (isHead(line)) this.head = line.copy();
      else next(line);
      return;
    }
    const { start, end } = line;
    const said = line.buffer.subarray(start, end);
    line.buffer = Buffer.concat([head.buffer.subarray(head.start, head.end), SPACE, said]);
    line.start = 0;
    line.end = line.buffer.length;
    next(line);
  }

  flush(next: (line: Unwrapped) => void): void {
    if (this.head !== undefined) next(this.head);
    this.head = undefined;
  }
}

/** A time, and behind it nothing but where the record was made. */
function isHead({ buffer, start, end }: Unwrapped): boolean {
  if (end - start > HEAD_BYTES) return false;
  const text = buffer.latin1Slice(start, end);
  const time = timeIn(text);
  return time?.start === 0 && SOURCE.test(text.slice(time.end));
}

/** Most lines with Spark's words begin with their level, below a line that is a head. */
export function hasTwoLineHeads(lines: readonly Unwrapped[]): boolean {
  let telling = 0;
  let below = 0;
  for (const [i, line] of lines.entries()) {
    const words = sparkWordsIn(line.buffer, line.start, line.end);
    if (words === undefined) continue;
    telling++;
    const before = lines[i - 1];
    const [level] = levelsIn(line.buffer.latin1Slice(line.start, words.at));
    if (level?.start === 0 && before !== undefined && isHead(before)) below++;
  }
  return below > telling * 0.6;
}
