/**
 * Known loggers with the text behind them, by their first four letters: the usual head is
 * recognised without a search.
 */
import { Literal } from "./line-bytes.ts";

const SLOTS = 1024;

function slotOf(letters: number): number {
  return Math.imul(letters, 0x9e_37_79_b1) >>> 22;
}

export class LoggerIndex {
  private readonly slots: (readonly IndexedLogger[] | undefined)[] = Array.from({ length: SLOTS });

  /** `separator`: what a layout prints between logger and message. */
  constructor(names: readonly string[], separator: string) {
    for (const [number, name] of names.entries()) {
      const letters = Buffer.from(`${name}${separator}`).readInt32LE();
      const slot = slotOf(letters);
      const logger = { number, length: name.length, literal: new Literal(name + separator) };
      this.slots[slot] = [...(this.slots[slot] ?? []), logger];
    }
  }

  /** The known logger that stands at `at` with its separator. */
  find(bytes: DataView, at: number, end: number): IndexedLogger | undefined {
    if (at + 4 > end) return undefined;
    const candidates = this.slots[slotOf(bytes.getInt32(at, true))];
    if (candidates === undefined) return undefined;
    for (let i = 0; i < candidates.length; i++) {
      const candidate = candidates[i];
      if (candidate?.literal.standsAt(bytes, at, end) === true) return candidate;
    }
    return undefined;
  }
}

export interface IndexedLogger {
  /** Place in the names given. */
  readonly number: number;
  /** Without the separator. */
  readonly length: number;
  readonly literal: Literal;
}
