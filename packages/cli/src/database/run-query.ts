/** The query command's own part: what is asked, and how the answer is printed. */
import {
  answerOf,
  type Database,
  type ResultFormatName,
  requireOneStatement,
  resultText,
  runQuery,
  sqlName,
  sqlText,
} from "@respark/report";
import { exitCode } from "../exit-code.ts";
import type { Host } from "../host.ts";
import type { ApplicationOptions, EverywhereOptions } from "../options.ts";
import { UserError } from "../user-error.ts";
import { conditionOf } from "./applications.ts";
import { sayingTrouble } from "./database-trouble.ts";
import { requireCsv } from "./run-export.ts";
import { openSpilling } from "./spilling.ts";

export interface QueryOptions extends EverywhereOptions, ApplicationOptions {
  readonly file?: string;
  readonly format?: ResultFormatName;
  readonly csvSafe?: true;
}

export async function runQueryCommand(
  host: Host,
  path: string,
  sql: string | undefined,
  options: QueryOptions,
): Promise<void> {
  const format = formatOf(options);
  const csvSafe = options.csvSafe === true;
  requireCsv(options.csvSafe, format);
  const question = await questionOf(host, sql, options);
  await sayingTrouble(async () => {
    const database = await openSpilling(host, path);
    try {
      await requireOneStatement(database, question);
      const result = await runQuery(
        database,
        await narrowed(database, question, options),
        host.ending,
      );
      const { isTerminal: forTerminal, columns } = host.stdout;
      const shown = forTerminal ? { forTerminal, columns, csvSafe } : { csvSafe };
      for await (const text of resultText(result, format, shown)) {
        await host.stdout.write(text);
      }
    } finally {
      database.close();
    }
  });
}

function formatOf({ json, format }: QueryOptions): ResultFormatName {
  if (json === true && format !== undefined && format !== "json") {
    throw new UserError(`--json and --format ${format} contradict each other: use one of them`);
  }
  return json === true ? "json" : (format ?? "table");
}

async function questionOf(
  host: Host,
  sql: string | undefined,
  { file }: QueryOptions,
): Promise<string> {
  if (file !== undefined && sql !== undefined) {
    throw new UserError("ask with SQL or with -f <file>, not with both");
  }
  if (sql === "-" || file === "-") return asked(await host.readStdin(), "standard input");
  if (sql !== undefined) return asked(sql, "the query");
  if (file === undefined) {
    throw new UserError(
      "nothing was asked: give SQL, the name of a view (executor_memory_summary), or -f <file>",
    );
  }
  const kind = await host.kindOf(file);
  if (kind === undefined) throw new UserError(`no such file: ${file}`, exitCode.unreadable);
  if (kind === "directory") {
    throw new UserError(`${file} is a directory: -f names a file with a query in it`);
  }
  return asked(await host.readText(file), file);
}

function asked(sql: string, where: string): string {
  if (sql.trim() === "") throw new UserError(`${where} is empty: there is no question in it`);
  return sql;
}

/** Of a view or table, the rows of the application that was named. */
async function narrowed(
  database: Database,
  question: string,
  options: QueryOptions,
): Promise<string> {
  const condition = await conditionOf((sql) => database.rows(sql), options);
  const name = question.trim();
  if (/^\w+$/.test(name)) await requireThere(database, name);
  if (condition === undefined) return question;
  if (!/^\w+$/.test(name)) {
    throw new UserError(
      `--app goes with the name of a view or table; in SQL say it yourself: where ${condition}`,
    );
  }
  return `from ${sqlName(name)} where ${condition}`;
}

/** A word is the name of a view or table: where there is none, those nearest to it are said. */
async function requireThere(database: Database, name: string): Promise<void> {
  const nearest = await answerOf(
    (question) => database.rows(question),
    { name: "key", itself: "flag" },
    `select table_name as name, lower(table_name) = lower(${sqlText(name)}) as itself
     from information_schema.tables where table_schema = 'main' and not starts_with(table_name, 'respark_')
     order by itself desc, jaro_winkler_similarity(table_name, ${sqlText(name.toLowerCase())}) desc,
       table_name limit 3`,
  );
  if (nearest[0]?.itself === true || /^respark_/i.test(name)) return;
  const names = nearest.map((row) => row.name);
  throw new UserError(
    `no view or table ${name}; the nearest are ${names.slice(0, -1).join(", ")} and ${names.at(-1) ?? ""} (respark schema lists all)`,
  );
}
