/**
 * A wrapper's own head once for several lines: those below it are pushed in by a tab
 * (DolphinScheduler).
 */
import { sparkWordsIn } from "../spark-wording.ts";
import type { Envelope, Unwrapped } from "./envelope.ts";

const TAB = 9;

export class TabbedBelow implements Envelope {
  readonly name = "tabbed-below";
  private readonly prefix: Envelope;

  /** `prefix`: takes the wrapper's head off the first of the lines. */
  constructor(prefix: Envelope) {
    this.prefix = prefix;
  }

  open(line: Unwrapped): boolean {
    if (!isTabbed(line)) return this.prefix.open(line);
    line.start++;
    return true;
  }
}

function isTabbed({ buffer, start, end }: Unwrapped): boolean {
  return start < end && buffer[start] === TAB;
}

/** Lines with words of Spark of which some are tabbed and some are not; undefined: not so. */
export function headsAbove(lines: readonly Unwrapped[]): readonly Unwrapped[] | undefined {
  const telling = lines.filter(
    ({ buffer, start, end }) => sparkWordsIn(buffer, start, end) !== undefined,
  );
  const heads = telling.filter((line) => !isTabbed(line));
  return heads.length === 0 || heads.length === telling.length ? undefined : heads;
}
