/** What is wrong with a database or a question, said to the one who named or asked it. */
import { DatabaseError, type DatabaseTrouble, QueryError } from "@respark/report";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { UserError } from "../user-error.ts";

const CODES: Readonly<Record<DatabaseTrouble, ExitCode>> = {
  exists: exitCode.askedWrongly,
  missing: exitCode.unreadable,
  locked: exitCode.unreadable,
  not_respark: exitCode.unreadable,
  other_schema: exitCode.unreadable,
  unreadable: exitCode.unreadable,
};

/** Does the work; trouble that the user can mend comes out as a UserError. */
export async function sayingTrouble<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DatabaseError) throw new UserError(error.message, CODES[error.trouble]);
    if (error instanceof QueryError) {
      throw /corrupt|checksum|could not read/i.test(error.message)
        ? new UserError(
            `the database is damaged: replay the logs again (DuckDB says: ${firstSentence(error.message)})`,
            exitCode.unreadable,
          )
        : new UserError(questionTrouble(error.message));
    }
    throw error;
  }
}

function firstSentence(said: string): string {
  const words = said.split(/\n\s*\nLINE |\nLINE /, 1)[0] ?? said;
  return words.replace(/\s*\n\s*/g, " ").trim();
}

/** DuckDB's words up to its picture of the statement. */
function questionTrouble(said: string): string {
  const sentence = firstSentence(said);
  if (/read-only mode/.test(sentence)) {
    return "the query would change the database, which is opened for reading only: ask with select or from";
  }
  return `the query failed: ${sentence} (respark schema lists tables and columns)`;
}
