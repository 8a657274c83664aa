/**
 * Text from logs, made safe to print: a log must not be able to move the cursor, recolour or rename
 * a terminal.
 */

/** Control and invisible formatting characters become `\u{1b}`; line feeds and tabs stay. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (character) =>
    character === "\n" || character === "\t" ? character : escaped(character),
  );
}

/** The same on one line: for a table's cell or the middle of a sentence. */
export function printableLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (character) =>
    character === "\n" || character === "\t" ? " " : escaped(character),
  );
}

function escaped(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
