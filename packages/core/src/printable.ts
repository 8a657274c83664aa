/**
 * Text from logs, made safe to show: a log must not be able to move the cursor, recolour a
 * terminal, turn the direction of writing or break a document.
 */

/**
 * Control, formatting and separating characters, halves of pairs, and what is no character; not the
 * joiners (U+200C, U+200D) that Persian, Hindi and emoji are written with.
 */
const STEERING = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\uFFFE\uFFFF]/gu;

/** What steers becomes `\u{1b}`; line feeds and tabs stay. */
export function printable(text: string): string {
  return text.replace(STEERING, (character) =>
    character === "\n" || character === "\t" ? character : escaped(character),
  );
}

/** The same on one line, for a table's cell or the middle of a sentence: line feeds are blanks. */
export function printableLine(text: string): string {
  return text.replace(STEERING, (character) =>
    character === "\n" || character === "\t" ? " " : escaped(character),
  );
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/** The same for a value that is shown as it is: line feeds, returns and tabs by their names. */
export function printableValue(text: string): string {
  return text.replace(STEERING, (character) => NAMED.get(character) ?? escaped(character));
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
