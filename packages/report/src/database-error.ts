/** What can be wrong with a database that someone named: the user's to solve, in one sentence. */

export type DatabaseTrouble =
  /** a new database was asked for, and there is one */
  | "exists"
  | "missing"
  /** another process has it open */
  | "locked"
  /** a DuckDB database, but not one that a replay wrote */
  | "not_respark"
  /** written by a respark with other tables */
  | "other_schema"
  /** no DuckDB database, or damaged, or not to be read */
  | "unreadable";

/** A database that cannot be opened, read or written; `trouble` says why. */
export class DatabaseError extends Error {
  override readonly name = "DatabaseError";
  readonly trouble: DatabaseTrouble;
  readonly path: string;

  constructor(trouble: DatabaseTrouble, path: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.trouble = trouble;
    this.path = path;
  }
}

/** What DuckDB said when it could not open a file, as one of our troubles. */
export function openingError(path: string, cause: unknown): DatabaseError {
  const said = cause instanceof Error ? cause.message : String(cause);
  const first = said.split("\n", 1)[0] ?? said;
  if (/\block\b/i.test(first)) {
    return new DatabaseError("locked", path, `${path} is open in another program`, cause);
  }
  if (/does not exist|no such file/i.test(first)) {
    return new DatabaseError("missing", path, `there is no database ${path}`, cause);
  }
  return new DatabaseError("unreadable", path, unreadable(path, first), cause);
}

function unreadable(path: string, said: string): string {
  if (/permission denied/i.test(said)) return `${path}: permission denied`;
  if (/is a directory/i.test(said)) {
    return `${path} is a directory: what is asked is a database, a file that respark replay wrote`;
  }
  if (/not a valid DuckDB database/i.test(said)) {
    return `${path} is no database: what is asked is a file that respark replay wrote`;
  }
  const version =
    /version number (\d+), but we can only read versions? between (\d+) and (\d+)/.exec(said);
  if (version !== null) {
    return `${path} was written by ${Number(version[1]) > Number(version[3]) ? "a newer" : "an older"} DuckDB than this respark reads: replay the logs again`;
  }
  if (/could not read enough bytes|checksum|corrupt|truncated|failed to deserialize/i.test(said)) {
    return `${path} is cut off or damaged: replay the logs again (DuckDB says: ${said.replace(/^[\w ]+Error: /, "")})`;
  }
  return `cannot read ${path} as a database: ${said}`;
}
