/** Numbers of lines, as `cat -n`, `less -N` and web pages print them before each. */
import type { Envelope, Unwrapped } from "./envelope.ts";

const NUMBER = /^\s*(\d{1,9})(?:\t|[:|] ?| {2}|$)/;
const HEAD_BYTES = 32;
const LEAST_SHARE = 0.95;
const FEWEST = 4;

export class LineNumbers implements Envelope {
  readonly name = "line-numbers";

  open(line: Unwrapped): boolean {
    const found = numberAt(line);
    if (found === null) return false;
    line.start = Math.min(line.end, line.start + found[0].length);
    return true;
  }
}

function numberAt({ buffer, start, end }: Unwrapped): RegExpExecArray | null {
  return NUMBER.exec(buffer.latin1Slice(start, Math.min(end, start + HEAD_BYTES)));
}

/** Nearly every line has one, and they rise by one, but for lines that are left out. */
export function haveNumbers(lines: readonly Unwrapped[]): boolean {
  const numbers = lines.flatMap((line) => Number(numberAt(line)?.[1] ?? []));
  const told = numbers.filter((number) => !Number.isNaN(number));
  if (told.length < FEWEST || told.length < lines.length * LEAST_SHARE) return false;
  const rising = told.filter((number, i) => i > 0 && number > (told[i - 1] ?? number)).length;
  const next = told.filter((number, i) => i > 0 && number === (told[i - 1] ?? 0) + 1).length;
  return rising >= (told.length - 1) * LEAST_SHARE && next * 2 >= told.length - 1;
}
