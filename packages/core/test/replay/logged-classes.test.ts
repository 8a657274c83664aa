/** Levels are set by logger: a log may have one class's DEBUG lines and not another's. */
import { expect, test } from "vitest";
import type { LogFact } from "../../src/log-fact.ts";
import { LearnedClasses } from "../../src/replay/evidence/logged-classes.ts";
import { NO_METRICS } from "./no-metrics.ts";
import { replayText } from "./replay-text.ts";

const exactly = (bytes: number) => ({ atLeast: bytes, atMost: bytes });
const stored: LogFact = {
  kind: "block_stored",
  blockId: "rdd_0_0",
  form: "values",
  size: exactly(1),
  free: exactly(9),
};
const lookup: LogFact = { kind: "block_lookup", blockId: "rdd_0_0", asBytes: false };
const removed: LogFact = { kind: "block_removed", blockId: "rdd_0_0", bytes: 1, freeBytes: 10 };
const granted: LogFact = {
  kind: "execution_acquired",
  taskId: 1,
  granted: exactly(1),
  consumer: undefined,
};
const finished: LogFact = {
  kind: "task_finished",
  taskId: 1,
  how: "finished",
  resultBytes: undefined,
  viaBlockManager: false,
  errorClass: undefined,
  errorMessage: undefined,
};

function learned(facts: readonly LogFact[], isDebug = true): LearnedClasses {
  const classes = new LearnedClasses(isDebug);
  for (const [i, fact] of facts.entries()) classes.learn(fact, i * 1_000_000);
  return classes;
}

/** Of the classes that print at DEBUG. */
const said = ({ lookups, removals, grants }: LearnedClasses) => ({ lookups, removals, grants });

test("ten stores that nobody looked up show that BlockManager prints no DEBUG", () => {
  const nine = Array.from({ length: 9 }, () => stored);
  expect(said(learned(nine))).toEqual({ lookups: true, removals: true, grants: true });
  const ten = [...nine, stored];
  expect(said(learned(ten))).toEqual({ lookups: false, removals: false, grants: false });
  expect(said(learned([...ten, removed]))).toEqual({
    lookups: false,
    removals: true,
    grants: false,
  });
  expect(said(learned([...ten, granted]))).toEqual({
    lookups: false,
    removals: false,
    grants: true,
  });
  expect(said(learned([...ten, lookup]))).toEqual({ lookups: true, removals: true, grants: true });
});

test("at INFO nothing of it is logged, whatever lines there are", () => {
  expect(said(learned([lookup, removed, granted], false))).toEqual({
    lookups: false,
    removals: false,
    grants: false,
  });
});

test("a task of the log that spilled and was granted nothing shows that grants are not logged", () => {
  const grants = (launchedMs: number, facts: readonly LogFact[]) => {
    const classes = new LearnedClasses(true);
    const end = { ...NO_METRICS, launchedMs, finishedMs: 1500, memorySpilledBytes: 7 };
    classes.taskEnded(end); // events run ahead
    for (const [i, fact] of facts.entries()) classes.learn(fact, (i + 1) * 1_000_000);
    return classes.grants;
  };
  expect(grants(1100, [lookup, finished])).toBe(false);
  expect(grants(1100, [lookup, granted, finished])).toBe(true);
  // It began before the log did, or the log ends before it.
  expect(grants(900, [lookup, finished])).toBe(true);
  expect(grants(1100, [finished])).toBe(true);
});

test("with DEBUG of the grants alone a block that goes without a line is inferred to be gone", () => {
  const stores = Array.from(
    { length: 10 },
    (_, i) => `${10 + i} 1 store broadcast_${i} 10 free ${990 - 10 * i}`,
  );
  const { memory_timeline } = replayText(
    `
        0 1 start 1000
    ${stores.join("\n")}
       50 1 run task-1
       60 1 acquire task-1 100 by map
       70 1 release task-1 100 by map
       80 1 finish task-1
      900 1 store rdd_5_0 10 free 940
      910 1 store rdd_5_1 10 free 930
      920 1 store rdd_5_2 10 free 920`,
    { memory: 1000 },
  );
  expect(memory_timeline.at(-1)?.storageUsed.bytes).toBe(80);
});

test("where the log does not say which tasks run, what they hold is unknown", () => {
  const stores = Array.from({ length: 10 }, (_, i) => `${10 + i} 1 store rdd_0_${i} 10`);
  const { memory_timeline } = replayText(`0 1 start 1000\n${stores.join("\n")}`, {
    memory: 1000,
    level: "info",
  });
  const last = memory_timeline.at(-1);
  expect(last?.executionUsed.bytes).toBeUndefined();
  // Any task may unroll a block at any time.
  expect(last?.storageUsed).toMatchObject({ atLeast: 100, bytes: 100, atMost: 1000 });
  const ofDriver = stores.map((line) => line.replace(" 1 store", " driver store"));
  const driver = replayText(`0 driver start 1000\n${ofDriver.join("\n")}`, {
    memory: 1000,
    level: "info",
  });
  expect(driver.memory_timeline.at(-1)?.executionUsed.bytes).toBe(0);
});

/** A log without BlockManager's lines, whose store selects these. */
function selected(selection: string, level: "debug" | "info") {
  return replayText(
    `
       0 1 start 1000
      10 1 store rdd_0_0 300 free 700
      11 1 store rdd_0_1 400 free 300
      12 1 store rdd_0_2 250 free 50
      20 1 ${selection}`,
    { memory: 1000, level },
  );
}

test("blocks that are dropped without being named are those that sum up to what was selected", () => {
  const evicted = (selection: string) =>
    selected(selection, "info").block_events.flatMap(({ op, blockId }) =>
      op === "evict" ? [blockId] : [],
    );
  expect(evicted("select 1 300")).toEqual(["rdd_0_0"]);
  expect(evicted("select 1 400")).toEqual(["rdd_0_1"]);
  expect(evicted("select 2 650")).toEqual(["rdd_0_1", "rdd_0_2"]);
});

test("where none do, what storage holds is unknown from then on", () => {
  const { block_events, memory_timeline } = selected(
    "select 1 350\n21 1 dropped 1 free 400",
    "info",
  );
  expect(block_events.map(({ op }) => op)).not.toContain("evict");
  expect(memory_timeline.at(-1)?.storageUsed.bytes).toBeUndefined();
});

test("at DEBUG a block that goes after a selection that names none was evicted", () => {
  const { block_events } = selected("select 1 400\n21 1 remove rdd_0_1 400 free 450", "debug");
  expect(block_events.at(-1)).toMatchObject({ op: "evict", blockId: "rdd_0_1" });
});
