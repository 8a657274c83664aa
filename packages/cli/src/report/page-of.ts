/** One application's page, as every command writes it. */
import { basename } from "node:path";
import { adviceFor } from "@respark/events";
import {
  type Database,
  NotThereError,
  type ReportPage,
  type ReportRequest,
  reportPage,
} from "@respark/report";
import type { ApplicationKey } from "../database/applications.ts";
import { UserError } from "../user-error.ts";

export interface PageNotes {
  /** relative address of the page of all applications */
  readonly fleet?: string;
  /** false: hosts are numbered, not named */
  readonly hosts?: boolean | undefined;
  /** what a check said of the run */
  readonly judged?: string;
  /** what it and the runs of its baseline held; undefined: it was held against none */
  readonly compared?: ReportRequest["compared"];
  /** size to stay below, as far as thinning reaches; bytes */
  readonly mostBytes?: number | undefined;
  /** undefined: all */
  readonly executors?: readonly string[] | undefined;
}

/** `path`: the database as it was named; undefined: it is not kept. */
export async function pageOf(
  database: Database,
  application: ApplicationKey,
  path: string | undefined,
  { fleet, ...notes }: PageNotes = {},
): Promise<ReportPage> {
  try {
    return await reportPage(database, {
      application,
      databaseName: path === undefined ? undefined : basename(path),
      advice: adviceFor,
      fleet,
      ...notes,
    });
  } catch (error) {
    if (error instanceof NotThereError) throw new UserError(error.message);
    throw error;
  }
}
