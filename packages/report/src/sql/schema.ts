/**
 * What can be asked for: every table, view and macro, each column with its type and meaning. Needs
 * no database but one in memory.
 */
import { duckdb } from "../duckdb.ts";
import { answerTables } from "../tables/answers.ts";
import { tables } from "../tables/index.ts";
import { replayedInputs } from "../tables/replayed-inputs.ts";
import { answerViews, createAnswerTables } from "./answers.ts";
import { columnsOf, createTables, createViews } from "./create.ts";
import { macros, views } from "./views/index.ts";

/** A table, view or macro with its columns and what a row of it is. */
export interface RelationSchema {
  readonly name: string;
  readonly kind: "table" | "view" | "macro";
  readonly comment: string;
  /** of a macro: its parameters in parentheses */
  readonly parameters: string;
  readonly columns: readonly ColumnSchema[];
}

/** A column: its type, and its meaning with its unit. */
export interface ColumnSchema {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly comment: string;
}

/** Tables first, then views, then macros. */
export async function describeSchema(): Promise<RelationSchema[]> {
  const instance = await duckdb.DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  try {
    await connection.run(createTables());
    await connection.run(createViews());
    for (const statement of createAnswerTables()) await connection.run(statement);
    const typesOf = async (query: string): Promise<Map<string, string>> => {
      const reader = await connection.runAndReadAll(`describe ${query}`);
      return new Map(reader.getRows().map(([name, type]) => [String(name), String(type)]));
    };
    const asked = async (
      columns: Readonly<Record<string, string>>,
      query: string,
    ): Promise<ColumnSchema[]> => {
      const types = await typesOf(query);
      return Object.entries(columns).map(([name, comment]) => ({
        name,
        type: types.get(name) ?? "",
        nullable: true,
        comment,
      }));
    };
    const schema: RelationSchema[] = Object.values(tables).map((table) => ({
      name: table.name,
      kind: "table",
      comment: table.comment,
      parameters: "",
      columns: columnsOf(table).map(({ name, type, nullable, comment }) => {
        return { name, type, nullable, comment };
      }),
    }));
    for (const { name, comment, columns } of [replayedInputs, ...answerTables]) {
      schema.push({ name, kind: "table", comment, parameters: "", columns });
    }
    for (const { name, comment, columns } of [...views, ...answerViews]) {
      schema.push({
        name,
        kind: "view",
        comment,
        parameters: "",
        columns: await asked(columns, `from ${name}`),
      });
    }
    for (const { name, parameters, comment, columns } of macros) {
      const nulls = parameters.split(",").map(() => "null");
      schema.push({
        name,
        kind: "macro",
        comment,
        parameters: `(${parameters})`,
        columns: await asked(columns, `from ${name}(${nulls.join(", ")})`),
      });
    }
    return schema;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
