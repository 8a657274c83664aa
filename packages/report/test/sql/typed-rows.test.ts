/** Rows with types: from the declarations of tables and views, and from what SQL by hand says. */
import { expect, test } from "vitest";
import { relations } from "../../src/sql/relations.ts";
import { type Ask, numberIn, type Row } from "../../src/sql/row.ts";
import { answerOf, firstOf, kindsOf, rowsAs, rowsFrom } from "../../src/sql/typed-rows.ts";

/** Gives these rows, and keeps what was asked. */
function answering(...rows: readonly Row[]): { readonly ask: Ask; readonly asked: string[] } {
  const asked: string[] = [];
  const ask: Ask = async (sql) => {
    asked.push(sql);
    return rows;
  };
  return { ask, asked };
}

test("a table's columns are asked by name and come as what they were declared", async () => {
  const { ask, asked } = answering({ app_id: "app-1", task_id: 7n, leaked_bytes: null });
  const columns = ["app_id", "task_id", "leaked_bytes"] as const;
  const [row] = await rowsFrom(ask, "memory_leaks", columns, "where task_id = 7");
  expect(asked).toEqual([
    'select "app_id", "task_id", "leaked_bytes" from "memory_leaks" where task_id = 7',
  ]);
  expect(row).toEqual({ app_id: "app-1", task_id: 7, leaked_bytes: undefined });
});

test("an answer that lacks a column, has another kind, or NULL for a key is our mistake", async () => {
  const { ask } = answering({ n: "many", id: null });
  await expect(answerOf(ask, { m: "number" }, "…")).rejects.toThrow(/no column m/);
  await expect(answerOf(ask, { n: "number" }, "…")).rejects.toThrow(/no number/);
  await expect(answerOf(ask, { id: "key" }, "…")).rejects.toThrow(/id is NULL/);
  expect(await firstOf(ask, { id: "text" }, "…")).toEqual({ id: undefined });
});

test("rows that are handed on whole keep what they came as, and are held to their columns", async () => {
  const { ask } = answering({ task_id: 7n, note: "as it came" });
  const [row] = await rowsAs(ask, { task_id: "number" }, "…");
  expect(row).toEqual({ task_id: 7n, note: "as it came" });
  expect(numberIn(row, "task_id")).toBe(7);
  await expect(rowsAs(ask, { task: "number" }, "…")).rejects.toThrow(/no column task/);
});

test("a misspelt relation, a misspelt column and another kind do not compile", () => {
  const { ask } = answering();
  // The compiler reads this; nothing of it runs.
  const neverRun = async (): Promise<unknown> => {
    // @ts-expect-error there is no such view
    await rowsFrom(ask, "job_run", ["owner"]);
    // @ts-expect-error there is no such column
    await rowsFrom(ask, "job_runs", ["ownr"]);
    const [row] = await rowsFrom(ask, "job_runs", ["owner", "run_ms"]);
    const [leak] = await rowsAs(ask, relations.memory_leaks, "from memory_leaks");
    // @ts-expect-error there is no such column
    numberIn(leak, "leaked");
    // @ts-expect-error an executor's id is a text
    numberIn(leak, "executor_id");
    // @ts-expect-error it was not asked for
    const job = row?.job;
    // @ts-expect-error a name is no number
    const owner: number | undefined = row?.owner;
    // @ts-expect-error it may be unknown
    const run: number = row === undefined ? 0 : row.run_ms;
    return [job, owner, run, kindsOf("job_runs", ["owner"]).owner satisfies "text"];
  };
  expect(neverRun).toBeTypeOf("function");
});
