/**
 * What `--resume` goes on with: a database, or a folder of Parquet with a database at work in it.
 */
import { dirname, join, resolve } from "node:path";
import {
  DatabaseError,
  dropPartial,
  type HeldApplication,
  type ReplayedInput,
  readFolder,
  readInputs,
} from "@respark/report";
import { sayingTrouble } from "../database/database-trouble.ts";
import { exportTables } from "../database/run-export.ts";
import type { Host } from "../host.ts";
import type { Input } from "../input.ts";
import { UserError } from "../user-error.ts";
import { type Changes, changesSince } from "./resumed-inputs.ts";

export interface ResumedOutput {
  /** the database that is written */
  readonly database: string;
  /** what is known of input files beside what an interrupted replay into `database` read */
  readonly held: readonly ReplayedInput[];
  /** applications of the result that are not in `database` */
  readonly beside: readonly HeldApplication[];
  /** where the tables go as Parquet; undefined: the database is the result */
  readonly folder: string | undefined;
}

export async function openDatabaseOf(host: Host, output: string): Promise<ResumedOutput> {
  const isThere = (await host.kindOf(output)) !== undefined;
  return {
    database: output,
    held: isThere ? await sayingTrouble(() => readInputs(output)) : [],
    beside: [],
    folder: undefined,
  };
}

/** Readers of the folder pass over names that begin with `_`. */
const AT_WORK = "_respark";

/**
 * New applications go into a database in the folder and from there into its tables. A database that
 * stands there whole was not written out to its end: that comes first.
 */
export async function openFolder(host: Host, output: string): Promise<ResumedOutput> {
  const there = await host.kindOf(output);
  if (there !== undefined && there !== "directory") {
    throw new UserError(`${output} is no directory: name one with -o`);
  }
  const above = dirname(resolve(output));
  if (there === undefined && (await host.kindOf(above)) !== "directory") {
    throw new UserError(`cannot write ${output}: there is no directory ${above}`);
  }
  const database = join(output, AT_WORK, "replayed.duckdb");
  if ((await host.kindOf(database)) !== undefined) {
    await sayingTrouble(() =>
      exportTables(host, { database, directory: output, format: "parquet" }),
    );
    await host.remove(dirname(database));
  }
  const { inputs, applications } = await sayingTrouble(() => readFolder(output));
  return { database, held: inputs, beside: applications, folder: output };
}

/** Once there is something to write. */
export async function makeFolders(host: Host, { database, folder }: ResumedOutput): Promise<void> {
  if (folder === undefined) return;
  await host.makeFolder(folder);
  await host.makeFolder(dirname(database));
}

/** Once the folder has all of it. */
export async function tidyFolder(host: Host, { database, folder }: ResumedOutput): Promise<void> {
  if (folder !== undefined) await host.remove(dirname(database));
}

/** What is new since the result was written, or since the replay that was interrupted. */
export async function changesOf(
  host: Host,
  input: Input,
  { database, held }: ResumedOutput,
): Promise<Changes & { readonly nothing: boolean }> {
  const left = await inputsLeftBehind(host, database);
  const again = new Set(left?.map(({ path }) => path));
  const known = [...held.filter(({ path }) => !again.has(path)), ...(left ?? [])];
  const changes = await changesSince(host, input, known);
  const nothing = known.length > 0 && changes.fresh.length === 0 && left === undefined;
  return { ...changes, nothing };
}

/**
 * What an interrupted replay had read; undefined: none was, or it ended before it had a database to
 * go on with.
 */
async function inputsLeftBehind(
  host: Host,
  database: string,
): Promise<readonly ReplayedInput[] | undefined> {
  const partial = `${database}.partial`;
  if ((await host.kindOf(partial)) === undefined) return undefined;
  try {
    return await readInputs(partial);
  } catch (error) {
    return await sayingTrouble(async () => {
      if (!(error instanceof DatabaseError) || error.trouble === "locked") throw error;
      await dropPartial(database);
      return undefined;
    });
  }
}
