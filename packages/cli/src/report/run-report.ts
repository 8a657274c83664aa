/** The report command's own part: which applications, which files, and what is said of them. */
import { basename } from "node:path";
import { counted } from "@respark/core";
import { adviceFor } from "@respark/events";
import { type Database, NotThereError, type ReportPage, reportPage } from "@respark/report";
import type { ApplicationKey } from "../database/applications.ts";
import { sayingTrouble } from "../database/database-trouble.ts";
import { oneApplication } from "../database/one-application.ts";
import { type RunOptions, withDatabase } from "../gate/measured-run.ts";
import { writeResult } from "../gate/write-result.ts";
import type { Host } from "../host.ts";
import { printableLine } from "../terminal/printable.ts";
import { UserError } from "../user-error.ts";

export interface ReportOptions extends RunOptions {
  readonly output?: string;
  readonly overwrite?: true;
}

export async function runReport(
  host: Host,
  paths: readonly string[],
  options: ReportOptions,
): Promise<void> {
  const began = host.now();
  await withDatabase(host, paths, options, (database, path) =>
    sayingTrouble(async () => {
      const application = await oneApplication(
        (sql) => database.rows(sql),
        path ?? paths.join(", "),
        options,
      );
      const output = options.output ?? `${safeName(application.appId)}.html`;
      await refuseOverwriting(host, output, options);
      const page = await pageOf(database, application, path);
      if (output === "-") {
        await host.stdout.write(page.html);
        return;
      }
      await writeResult(host, output, page.html);
      await tell(host, [{ file: output, page }], options, began);
    }),
  );
}

/** Also of what replay and check write beside their own results. */
export async function pageOf(
  database: Database,
  application: ApplicationKey,
  path: string | undefined,
): Promise<ReportPage> {
  try {
    return await reportPage(database, {
      application,
      databaseName: path === undefined ? undefined : basename(path),
      advice: adviceFor,
    });
  } catch (error) {
    if (error instanceof NotThereError) throw new UserError(error.message);
    throw error;
  }
}

export async function refuseOverwriting(
  host: Host,
  file: string,
  { overwrite }: Pick<ReportOptions, "overwrite">,
): Promise<void> {
  if (file === "-" || overwrite === true) return;
  if ((await host.kindOf(file)) === "file") {
    throw new UserError(`${file} exists: --overwrite replaces it, -o names another file`);
  }
}

/** An id comes from a log: it must not be able to name another folder or a hidden file. */
export function safeName(id: string): string {
  const safe = id.replace(/[^\w.-]/g, "_").replace(/^[.-]+/, "");
  return safe === "" ? "report" : safe;
}

interface Written {
  readonly file: string;
  readonly page: ReportPage;
}

async function tell(
  host: Host,
  written: readonly Written[],
  options: ReportOptions,
  began: number,
): Promise<void> {
  if (options.json === true) {
    const files = written.map(({ file, page }) => ({
      file,
      bytes: Buffer.byteLength(page.html),
      app_id: page.verdict.appId,
      attempt_id: page.verdict.attemptId,
      findings: page.verdict.findings.length,
    }));
    await host.stdout.write(`${JSON.stringify(files, undefined, 2)}\n`);
    return;
  }
  const seconds = ((host.now() - began) / 1000).toFixed(1);
  for (const { file, page } of written) {
    const size = Math.ceil(Buffer.byteLength(page.html) / 1000);
    await host.stdout.write(
      `${printableLine(file)}: ${size} kB, ${counted(page.verdict.findings.length, "finding")}, written in ${seconds} s. Open it in a browser.\n`,
    );
  }
}
