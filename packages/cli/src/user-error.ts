/**
 * Trouble that the user can mend: one clear sentence that says what would work, an exit code, no
 * stack.
 */
import { type ExitCode, exitCode } from "./exit-code.ts";

export class UserError extends Error {
  override readonly name = "UserError";
  readonly exitCode: ExitCode;

  constructor(sentence: string, code: ExitCode = exitCode.askedWrongly) {
    super(sentence);
    this.exitCode = code;
  }
}
