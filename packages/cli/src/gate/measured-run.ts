/** One run as the gate sees it, from a database or straight from logs. */
import { type Database, rowsFrom } from "@respark/report";
import { type MeasuredRun, measureRun, memoryCurves } from "@respark/report/checks";
import type { ApplicationKey } from "../database/applications.ts";
import { sayingTrouble } from "../database/database-trouble.ts";
import { oneApplication } from "../database/one-application.ts";
import { exitCode } from "../exit-code.ts";
import type { Host } from "../host.ts";
import type { ApplicationOptions, EverywhereOptions } from "../options.ts";
import { type Opening, withDatabase } from "../replay/replayed-for-now.ts";
import { UserError } from "../user-error.ts";

/** Options about a run that every command of the gate has. */
export interface RunOptions extends EverywhereOptions, ApplicationOptions {
  readonly timeZone?: string;
  readonly logPattern?: string;
}

export interface OpenRun {
  readonly run: MeasuredRun;
  readonly database: Database;
  readonly application: ApplicationKey;
  /** As the user named it; undefined: logs, replayed for now alone. */
  readonly databasePath: string | undefined;
}

/** Measures the run, and hands it on while its database is open. */
export async function withRun<Result>(
  host: Host,
  paths: readonly string[],
  options: RunOptions,
  use: (opened: OpenRun) => Promise<Result>,
  opening: Opening = {},
): Promise<Result> {
  const answered = (database: Database, databasePath: string | undefined): Promise<Result> =>
    sayingTrouble(async () => {
      const named = databasePath ?? paths.join(", ");
      const application = await theApplication(database, databasePath, named, options);
      const run = await measureRun(database, application);
      return await use({ run, database, application, databasePath });
    });
  return await withDatabase(host, paths, options, answered, opening);
}

/**
 * Logs of several applications where one is to be judged: one's may be among another's by mistake.
 */
async function theApplication(
  database: Database,
  databasePath: string | undefined,
  named: string,
  options: RunOptions,
): Promise<ApplicationKey> {
  try {
    return await oneApplication((sql) => database.rows(sql), named, options);
  } catch (error) {
    const isGiven = databasePath !== undefined || options.app !== undefined;
    if (isGiven || !(error instanceof UserError)) throw error;
    const files = await rowsFrom(
      (sql) => database.rows(sql),
      "source_files",
      ["path", "app_id"],
      `where executor_id is null or kind = 'executor_log'
       order by count(*) over (partition by app_id), app_id, path limit 3`,
    );
    const strays = files.map(({ path, app_id }) => `${path} is of ${app_id}`);
    throw new UserError(
      `${error.message}; or take away the logs that do not belong here: ${strays.join(", ")}`,
      exitCode.belowFloor,
    );
  }
}

export async function measured(
  host: Host,
  paths: readonly string[],
  options: RunOptions,
): Promise<MeasuredRun> {
  return await withRun(host, paths, options, ({ run }) => Promise.resolve(run));
}

/** With what its executors held along the run, for the pages of runs that are held against it. */
export async function measuredWithCurves(
  host: Host,
  paths: readonly string[],
  options: RunOptions,
): Promise<MeasuredRun> {
  return await withRun(host, paths, options, async ({ run, database, application }) => ({
    ...run,
    curves: await memoryCurves(database, application),
  }));
}
