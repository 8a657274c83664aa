/** Loggers without templates, as seen last in each of a few slots: one never seen may be damage. */
import type { RecordHead } from "./layouts/record-head.ts";
import { Literal, textOf, viewOf } from "./line-bytes.ts";

const SLOTS = 256;

export class SeenLoggers {
  private readonly slots: (Literal | undefined)[] = Array.from({ length: SLOTS });

  /** Whether the record's logger was not seen before, or has no name; it is seen now. */
  isNew({ buffer, loggerStart, loggerEnd }: RecordHead): boolean {
    const length = loggerEnd - loggerStart;
    if (length === 0) return true;
    const view = viewOf(buffer);
    const slot =
      (length * 31 + view.getUint8(loggerStart) * 7 + view.getUint8(loggerEnd - 1) * 13) &
      (SLOTS - 1);
    const seen = this.slots[slot];
    if (seen?.length === length && seen.standsAt(view, loggerStart, loggerEnd)) return false;
    this.slots[slot] = new Literal(textOf(buffer, loggerStart, loggerEnd));
    return true;
  }
}
