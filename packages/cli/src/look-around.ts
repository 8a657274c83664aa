/** A survey of the input, with what goes wrong about it said as users need to hear it. */
import { type Diagnostic, type Survey, survey } from "@respark/events";
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
  /** Throws once Ctrl-C was pressed. */
  readonly carryOn: () => void;
}

/** Throws a UserError where there is no application in the input. */
export async function findApplications(
  host: Host,
  input: Input,
  options: LookOptions,
  watch: Watch,
): Promise<Survey> {
  const found = await lookAround(input, options, watch);
  if (found.applications.length === 0) throw await noApplication(host, input, found.files);
  return found;
}

/** Throws a UserError where the options cannot be used; perhaps finds no application. */
export async function lookAround(
  input: Input,
  options: LookOptions,
  { report, progress, carryOn }: Watch,
): Promise<Survey> {
  try {
    return await survey(input.paths, {
      ...(options.timeZone === undefined ? {} : { timeZone: options.timeZone }),
      ...(options.logPattern === undefined ? {} : { logPattern: options.logPattern }),
      full: options.full ?? false,
      report,
      onProgress: (done, total) => {
        carryOn();
        progress.show("looking around", done, total);
      },
    });
  } catch (error) {
    // A zone that does not exist, a pattern that cannot be read.
    if (error instanceof RangeError) throw new UserError(error.message);
    throw error;
  }
}
