/**
 * A trace for ui.perfetto.dev: what it holds, and that every event is one as Chrome's trace format
 * has them.
 */
import { readFile } from "node:fs/promises";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { exportDatabase } from "../../src/index.ts";
import { aShortRun } from "../a-short-run.ts";
import { replayed, scratchFolder } from "../replayed-by-hand.ts";
import { rowsByHand } from "../rows-by-hand.ts";

interface TraceEvent {
  readonly ph: string;
  readonly name: string;
  readonly ts: number;
  readonly pid: number;
  readonly cat?: string;
  readonly id?: string | number;
  readonly args: Readonly<Record<string, number | string>>;
}

const number = { type: "integer" };
const common = { name: { type: "string" }, pid: number, ts: number };
/**
 * https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU, as far as we
 * write it.
 */
const isTrace = new Ajv({ strictTypes: false }).compile({
  type: "object",
  required: ["displayTimeUnit", "traceEvents"],
  properties: {
    displayTimeUnit: { enum: ["ms", "ns"] },
    traceEvents: {
      type: "array",
      items: {
        anyOf: [
          {
            properties: { ...common, ph: { const: "M" }, args: { required: ["name"] } },
            required: ["ph", "name", "pid", "args"],
          },
          {
            // A counter of which a value is no number is dropped when it is loaded.
            properties: {
              ...common,
              ph: { const: "C" },
              args: { type: "object", minProperties: 1, additionalProperties: { type: "number" } },
            },
            required: ["ph", "name", "pid", "ts", "args"],
          },
          {
            properties: { ...common, ph: { enum: ["b", "e"] }, cat: { type: "string" } },
            required: ["ph", "name", "pid", "ts", "cat", "id"],
          },
          {
            properties: { ...common, ph: { const: "i" }, s: { enum: ["g", "p", "t"] } },
            required: ["ph", "name", "pid", "ts", "s"],
          },
        ],
      },
    },
  },
});

async function traceOf(database: string): Promise<readonly TraceEvent[]> {
  const directory = await scratchFolder();
  const [file] = await exportDatabase({ database, directory, format: "perfetto" });
  const trace: { traceEvents: TraceEvent[] } = JSON.parse(await readFile(file?.path ?? "", "utf8"));
  expect(isTrace(trace) ? [] : isTrace.errors).toEqual([]);
  return trace.traceEvents;
}

const named = (events: readonly TraceEvent[], name: RegExp): readonly TraceEvent[] =>
  events.filter((event) => name.test(event.name));

test("pools, their boundary and what each task holds are counters that end where it ends", async () => {
  const events = await traceOf(await replayed(aShortRun));
  const [memory] = named(events, /^memory on_heap/).filter(
    ({ ts }) => ts === 1_769_828_410_000_000,
  );
  expect(memory?.args).toEqual({ execution: 900, unroll: 0, blocks: 800, free: 300 });
  expect(named(events, /^pools on_heap/)[0]?.args).toHaveProperty("storage_pool");
  const task = named(events, /^task 44 on_heap/);
  expect(task.map(({ ph }) => ph).every((ph) => ph === "C")).toBe(true);
  expect(task.length).toBeGreaterThan(1);
  expect(task.map(({ ts }) => ts)).toEqual(task.map(({ ts }) => ts).toSorted((a, b) => a - b));
});

test("tasks, stages and waits are slices that begin and end; what went wrong is a mark", async () => {
  const events = await traceOf(await replayed(aShortRun));
  for (const cat of ["task", "wait", "stage"]) {
    const own = events.filter((event) => event.cat === cat);
    const begun = own.filter(({ ph }) => ph === "b").map(({ id }) => id);
    expect(begun.length).toBeGreaterThan(0);
    expect(own.filter(({ ph }) => ph === "e").map(({ id }) => id)).toEqual(begun);
  }
  expect(events.filter(({ ph }) => ph === "i").map(({ name }) => name)).toEqual([
    "evict rdd_7_0",
    "put_fail rdd_7_2",
    "spill of task 44",
    "out of memory: task_memory",
  ]);
});

test("what no log tells is no counter, and never zero", async () => {
  const unknown = { bytes: undefined, atLeast: undefined, atMost: undefined };
  const events = await traceOf(
    await replayed((emit) => {
      emit("applications", rowsByHand.applications);
      emit("executors", rowsByHand.executors);
      emit("memory_timeline", {
        ...rowsByHand.memory_timeline,
        storageUsed: unknown,
        unrollUsed: unknown,
        storagePool: unknown,
        free: unknown,
        executionUsed: { bytes: 600, atLeast: 500, atMost: 800 },
      });
      emit("task_memory_timeline", { ...rowsByHand.task_memory_timeline, executionUsed: unknown });
    }),
  );
  expect(named(events, /^memory/).map(({ args }) => args)).toEqual([{ execution: 600 }]);
  expect(named(events, /^execution on_heap bounds/).map(({ args }) => args)).toEqual([
    { least: 500, most: 800 },
  ]);
  expect(named(events, /^(?:pools|task 44 on_heap|storage)/).map(({ name }) => name)).toEqual([
    "task 44 on_heap (bytes)",
  ]);
  expect(named(events, /^removed/).map(({ name }) => name)).toEqual([
    "removed: container_physical",
  ]);
});

test("a trace of a run without anything is a trace still", async () => {
  const events = await traceOf(
    await replayed((emit) => {
      emit("applications", rowsByHand.applications);
    }),
  );
  expect(events.map(({ args }) => args)).toEqual([{ name: "application nightly join" }]);
});
