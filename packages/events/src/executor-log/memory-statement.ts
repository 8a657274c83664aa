/** Lines that state memory, known or not: what must become a fact, and a diagnostic where it does not. */

/**
 * At least what tools/score-replay.py counts. One regex over every wording would be too dear for each line:
 * ask it only of records that no template matched.
 */
const STATEMENT =
  /stored as (?:values|bytes) (?:in memory|to memory) \(estimated size [^)]*free|dropped from memory \(free|Storage limit = |free memory is|Not enough space to cache|Will not store |blocks selected for dropping|Memory use = |MemoryStore started with capacity/;

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
