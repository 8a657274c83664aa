/**
 * Level, logger and what stands between them, as seen before: few texts begin most lines of a log,
 * and are known again whole.
 */
import { viewOf } from "../line-bytes.ts";
import type { LogLevel } from "../log-template.ts";
import type { RecordHead } from "./record-head.ts";

const SLOTS = 1024;
const EACH_SLOT = 6;
const MOST = 2048;
const LONGEST = 256;
/** Behind the level: letters of the logger that tell most of them apart. */
const TELLING = 8;
const LEVELS: readonly (LogLevel | undefined)[] = [
  undefined,
  "TRACE",
  "DEBUG",
  "INFO",
  "WARN",
  "ERROR",
  "FATAL",
];

/**
 * Where each head's numbers stand in `code`: the head behind it in the same slot (0: none), then
 * the text, which ends in `LAST`.
 */
const NEXT = 0;
const LENGTH = 1;
const LAST = 2;
const LEVEL = 3;
const LOGGER_NUMBER = 4;
/** Relative to where the text begins. */
const LOGGER_START = 5;
const LOGGER_END = 6;
const WORDS = 7;

export class LearnedHeads {
  /**
   * Of each slot, its first head in `code`; 0: none. Made by the first head: most layouts that are
   * tried never read one.
   */
  private slots: Int32Array | undefined = undefined;
  /** All heads side by side: what is asked for each line should be near. */
  private code: Int32Array = new Int32Array(0);
  private filled = 1;
  private count = 0;

  /**
   * Fills level, logger and message's start from a text that was learned; false when none stands at
   * `at`.
   */
  read(view: DataView, at: number, end: number, head: RecordHead): boolean {
    if (at + TELLING + 4 > end) return false;
    const code = this.code;
    let entry = this.slots?.[slotAt(view, at)] ?? 0;
    while (entry !== 0) {
      const behind = at + (code[entry + LENGTH] ?? 0);
      const last = behind - 4;
      if (behind <= end && view.getInt32(last, true) === code[entry + LAST]) {
        let position = at;
        let word = entry + WORDS;
        while (position < last && view.getInt32(position, true) === code[word]) {
          position += 4;
          word++;
        }
        if (position >= last) {
          head.level = LEVELS[code[entry + LEVEL] ?? 0];
          head.loggerNumber = code[entry + LOGGER_NUMBER] ?? -1;
          head.loggerStart = at + (code[entry + LOGGER_START] ?? 0);
          head.loggerEnd = at + (code[entry + LOGGER_END] ?? 0);
          head.messageStart = behind;
          head.messageEnd = end;
          return true;
        }
      }
      entry = code[entry + NEXT] ?? 0;
    }
    return false;
  }

  /** Remembers the text from `at` to the message of a head that was read. */
  learn(view: DataView, at: number, head: RecordHead): void {
    const length = head.messageStart - at;
    if (this.count >= MOST || at + TELLING + 4 > head.messageEnd) return;
    if (length < 4 || length > LONGEST) return;
    this.slots ??= new Int32Array(SLOTS);
    const slots = this.slots;
    const slot = slotAt(view, at);
    const before = this.lastOf(slot);
    if (before < 0) return;
    const bytes = viewOf(head.buffer);
    const words = Math.ceil(length / 4) - 1;
    const entry = this.filled;
    this.filled += WORDS + words;
    const code = this.roomFor(this.filled);
    code[entry + LENGTH] = length;
    code[entry + LAST] = bytes.getInt32(head.messageStart - 4, true);
    code[entry + LEVEL] = LEVELS.indexOf(head.level);
    code[entry + LOGGER_NUMBER] = head.loggerNumber;
    code[entry + LOGGER_START] = head.loggerStart - at;
    code[entry + LOGGER_END] = head.loggerEnd - at;
    for (let i = 0; i < words; i++) code[entry + WORDS + i] = bytes.getInt32(at + 4 * i, true);
    // The first that was learned is the first that is tried: it comes most often.
    if (before === 0) slots[slot] = entry;
    else code[before + NEXT] = entry;
    this.count++;
  }

  /** The last head of a slot, 0 in an empty one; -1 when it is full. */
  private lastOf(slot: number): number {
    let last = this.slots?.[slot] ?? 0;
    for (let i = 1; i < EACH_SLOT; i++) {
      const next = this.code[last + NEXT] ?? 0;
      if (last === 0 || next === 0) return last;
      last = next;
    }
    return -1;
  }

  private roomFor(length: number): Int32Array {
    if (length > this.code.length) {
      const grown = new Int32Array(Math.max(512, 2 * length));
      grown.set(this.code);
      this.code = grown;
    }
    return this.code;
  }
}

function slotAt(view: DataView, at: number): number {
  return Math.imul(view.getInt32(at + TELLING, true), 0x9e_37_79_b1) >>> 22;
}
