/** Where a replay may write, and where it writes without --output. */
import { basename, dirname, join, resolve } from "node:path";
import type { SurveyedApplication } from "@respark/events";
import type { Host } from "../host.ts";
import type { Input } from "../input.ts";
import { UserError } from "../user-error.ts";

const LONGEST_NAME = 120; // characters of an id in a file's name; file systems allow 255 bytes

export type WriteMode = "create" | "overwrite" | "append" | "resume";

/**
 * `./<application>.duckdb`, or the folder's name where there are several applications; never a path
 * out of an id.
 */
export function defaultOutput(
  input: Input,
  applications: readonly SurveyedApplication[],
  ending: string,
): string {
  const [first] = applications;
  const [path = "."] = input.paths;
  const name =
    first !== undefined && applications.every(({ appId }) => appId === first.appId)
      ? first.appId
      : basename(resolve(path));
  // An id comes from a log: it must not be able to name another folder or a hidden file.
  const safe = name
    .replace(/[^\w.-]/g, "_")
    .replace(/^[.-]+/, "")
    .slice(0, LONGEST_NAME);
  return join(".", `${safe === "" ? "respark" : safe}${ending}`);
}

/** Appending to nothing is creating. */
export async function writeModeFor(
  host: Host,
  output: string,
  mode: WriteMode,
): Promise<WriteMode> {
  return mode === "append" && (await host.kindOf(output)) === undefined ? "create" : mode;
}

/** Refuses to destroy a file without --overwrite. */
export async function checkOutput(
  host: Host,
  output: string,
  mode: WriteMode,
  inputs: readonly string[],
): Promise<void> {
  const folder = dirname(resolve(output));
  if ((await host.kindOf(folder)) !== "directory") {
    throw new UserError(`cannot write ${output}: there is no directory ${folder}`);
  }
  if (!(await host.mayWriteInto(folder))) {
    throw new UserError(
      `cannot write ${output}: no right to write into the directory ${folder}: name another place with -o`,
    );
  }
  await refuseInput(host, output, inputs);
  const there = await host.kindOf(output);
  if (there === "other") {
    throw new UserError(
      `${output} is a device, a pipe or a socket, which a database cannot replace: name a file with -o, or - for standard output`,
    );
  }
  if (there === "directory") {
    throw new UserError(`${output} is a directory: name a file in it with -o`);
  }
  if (there === "file" && mode === "create") {
    throw new UserError(
      `${output} exists: --overwrite replaces it, --append adds to it, --resume adds what is new or changed, -o names another file`,
    );
  }
}

/** A result never replaces one of its inputs, by whichever name. */
export async function refuseInput(
  host: Host,
  output: string,
  inputs: readonly string[],
): Promise<void> {
  const identity = await host.identityOf(output);
  for (const path of inputs) {
    if (path === "-") continue;
    const isIt =
      resolve(path) === resolve(output) ||
      (identity !== undefined && identity === (await host.identityOf(path)));
    if (isIt) throw new UserError(`${output} is one of the inputs: name another file with -o`);
  }
}
