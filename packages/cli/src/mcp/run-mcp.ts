/**
 * The MCP server: lists applications, gives the verdict and stories, answers read-only SQL with
 * limits.
 */
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { escapedJson, printable } from "@respark/core";
import { adviceFor } from "@respark/events";
import {
  type Database,
  describeSchema,
  explain,
  type QueryResult,
  type Question,
  requireOneStatement,
  runQuery,
} from "@respark/report";
import * as z from "zod";
import { applicationsIn } from "../database/applications.ts";
import { oneApplication } from "../database/one-application.ts";
import type { Host } from "../host.ts";
import { version } from "../version.ts";
import { type Databases, databasesAt } from "./databases.ts";

const ROWS = 200; // that a query answers at most
const CELL_CHARACTERS = 2000; // of a text in an answer
const QUERY_SECONDS = 20; // after which a query is given up

const database = z
  .string()
  .optional()
  .describe("a database of list_applications; needed only where there are several");
const application = {
  database,
  app: z.string().optional().describe("app_id; needed only where there are several"),
  attempt: z.string().optional().describe("attempt_id"),
};
const readOnly = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

interface Named {
  readonly app?: string | undefined;
  readonly attempt?: string | undefined;
}

/** Serves until the client closes standard input. */
export async function runMcp(host: Host, path: string): Promise<void> {
  const databases = await databasesAt(host, path);
  const server = serverOf(databases);
  const closed = new Promise<void>((resolve) => {
    server.server.onclose = resolve;
    host.onStdinEnd(resolve); // the transport does not notice that its client is gone
  });
  await server.connect(new StdioServerTransport());
  await closed;
  databases.close();
}

export function serverOf(databases: Databases): McpServer {
  const server = new McpServer(
    { name: "respark", version },
    {
      instructions:
        "What the memory of a Spark application did, replayed from its logs. Begin with verdict; " +
        "story tells of one event; schema, then query, for the rest. NULL means unknown, never 0; " +
        "origin says whether a row is logged, derived or assumed. Sizes are bytes, times UTC.",
    },
  );
  addAnswers(server, databases);
  addQuestions(server, databases);
  return server;
}

/** What respark says of an application: no SQL is needed. */
function addAnswers(server: McpServer, databases: Databases): void {
  server.registerTool(
    "list_applications",
    { description: "The applications and attempts of each database.", annotations: readOnly },
    () =>
      answer(async () => {
        const all = databases.names.map(async (name) => ({
          database: name,
          applications: await applicationsIn(asking(await databases.open(name))),
        }));
        return Promise.all(all);
      }),
  );
  server.registerTool(
    "verdict",
    {
      description:
        "What went wrong with memory, worst first, with evidence, certainty and the change each finding points to.",
      inputSchema: application,
      annotations: readOnly,
    },
    (given) =>
      answer(async () => {
        const open = await databases.open(given.database);
        const told = await explain(open, await one(open, given), undefined);
        return told.kind === "verdict" ? { ...told, advice: adviceFor(told.logs) } : told;
      }),
  );
  server.registerTool(
    "story",
    {
      description:
        "One event, task, block or executor as sentences with the log lines behind them.",
      inputSchema: {
        ...application,
        about: z.enum(["eviction", "spill", "oom", "task", "block", "executor"]),
        which: z
          .string()
          .describe("eviction, spill, oom: its number from 1; else the task, block, executor id"),
      },
      annotations: readOnly,
    },
    (given) =>
      answer(async () => {
        const open = await databases.open(given.database);
        return explain(open, await one(open, given), questionOf(given.about, given.which));
      }),
  );
}

/** What a database is asked in SQL, and what there is to ask for. */
function addQuestions(server: McpServer, databases: Databases): void {
  server.registerTool(
    "query",
    {
      description: `One DuckDB SQL statement, or the name of a table or view; read-only. At most ${ROWS} rows come back: aggregate, or use limit and offset.`,
      inputSchema: { database, sql: z.string() },
      annotations: readOnly,
    },
    ({ database: name, sql }) => answer(async () => rowsOf(await databases.open(name), sql)),
  );
  server.registerTool(
    "schema",
    {
      description:
        "Without names: every table, view and macro with what a row is. With names: their columns, types, units and meanings.",
      inputSchema: { names: z.array(z.string()).optional() },
      annotations: readOnly,
    },
    ({ names = [] }) =>
      answer(async () => {
        const all = await describeSchema();
        return names.length === 0
          ? all.map(({ name, kind, comment }) => ({ name, kind, comment }))
          : all.filter(({ name }) => names.includes(name));
      }),
  );
}

const asking = (open: Database) => (sql: string) => open.rows(sql);

async function one(open: Database, { app, attempt }: Named) {
  return oneApplication(asking(open), open.path, {
    ...(app === undefined ? {} : { app }),
    ...(attempt === undefined ? {} : { attempt }),
  });
}

async function rowsOf(open: Database, sql: string): Promise<unknown> {
  const limit = AbortSignal.timeout(QUERY_SECONDS * 1000);
  try {
    await requireOneStatement(open, sql);
    return await limitedRows(await runQuery(open, sql, limit));
  } catch (error) {
    if (limit.aborted) throw new Error(`given up after ${QUERY_SECONDS} s: ask for less`);
    throw error;
  }
}

async function limitedRows(result: QueryResult): Promise<unknown> {
  const rows: unknown[] = [];
  let more = false;
  for await (const batch of result.batches()) {
    more = rows.length + batch.length > ROWS;
    rows.push(...batch.slice(0, ROWS - rows.length));
    if (more) break;
  }
  const note = more ? { note: `more rows than ${ROWS}: aggregate, or use limit and offset` } : {};
  return { columns: result.columns, rows, ...note };
}

function questionOf(about: Question["about"], which: string): Question {
  switch (about) {
    case "task":
      return { about, taskId: wholeNumber(which) };
    case "block":
      return { about, blockId: which };
    case "executor":
      return { about, executorId: which };
    default:
      return { about, row: { nth: wholeNumber(which) } };
  }
}

function wholeNumber(given: string): number {
  if (!/^\d{1,15}$/.test(given)) throw new Error(`${JSON.stringify(given)} is no number`);
  return Number(given);
}

/** An error is an answer that the assistant can read, never the end of the server. */
async function answer(of: () => Promise<unknown>) {
  try {
    // A client may print an answer on a terminal.
    const text = escapedJson(JSON.stringify(await of(), plain));
    return { content: [{ type: "text" as const, text }] };
  } catch (error) {
    const text = printable(error instanceof Error ? error.message : String(error));
    return { isError: true, content: [{ type: "text" as const, text }] };
  }
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === "bigint")
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
  if (typeof value === "string" && value.length > CELL_CHARACTERS)
    return `${value.slice(0, CELL_CHARACTERS)} … (${value.length} characters)`;
  return value;
}
