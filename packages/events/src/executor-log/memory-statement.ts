/**
 * Lines that state memory, known or not: what must become a fact, and a diagnostic where it does
 * not.
 */
import { TEMPLATE_GROUPS } from "./templates/index.ts";

/** A shorter literal of a wording (`, free `) may stand in any line. */
const TELLING_LETTERS = 12;

/** Literals of the wordings that state memory: at least what tools/score-replay.py counts. */
const TELLING: readonly string[] = [
  ...new Set(
    TEMPLATE_GROUPS.flatMap(({ templates }) => templates)
      .filter(({ statesMemory }) => statesMemory)
      .flatMap(({ says }) => says.split(/\{\w+\}/))
      .map((literal) => literal.replace(/^\W+| +$/g, ""))
      .filter(({ length }) => length >= TELLING_LETTERS),
  ),
];

/** Too dear for each line: asked only of records that no template matched. */
const STATEMENT = new RegExp(
  TELLING.map((literal) => literal.replace(/[()[\].*+?=^$|\\]/g, "\\$&")).join("|"),
);

/** Each literal is long enough that one of eight places in a line shows four of its letters. */
const STRIDE = 8;
/** Any four letters in a row that may show, as `getInt32` reads them, little end first. */
const SHOWN: ReadonlySet<number> = new Set(
  TELLING.flatMap((text) =>
    Array.from({ length: STRIDE }, (_, at) => Buffer.from(text).readInt32LE(at)),
  ),
);
/** The same by a hash, which is asked first. */
const MAY_SHOW = new Uint8Array(4096);
for (const letters of SHOWN) MAY_SHOW[hashOf(letters)] = 1;

function hashOf(letters: number): number {
  return Math.imul(letters, 0x9e_37_79_b1) >>> 20;
}

/**
 * Cheap: false when no memory statement stands in these bytes, wherever one may begin: a damaged
 * file joins lines, and cuts the heads of records. Asked of lines that no template reads.
 */
export function mayHoldStatement(bytes: DataView, start: number, end: number): boolean {
  for (let at = start; at + 4 <= end; at += STRIDE) {
    const letters = bytes.getInt32(at, true);
    if (MAY_SHOW[hashOf(letters)] === 1 && SHOWN.has(letters)) return true;
  }
  return false;
}

/**
 * A long text is searched in pieces that overlap by more than a statement's telling part, so that
 * no text costs more than its length.
 */
const PIECE_BYTES = 8192;
export const OVERLAP_BYTES = 512;

/**
 * True when a memory statement stands in these bytes, however many and wherever. Dear: ask
 * `mayHoldStatement` first.
 */
export function holdsStatement(buffer: Buffer, start: number, end: number): boolean {
  for (let from = start; ; from += PIECE_BYTES - OVERLAP_BYTES) {
    const to = Math.min(end, from + PIECE_BYTES);
    // Its words are ASCII, whatever stands around them.
    if (STATEMENT.test(buffer.latin1Slice(from, to))) return true;
    if (to === end) return false;
  }
}

/**
 * Telling words that stand behind a comma of a wording: by themselves any program may say them, a
 * logger of Spark's memory says them only within its statement.
 */
const PART = new RegExp(
  TELLING.flatMap((literal) => literal.split(", ").slice(1))
    .filter(({ length }) => length >= TELLING_LETTERS)
    .join("|"),
);

/** True when a known logger's message has a statement's later part, whose first part is lost. */
export function holdsPart(buffer: Buffer, start: number, end: number): boolean {
  return PART.test(buffer.latin1Slice(start, Math.min(end, start + OVERLAP_BYTES)));
}

/** True for a message that the accuracy bars count as a memory statement. */
export function isMemoryStatement(message: string): boolean {
  return STATEMENT.test(message);
}
