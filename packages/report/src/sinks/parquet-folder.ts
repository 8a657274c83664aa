/** A folder of exported Parquet asked what is in it, so that a later replay adds to it. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import { openingError } from "../database-error.ts";
import { duckdb } from "../duckdb.ts";
import { filesOf } from "../sql/views-file.ts";
import { replayedInputs } from "../tables/replayed-inputs.ts";
import { type HeldApplication, heldApplications } from "./held-applications.ts";
import { inputsIn, type ReplayedInput } from "./input-tables.ts";

/**
 * What a folder of Parquet holds already: the inputs that were read, and the applications in it.
 */
export interface FolderContents {
  readonly inputs: readonly ReplayedInput[];
  readonly applications: readonly HeldApplication[];
}

/** Nothing of a folder that is not there. Throws a DatabaseError where its files cannot be read. */
export async function readFolder(directory: string): Promise<FolderContents> {
  const isThere = async (table: string): Promise<boolean> =>
    access(join(directory, table)).then(
      () => true,
      () => false,
    );
  const instance = await duckdb.DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  const of = (table: string): string => filesOf(join(directory, table, "*", "*.parquet"));
  try {
    const { name } = replayedInputs;
    return {
      inputs: (await isThere(name)) ? await inputsIn(connection, of(name)) : [],
      applications: (await isThere("applications"))
        ? await heldApplications(connection, of("applications"))
        : [],
    };
  } catch (error) {
    throw openingError(directory, error);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
