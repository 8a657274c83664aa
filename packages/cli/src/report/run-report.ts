/** The report command's own part: where pages go, and what is said of them. */
import { counted, printableLine, safeJson } from "@respark/core";
import { type Database, openDatabase, QueryError } from "@respark/report";
import { sayingTrouble } from "../database/database-trouble.ts";
import type { RunOptions } from "../gate/measured-run.ts";
import type { Host } from "../host.ts";
import { withDatabase } from "../replay/replayed-for-now.ts";
import { type Written, writePages } from "./write-pages.ts";

export interface ReportOptions extends RunOptions {
  readonly output?: string;
  readonly overwrite?: true;
  readonly hosts?: boolean;
  readonly maxSize?: number;
  readonly executors?: readonly string[];
}

/**
 * What DuckDB may hold: with what the page itself takes, a report of 100 executors with 200,000
 * tasks stays below 500 MB. Where a larger run needs more, it is asked again without this limit.
 */
const DATABASE_BYTES = 96 << 20;

export async function runReport(
  host: Host,
  paths: readonly string[],
  options: ReportOptions,
): Promise<void> {
  const began = host.now();
  const pages = (
    database: Database,
    path: string | undefined,
    overwrite: true | undefined,
  ): Promise<readonly Written[]> => {
    const source = { database, path, named: path ?? paths.join(", ") };
    return writePages(host, source, { ...options, overwrite });
  };
  const written = await withDatabase(
    host,
    paths,
    options,
    (database, path) =>
      sayingTrouble(async () => {
        try {
          return await pages(database, path, options.overwrite);
        } catch (error) {
          if (path === undefined || !isOutOfMemory(error)) throw error;
          const roomier = await openDatabase(path);
          try {
            // What stands there now was written by this command: all else was refused before.
            return await pages(roomier, path, true);
          } finally {
            roomier.close();
          }
        }
      }),
    { memoryLimitBytes: DATABASE_BYTES, simulates: true },
  );
  if (written.length > 0) await tell(host, written, options, began);
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof QueryError && error.message.startsWith("Out of Memory Error");
}

/** More files than this are counted. */
const LISTED = 20;

async function tell(
  host: Host,
  written: readonly Written[],
  options: ReportOptions,
  began: number,
): Promise<void> {
  if (options.json === true) {
    const files = written.map(({ file, bytes, row }) => ({
      file,
      bytes,
      app_id: row?.appId ?? null,
      attempt_id: row?.attemptId ?? null,
      findings: row?.findings ?? null,
    }));
    await host.stdout.write(`${safeJson(files, 2)}\n`);
    return;
  }
  const seconds = ((host.now() - began) / 1000).toFixed(1);
  for (const { file, bytes, row } of written.slice(0, LISTED)) {
    const about = row === undefined ? "all applications" : counted(row.findings, "finding");
    await host.stdout.write(`${printableLine(file)}: ${Math.ceil(bytes / 1000)} kB, ${about}\n`);
  }
  const more = written.length > LISTED ? `… and ${written.length - LISTED} more. ` : "";
  await host.stdout.write(`${more}Written in ${seconds} s; open it in a browser.\n`);
}
