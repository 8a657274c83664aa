/** A survey of the input, with what goes wrong about it said as users need to hear it. */
import { type Diagnostic, type Survey, survey } from "@respark/events";
import { exitCode } from "./exit-code.ts";
import type { Host } from "./host.ts";
import { type Input, noApplication } from "./input.ts";
import type { Progress } from "./terminal/progress.ts";
import { UserError } from "./user-error.ts";

export interface LookOptions {
  readonly timeZone?: string | undefined;
  readonly logPattern?: string | undefined;
  readonly full?: boolean | undefined;
}

export interface Watch {
  readonly report: (diagnostic: Diagnostic) => void;
  readonly progress: Progress;
}

/** A sentence names the first and counts the others. */
const TOLD_KEPT = 1000;

/** Throws a UserError where there is no application in the input. */
export async function findApplications(
  host: Host,
  input: Input,
  options: LookOptions,
  watch: Watch,
): Promise<Survey> {
  const told: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => {
    if (told.length < TOLD_KEPT) told.push(diagnostic);
    watch.report(diagnostic);
  };
  const found = await lookAround(input, options, { ...watch, report });
  if (found.applications.length === 0) throw await noApplication(host, input, found.files, told);
  return found;
}

/** Throws a UserError where the options cannot be used; perhaps finds no application. */
export async function lookAround(
  input: Input,
  options: LookOptions,
  { report, progress }: Watch,
): Promise<Survey> {
  let missing: string | undefined;
  try {
    const found = await survey(input.paths, {
      ...(options.timeZone === undefined ? {} : { timeZone: options.timeZone }),
      ...(options.logPattern === undefined ? {} : { logPattern: options.logPattern }),
      ...(input.standardInput === undefined ? {} : { standardInput: input.standardInput }),
      full: options.full ?? false,
      report: (diagnostic) => {
        if (diagnostic.code === "path_missing") missing ??= diagnostic.message;
        if (diagnostic.code === "spool_full") {
          missing ??= `${diagnostic.message}: write it to a file and name that, or set TMPDIR to a larger disk`;
        }
        report(diagnostic);
      },
      onProgress: (done, total) => progress.show("looking around", done, total),
    });
    if (missing !== undefined) throw new UserError(missing, exitCode.unreadable);
    return found;
  } catch (error) {
    // A zone that does not exist, a pattern that cannot be read.
    if (error instanceof RangeError) throw new UserError(error.message);
    throw error;
  }
}
