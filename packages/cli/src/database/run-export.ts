/** The export command's own part: which applications, where to, and what came out. */
import { counted, printableLine, safeJson } from "@respark/core";
import {
  type ExportedFile,
  type ExportFormat,
  exportDatabase,
  openDatabase,
  quotedSql,
  sqlText,
} from "@respark/report";
import type { Host } from "../host.ts";
import type { ApplicationOptions, EverywhereOptions } from "../options.ts";
import { UserError } from "../user-error.ts";
import { conditionOf } from "./applications.ts";
import { sayingTrouble } from "./database-trouble.ts";

export interface ExportOptions extends EverywhereOptions, ApplicationOptions {
  readonly output: string;
  readonly format: ExportFormat;
  readonly csvSafe?: true;
}

export async function runExport(host: Host, path: string, options: ExportOptions): Promise<void> {
  const { output, format, app, attempt, csvSafe } = options;
  if (output === "-") {
    throw new UserError("an export is a directory of files: name one with -o, - is none");
  }
  requireCsv(csvSafe, format);
  const files = await sayingTrouble(async () => {
    const database = await openDatabase(path);
    try {
      await conditionOf((sql) => database.rows(sql), options);
    } finally {
      database.close();
    }
    return await exportTables(host, {
      database: path,
      directory: output,
      format,
      ...(csvSafe === true ? { csvSafe } : {}),
      ...(app === undefined ? {} : { appId: app }),
      ...(attempt === undefined ? {} : { attemptId: attempt }),
    });
  });
  await host.stdout.write(
    options.json === true
      ? `${safeJson(files, 2)}\n`
      : `${counted(files.length, "file")} in ${printableLine(output)}\n${hint(options)}`,
  );
}

export interface TablesRequest {
  readonly database: string;
  readonly directory: string;
  readonly format: ExportFormat;
  readonly appId?: string;
  readonly attemptId?: string;
  readonly csvSafe?: true;
}

export function requireCsv(csvSafe: true | undefined, format: string): void {
  if (csvSafe === true && format !== "csv") {
    throw new UserError(`--csv-safe goes with --format csv, and this is ${format}`);
  }
}

/** Refuses to write into what is no directory. */
export async function exportTables(host: Host, request: TablesRequest): Promise<ExportedFile[]> {
  if ((await host.kindOf(request.directory)) === "file") {
    throw new UserError(`${request.directory} is a file: name a directory with -o`);
  }
  const spilled = host.spillFolder();
  try {
    const leavesBehind = (path: string): (() => void) => host.leavesBehind(path);
    return await exportDatabase({ ...request, leavesBehind, spillFolder: spilled.path });
  } finally {
    spilled.forget();
  }
}

function hint({ format, output }: ExportOptions): string {
  const folder = output.replace(/\/+$/, "");
  switch (format) {
    case "parquet":
      return `Read one table as a whole: duckdb -c ${quotedSql(printableLine(`from ${sqlText(`${folder}/memory_timeline/**/*.parquet`)}`))}\n`;
    case "perfetto":
      return "Open it in https://ui.perfetto.dev\n";
    default:
      return "";
  }
}
