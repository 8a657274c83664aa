/** Lines that state memory, known or not: what must become a fact, and a diagnostic where it does not. */

/**
 * At least what tools/score-replay.py counts. One regex over every wording would be too dear for each line:
 * ask it only of records that no template matched.
 */
const STATEMENT =
  /stored as (?:values|bytes) (?:in memory|to memory) \(estimated size [^)]*free|dropped from memory \(free|Storage limit = |free memory is|Not enough space to cache|Will not store |blocks selected for dropping|Memory use = |MemoryStore started with capacity/;

const SPACE = 32;
const COLON = 58;
const DASH = 45;
const ZERO = 48;
/** First four letters of what statements begin with, as `getInt32` reads them, little end first. */
const BEGINNINGS: ReadonlySet<number> = new Set(
  ["Bloc", "Memo", "Will", "Not ", "Afte"].map((letters) => Buffer.from(letters).readInt32LE()),
);
const BLOCKS = Buffer.from(" blo").readInt32LE();

/**
 * Cheap: true when a memory statement may begin at `start`, or behind a `: ` or `- ` later on, as it does where a
 * damaged file lost the end of a line. Asked of lines that nobody else reads.
 */
export function mayHoldStatement(bytes: DataView, start: number, end: number): boolean {
  const last = end - 8;
  if (mayBegin(bytes, start, last)) return true;
  for (let at = start + 2; at <= last; at++) {
    if (bytes.getUint8(at - 1) !== SPACE) continue;
    const before = bytes.getUint8(at - 2);
    if ((before === COLON || before === DASH) && mayBegin(bytes, at, last)) return true;
  }
  return false;
}

function mayBegin(bytes: DataView, start: number, last: number): boolean {
  if (start > last) return false;
  let at = start;
  let digit = bytes.getUint8(at) - ZERO;
  if (digit < 0 || digit > 9) return BEGINNINGS.has(bytes.getInt32(at, true));
  while (at <= last && digit >= 0 && digit <= 9) digit = bytes.getUint8(++at) - ZERO;
  return at <= last && bytes.getInt32(at, true) === BLOCKS;
}

/** Words that a memory line of a Spark we do not know may hold. */
const LOOKS_LIKE =
  /\b(?:stored as (?:values|bytes)|dropped from memory|spilling|memory (?:pool|limit|manager)|(?:storage|execution|unroll|free|managed) memory|bytes of memory|estimated size)\b/i;

/** True for a message that the accuracy bars count as a memory statement. */
export function isMemoryStatement(message: string): boolean {
  return STATEMENT.test(message);
}

/** True for a message that no template matched, yet speaks of blocks and memory: candidates for new templates. */
export function looksLikeMemoryStatement(message: string): boolean {
  return STATEMENT.test(message) || LOOKS_LIKE.test(message);
}
