/**
 * A terminal's or an editor's wrapping: lines cut at one width, each of which goes on in the next.
 */
import { timeIn } from "../layouts/time-forms.ts";
import { sparkWordsIn } from "../spark-wording.ts";
import type { Layer, Unwrapped } from "./envelope.ts";

/** Widths at which terminals wrap, bytes. */
const NARROWEST = 60;
const WIDEST = 500;
const FEWEST = 3;
/** Longer than any line that says something of memory. */
const MOST_BYTES = 64 * 1024;
const HEAD_BYTES = 40;

export class WrappedLines implements Layer {
  readonly name = "wrapped-lines";
  private readonly width: number;
  private held: Unwrapped | undefined = undefined;

  constructor(width: number) {
    this.width = width;
  }

  take(line: Unwrapped, next: (line: Unwrapped) => void): void {
    const { held } = this;
    const goesOn = line.end - line.start === this.width;
    if (held !== undefined && !beginsRecord(line)) {
      const piece = line.buffer.subarray(line.start, line.end);
      held.buffer = Buffer.concat([held.buffer.subarray(held.start, held.end), piece]);
      held.start = 0;
      held.end = held.buffer.length;
      if (goesOn && held.end < MOST_BYTES) return;
      this.held = undefined;
      next(held);
      return;
    }
    this.held = undefined;
    if (held !== undefined) next(held);
    if (goesOn) this.held = line.copy();
    else next(line);
  }

  flush(next: (line: Unwrapped) => void): void {
    if (this.held !== undefined) next(this.held);
    this.held = undefined;
  }
}

function beginsRecord({ buffer, start, end }: Unwrapped): boolean {
  return timeIn(buffer.latin1Slice(start, Math.min(end, start + HEAD_BYTES)))?.start === 0;
}

/**
 * The width at which these lines are cut, and behind which Spark's words go on; undefined: they are
 * whole.
 */
export function wrappedAt(lines: readonly Unwrapped[]): number | undefined {
  const width = lines.reduce((most, { start, end }) => Math.max(most, end - start), 0);
  if (width < NARROWEST || width > WIDEST) return undefined;
  const cut = lines.filter(({ start, end }) => end - start === width).length;
  if (cut < FEWEST) return undefined;
  const telling = (some: readonly Unwrapped[]): number =>
    some.filter(({ buffer, start, end }) => sparkWordsIn(buffer, start, end) !== undefined).length;
  const joined: Unwrapped[] = [];
  const layer = new WrappedLines(width);
  for (const line of lines) layer.take(line.copy(), (whole) => joined.push(whole.copy()));
  layer.flush((whole) => joined.push(whole.copy()));
  if (joined.length === lines.length) return undefined;
  return telling(joined) > telling(lines) ? width : undefined;
}
