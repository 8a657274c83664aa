/** One application's page, as every command writes it. */
import { basename } from "node:path";
import { adviceFor } from "@respark/events";
import { type Database, NotThereError, type ReportPage, reportPage } from "@respark/report";
import type { ApplicationKey } from "../database/applications.ts";
import { UserError } from "../user-error.ts";

export interface PageNotes {
  /** relative address of the page of all applications */
  readonly fleet?: string;
  /** false: hosts are numbered, not named */
  readonly hosts?: boolean | undefined;
  /** what a check said of the run */
  readonly judged?: string;
}

/** `path`: the database as it was named; undefined: it is not kept. */
export async function pageOf(
  database: Database,
  application: ApplicationKey,
  path: string | undefined,
  { fleet, judged, hosts }: PageNotes = {},
): Promise<ReportPage> {
  try {
    return await reportPage(database, {
      application,
      databaseName: path === undefined ? undefined : basename(path),
      advice: adviceFor,
      fleet,
      judged,
      hosts,
    });
  } catch (error) {
    if (error instanceof NotThereError) throw new UserError(error.message);
    throw error;
  }
}
