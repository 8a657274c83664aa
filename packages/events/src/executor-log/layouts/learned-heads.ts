/** Level, logger and what stands between them, as seen before: few texts begin most lines of a log, and are known again whole. */
import { Literal, textOf } from "../line-bytes.ts";
import type { RecordHead } from "./record-head.ts";

interface LearnedHead {
  readonly literal: Literal;
  readonly level: RecordHead["level"];
  readonly loggerNumber: number;
  /** Relative to where the text begins. */
  readonly loggerStart: number;
  readonly loggerEnd: number;
}

const SLOTS = 1024;
const EACH_SLOT = 6;
const MOST = 2048;
/** Behind the level: letters of the logger that tell most of them apart. */
const TELLING = 8;

export class LearnedHeads {
  /** Made by the first head: most layouts that are tried never read one. */
  private slots: (LearnedHead[] | undefined)[] | undefined = undefined;
  private count = 0;

  /** Fills level, logger and message's start from a text that was learned; false when none stands at `at`. */
  read(view: DataView, at: number, end: number, head: RecordHead): boolean {
    if (at + TELLING + 4 > end) return false;
    const slot = this.slots?.[slotAt(view, at)];
    if (slot === undefined) return false;
    for (let i = 0; i < slot.length; i++) {
      const learned = slot[i];
      if (learned?.literal.standsAt(view, at, end) !== true) continue;
      head.level = learned.level;
      head.loggerNumber = learned.loggerNumber;
      head.loggerStart = at + learned.loggerStart;
      head.loggerEnd = at + learned.loggerEnd;
      head.messageStart = at + learned.literal.length;
      head.messageEnd = end;
      return true;
    }
    return false;
  }

  /** Remembers the text from `at` to the message of a head that was read. */
  learn(view: DataView, at: number, head: RecordHead): void {
    if (this.count >= MOST || at + TELLING + 4 > head.messageEnd) return;
    this.slots ??= Array.from({ length: SLOTS });
    const number = slotAt(view, at);
    const slot = this.slots[number] ?? [];
    if (slot.length >= EACH_SLOT) return;
    this.slots[number] = slot;
    slot.push({
      literal: new Literal(textOf(head.buffer, at, head.messageStart)),
      level: head.level,
      loggerNumber: head.loggerNumber,
      loggerStart: head.loggerStart - at,
      loggerEnd: head.loggerEnd - at,
    });
    this.count++;
  }
}

function slotAt(view: DataView, at: number): number {
  return Math.imul(view.getInt32(at + TELLING, true), 0x9e_37_79_b1) >>> 22;
}
