/**
 * A paste in which line ends became blanks or `<br/>`: a record begins where a time has a level
 * right behind it.
 */
import { levelsIn } from "../layouts/head-shape.ts";
import { timesIn } from "../layouts/time-forms.ts";
import { sparkWordsIn } from "../spark-wording.ts";
import type { Layer, Unwrapped } from "./envelope.ts";

const BREAK = /\s*<br\s*\/?>\s*|<\/?p>/g;
/** A throwable and its frames, behind the record that they belong to. */
const THROWABLE = / (?=(?:Caused by: )?(?:[a-z]\w*\.)+[A-Z]\w*(?:Error|Exception)\b)/g;
const FRAME = / (?=at (?:[a-z]\w*\.)+[\w$.<>/]+\([^()]*\))/g;
/** Between a time and its level stand no more letters than this. */
const LEVEL_NEAR = 60;
const FEWEST = 3;

export class JoinedRecords implements Layer {
  readonly name = "joined";

  take(line: Unwrapped, next: (line: Unwrapped) => void): void {
    const text = line.buffer.latin1Slice(line.start, line.end);
    for (const record of recordsIn(text)) {
      const bytes = Buffer.from(record, "latin1");
      line.take(bytes, 0, bytes.length);
      next(line);
    }
  }
}

function recordsIn(text: string): readonly string[] {
  const lines: string[] = [];
  for (const piece of text.split(BREAK)) {
    const starts = headsIn(piece);
    const cuts = [...(starts[0] === 0 ? [] : [0]), ...starts];
    for (const [i, start] of cuts.entries()) {
      const record = piece.slice(start, cuts[i + 1]).trimEnd();
      if (starts.length < FEWEST) lines.push(record);
      else lines.push(...record.replace(THROWABLE, "\n").replace(FRAME, "\n\t").split("\n"));
    }
  }
  return lines.filter((line) => line !== "");
}

/** Where heads of records begin. */
function headsIn(text: string): number[] {
  const starts: number[] = [];
  for (const time of timesIn(text)) {
    const isHead = levelsIn(text.slice(time.end, time.end + LEVEL_NEAR)).length > 0;
    if (isHead && (time.start === 0 || /[\s[]/.test(text[time.start - 1] ?? ""))) {
      starts.push(text[time.start - 1] === "[" ? time.start - 1 : time.start);
    }
  }
  return starts;
}

/** A line has words of Spark behind several heads. */
export function areJoined(lines: readonly Unwrapped[]): boolean {
  return lines.slice(0, 3).some(({ buffer, start, end }) => {
    const records = recordsIn(buffer.latin1Slice(start, Math.min(end, start + 16_384)));
    const telling = records.filter((record) => {
      const bytes = Buffer.from(record, "latin1");
      return headsIn(record)[0] === 0 && sparkWordsIn(bytes, 0, bytes.length) !== undefined;
    });
    return telling.length >= FEWEST;
  });
}
