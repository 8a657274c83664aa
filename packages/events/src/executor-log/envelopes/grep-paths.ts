/**
 * The file that `grep -r` prints before each of its lines, with the line's number or without; a
 * path of a worker's directory names the executor.
 */
import { timeIn } from "../layouts/time-forms.ts";
import type { Envelope, Unwrapped } from "./envelope.ts";

const HEAD_BYTES = 640;
const PATHS_KEPT = 1000;
/** A file in a folder, or one that is called like a log. */
const PATH =
  /^(?:\.{0,2}\/)?(?:[\w@.+=,%~-]+\/)*(?:(?<=\/)[\w@.+=,%~-]+|std(?:err|out)[\w.-]*|[\w.-]+\.(?:log|out|err|txt))$/;
/** A match has a colon, a line around it a dash. */
const MARK = /[:-]/g;
const NUMBER = /^\d+[:-]/;

export class GrepPaths implements Envelope {
  readonly name = "grep";
  /** As seen before heads of records: lines of traces begin so too. */
  private readonly seen = new Set<string>();

  open(line: Unwrapped): boolean {
    const { buffer, start, end } = line;
    const text = buffer.latin1Slice(start, Math.min(end, start + HEAD_BYTES));
    const path = this.knownIn(text) ?? this.learnedFrom(text);
    if (path === undefined) return false;
    const rest = text.slice(path.length + 1);
    line.container = path;
    line.start = start + path.length + 1 + (NUMBER.exec(rest)?.[0].length ?? 0);
    return true;
  }

  private knownIn(text: string): string | undefined {
    for (const path of this.seen) {
      if (text.startsWith(path) && /^[:-]/.test(text.slice(path.length))) return path;
    }
    return undefined;
  }

  /** The path ends where a record begins. */
  private learnedFrom(text: string): string | undefined {
    for (const { index } of text.matchAll(MARK)) {
      const path = text.slice(0, index);
      if (/\s/.test(path)) return undefined;
      const rest = text.slice(index + 1).replace(NUMBER, "");
      if (!PATH.test(path) || timeIn(rest)?.start !== 0) continue;
      if (this.seen.size < PATHS_KEPT) this.seen.add(path);
      return path;
    }
    return undefined;
  }
}
