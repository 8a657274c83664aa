/** Texts and names inside SQL: whatever a log put into them, they stay texts and names. */

export function sqlText(text: string): string {
  // A NUL cannot stand in a statement: chr(0) says it.
  return text
    .split("\0")
    .map((part) => `'${part.replaceAll("'", "''")}'`)
    .join(" || chr(0) || ");
}

/** An identifier in double quotes, safe in SQL whatever it holds. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
