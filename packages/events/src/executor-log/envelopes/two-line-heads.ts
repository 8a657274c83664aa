/**
 * Heads of two lines, which here become one: java.util.logging's own layout (time and source, then
 * level and message), and layouts that break the line behind level and thread, before the logger.
 */
import { levelsIn } from "../layouts/head-shape.ts";
import { timeIn } from "../layouts/time-forms.ts";
import { sparkWordsIn } from "../spark-wording.ts";
import type { Layer, Unwrapped } from "./envelope.ts";

const HEAD_BYTES = 400;
const SPACE = Buffer.from(" ");
/** A method of a class, or a logger, behind the time. */
const SOURCE = /^ [\w$.]+(?: [\w$<>]+)?\s*$/;
/** What may stand beside time and level: things in brackets, a task's thread; marks and words. */
const IN_BRACKETS = /\[[^\]]*\]|\([^)]*\)|<[^>]*>|Executor task launch worker\b.*/g;
const MARKS_AND_WORDS = /^[\s\w.$#|:,;/>*-]*$/;
/** Words beside them: a thread's name has no more, a sentence has. */
const MOST_WORDS = 2;

type IsHead = (line: Unwrapped) => boolean;

export class TwoLineHeads implements Layer {
  readonly name = "two-line-heads";
  private readonly isHead: IsHead;
  private head: Unwrapped | undefined = undefined;

  constructor(isHead: IsHead) {
    this.isHead = isHead;
  }

  take(line: Unwrapped, next: (line: Unwrapped) => void): void {
    const { head } = this;
    this.head = undefined;
    if (this.isHead(line)) {
      if (head !== undefined) next(head);
      this.head = line.copy();
      return;
    }
    if (head !== undefined) {
      const [above, said] = [head, line].map(({ buffer, start, end }) =>
        buffer.subarray(start, end),
      );
      line.buffer = Buffer.concat([above ?? SPACE, SPACE, said ?? SPACE]);
      line.start = 0;
      line.end = line.buffer.length;
    }
    next(line);
  }

  flush(next: (line: Unwrapped) => void): void {
    if (this.head !== undefined) next(this.head);
    this.head = undefined;
  }
}

/** A time, and behind it nothing but where the record was made. */
function isTimeAndSource({ buffer, start, end }: Unwrapped): boolean {
  if (end - start > HEAD_BYTES) return false;
  const text = buffer.latin1Slice(start, end);
  const time = timeIn(text);
  return time?.start === 0 && SOURCE.test(text.slice(time.end));
}

/** A level with a time or a thread beside it, and no message. */
function isLevelAndThread({ buffer, start, end }: Unwrapped): boolean {
  if (end - start > HEAD_BYTES) return false;
  const text = buffer.latin1Slice(start, end);
  const time = timeIn(text);
  const bare = time === undefined ? text : `${text.slice(0, time.start)} ${text.slice(time.end)}`;
  const [level, other] = levelsIn(bare);
  if (level === undefined || other !== undefined || /\w/.test(bare.slice(0, level.start)))
    return false;
  const beside = `${bare.slice(0, level.start)} ${bare.slice(level.end)}`.replace(IN_BRACKETS, " ");
  const words = beside.match(/[\w.$#-]*\w[\w.$#-]*/g) ?? [];
  return MARKS_AND_WORDS.test(beside) && words.length <= MOST_WORDS;
}

/**
 * The heads above most lines with Spark's words: those begin with their level, or have neither a
 * level nor a time of their own. undefined: their heads are their own.
 */
export function twoLineHeadsOf(lines: readonly Unwrapped[]): IsHead | undefined {
  let telling = 0;
  let [byTime, byLevel] = [0, 0];
  for (const [i, line] of lines.entries()) {
    const words = sparkWordsIn(line.buffer, line.start, line.end);
    if (words === undefined) continue;
    telling++;
    const before = lines[i - 1];
    if (before === undefined) continue;
    const own = line.buffer.latin1Slice(line.start, words.at);
    const [level] = levelsIn(own);
    if (level?.start === 0 && isTimeAndSource(before)) byTime++;
    if (level === undefined && timeIn(own) === undefined && isLevelAndThread(before)) byLevel++;
  }
  if (byTime > telling * LEAST_SHARE) return isTimeAndSource;
  return byLevel > telling * LEAST_SHARE ? isLevelAndThread : undefined;
}

/** Of the lines with Spark's words. */
const LEAST_SHARE = 0.6;
