/** The stories that a page carries are those that `explain` tells one by one. */
import { explain, openDatabase, textIn } from "@respark/report";
import { expect, test } from "vitest";
import { blockEventStories } from "../../packages/report/src/explain/index.ts";
import { recordedRun } from "../cli/recorded-run.ts";

/** Evictions for execution and for other blocks, dropped to disk or gone, by three managers. */
const RUNS = ["s35-f-base-dbg", "s40-a2-base-dbg", "s24-i-legacy-dbg"];
/** Each takes explain some questions. */
const COMPARED = 5;

test.each(RUNS)("%s: each eviction and refusal is told, evictions word for word", async (run) => {
  const database = await openDatabase(await recordedRun(run));
  try {
    const [application] = await database.rows("select app_id, attempt_id from applications");
    const name = {
      appId: textIn(application, "app_id") ?? "",
      attemptId: textIn(application, "attempt_id") ?? "",
    };
    const counts = await database.rows(
      `select executor_id, count(*) filter (kind = 'evicted')::integer as evicted,
         count(*) filter (kind = 'no_room')::integer as refused
       from pressure_events where kind in ('evicted', 'no_room') group by all order by all`,
    );
    const executors = counts.map((row) => textIn(row, "executor_id") ?? "");
    const told = await blockEventStories(database, name, executors);
    const evictions = told.filter(({ ordinal }) => ordinal !== undefined);
    expect([evictions.length, told.length - evictions.length]).toEqual(
      ["evicted", "refused"].map((kind) => counts.reduce((sum, row) => sum + Number(row[kind]), 0)),
    );
    expect(told.length).toBeGreaterThan(0);
    const every = Math.ceil(evictions.length / COMPARED);
    for (const { ordinal, title, lines } of evictions.filter((_, at) => at % every === 0)) {
      const question = { about: "eviction", row: { nth: ordinal ?? 0 } } as const;
      const story = await explain(database, name, question);
      expect({ title, lines }).toEqual(
        story.kind === "verdict" ? undefined : { title: story.title, lines: story.lines },
      );
    }
    const wordsOf = ({ lines }: (typeof told)[number]): string =>
      lines.map(({ text }) => text).join(" ");
    const odd = told.map(wordsOf).filter((words) => /undefined|null|NaN/.test(words));
    const refused = told.filter(({ ordinal }) => ordinal === undefined).map(wordsOf);
    const wish = /wanted to store rdd_\d+_\d+ of RDD \d+/;
    expect([odd, refused.filter((words) => !wish.test(words))]).toEqual([[], []]);
  } finally {
    database.close();
  }
});
