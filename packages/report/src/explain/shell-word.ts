/** Commands to be copied: whatever a log put into a name, a shell takes it as one argument. */

/** A name or a path. */
export function shellWord(name: string): string {
  if (/^[\w@%+=:,./-]+$/.test(name)) return name;
  // Printed raw they would move the terminal's cursor; `$'…'` says them in letters.
  if (/[\p{Cc}\p{Cf}]/u.test(name)) return `$'${name.replace(/[\\']|[\p{Cc}\p{Cf}]/gu, escaped)}'`;
  return `'${name.replaceAll("'", "'\\''")}'`;
}

function escaped(character: string): string {
  if (character === "\\" || character === "'") return `\\${character}`;
  return `\\U${(character.codePointAt(0) ?? 0).toString(16).padStart(8, "0")}`;
}

/** A statement as one argument of a shell. */
export function quotedSql(sql: string): string {
  return /["$`\\!]/.test(sql) ? shellWord(sql) : `"${sql}"`;
}
