/**
 * Databases that may have to move to disk what memory cannot hold: it goes to the folder for
 * temporary files, and no signal leaves it there.
 */
import { type Database, type DatabaseOptions, openDatabase } from "@respark/report";
import type { Host } from "../host.ts";

export async function openSpilling(
  host: Host,
  path: string,
  options: DatabaseOptions = {},
): Promise<Database> {
  const spilled = host.spillFolder();
  try {
    const database = await openDatabase(path, { ...options, spillFolder: spilled.path });
    return {
      ...database,
      close: () => {
        database.close();
        spilled.forget();
      },
    };
  } catch (error) {
    spilled.forget();
    throw error;
  }
}
