/** Lines that state memory, known or not: what must become a fact, and a diagnostic where it does not. */

/**
 * At least what tools/score-replay.py counts. One regex over every wording would be too dear for each line:
 * ask it only of records that no template matched.
 */
const STATEMENT =
  /stored as (?:values|bytes) (?:in memory|to memory) \(estimated size [^)]*free|dropped from memory \(free|Storage limit = |free memory is|Not enough space to cache|Will not store |blocks selected for dropping|Memory use = |MemoryStore started with capacity/;

const TAB = 9;
const COLON = 58;
const ZERO = 48;
/** First four letters of what statements begin with, as `getInt32` reads them, little end first. */
const BEGINNINGS: ReadonlySet<number> = new Set(
  ["Bloc", "Memo", "Will", "Not ", "Afte"].map((letters) => Buffer.from(letters).readInt32LE()),
);
const BLOCKS = Buffer.from(" blo").readInt32LE();

/**
 * Cheap: true when a memory statement may begin at `start`, or a second record stands in the line, as it does where a
 * damaged file lost the end of a line. Asked of lines that nobody else reads.
 */
export function mayHoldStatement(bytes: DataView, start: number, end: number): boolean {
  if (mayBegin(bytes, start, end - 8)) return true;
  // Every record has an `HH:mm:ss`, eight letters long: one of each eight is looked at. Damage may leave control bytes.
  for (let at = start + 8; at < end; at += 8) {
    const byte = bytes.getUint8(at);
    if (byte < TAB || (byte >= ZERO && byte <= COLON && isInClock(bytes, at, start, end))) {
      return true;
    }
  }
  return false;
}

/** True when `at` is one of the eight letters of an `HH:mm:ss`. */
function isInClock(bytes: DataView, at: number, start: number, end: number): boolean {
  for (let from = Math.max(at - 7, start); from <= at && from + 8 <= end; from++) {
    if (bytes.getUint8(from + 2) === COLON && bytes.getUint8(from + 5) === COLON) return true;
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
