/** Commands to be copied: whatever a log put into a name, a shell takes it as one argument. */

/** A name or a path. */
export function shellWord(name: string): string {
  return /^[\w@%+=:,./-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`;
}

/** A statement as one argument of a shell. */
export function quotedSql(sql: string): string {
  return /["$`\\!]/.test(sql) ? shellWord(sql) : `"${sql}"`;
}
