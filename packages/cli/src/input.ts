/** The logs a command was given: paths that exist, or standard input. */
import type { Diagnostic, SurveyedFile } from "@respark/events";
import { DatabaseError, openDatabase } from "@respark/report";
import { exitCode } from "./exit-code.ts";
import { downloadedLog } from "./history-server.ts";
import type { Host } from "./host.ts";
import { refuseRemote } from "./remote-paths.ts";
import { UserError } from "./user-error.ts";

export interface Input {
  readonly paths: readonly string[];
  /** As the user named them, for messages. */
  readonly named: string;
  /** What `-` among the paths means. */
  readonly standardInput: AsyncIterable<Uint8Array> | undefined;
}

export async function openInput(host: Host, given: readonly string[]): Promise<Input> {
  if (given.includes("-") && given.length > 1) {
    throw new UserError("standard input (-) is one log or archive by itself: name it alone");
  }
  if (given[0] === "-") {
    return { paths: given, named: "standard input", standardInput: host.stdin() };
  }
  const [first] = given;
  if (given.some(isWebAddress)) {
    if (first === undefined || given.length > 1) {
      throw new UserError(
        "an address of a history server is one application by itself: name it alone, or download its log and name the file",
      );
    }
    return { paths: ["-"], named: first, standardInput: downloadedLog(host, first) };
  }
  for (const path of given) {
    refuseRemote(path);
    // A name that is not UTF-8 comes mangled from Node; the survey looks for the file that is
    // meant.
    if (path.includes("\uFFFD")) continue;
    if ((await host.kindOf(path)) === undefined) {
      throw new UserError(`no such file or directory: ${path}`, exitCode.unreadable);
    }
  }
  return { paths: given, named: given.join(", "), standardInput: undefined };
}

function isWebAddress(path: string): boolean {
  return /^https?:\/\//.test(path) && URL.canParse(path);
}

/** What keeps a survey from reading a file or folder at all; it has no row among the files. */
const UNSEEN = new Set([
  "path_missing",
  "path_unreadable",
  "archive_limit",
  "archive_corrupt",
  "archive_entry_unsupported",
  "not_a_log_file",
  "survey_log_not_cut",
  "split_part_alone",
]);

/** Why nothing can be done with these paths, in which no Spark application was found. */
export async function noApplication(
  host: Host,
  input: Input,
  files: readonly SurveyedFile[],
  told: readonly Diagnostic[],
): Promise<UserError> {
  const because = (why: string): UserError =>
    new UserError(`no Spark application in ${input.named}: ${why}`, exitCode.unreadable);
  const [only] = input.paths;
  if (input.paths.length === 1 && only !== undefined) {
    const kind = await host.kindOf(only);
    if (kind === "directory" && (await host.list(only)).length === 0) {
      return new UserError(
        `${input.named} is an empty directory: give the one that holds event logs (app-…, eventlog_v2_…) or executor logs`,
        exitCode.unreadable,
      );
    }
    if (kind === "file" && (await isReplayed(only))) {
      return new UserError(
        `${input.named} is a database that respark replay wrote: respark query and respark explain read it`,
        exitCode.unreadable,
      );
    }
  }
  const [trouble, ...others] = told.filter(({ code }) => UNSEEN.has(code));
  if (trouble !== undefined) {
    const more = others.length === 0 ? "" : `, and ${others.length} more like this`;
    return because(`${trouble.message}${more}`);
  }
  const [file] = files;
  if (files.length === 1 && file?.unread !== undefined) return because(file.unread);
  if (files.length === 0) {
    return because("it holds no file to read (hidden files and checksums are not)");
  }
  return because(
    `none of its ${files.length} files is a Spark event log or executor log (respark inspect says what each is)`,
  );
}

async function isReplayed(path: string): Promise<boolean> {
  try {
    const database = await openDatabase(path);
    database.close();
    return true;
  } catch (error) {
    if (error instanceof DatabaseError) return error.trouble === "other_schema";
    throw error;
  }
}
