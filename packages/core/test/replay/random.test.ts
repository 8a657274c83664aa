/** Whatever lines and events come, in whatever order: the replay goes on, and the laws hold. */

import { expect, test } from "vitest";
import { fc } from "../../../../test/seeded.ts";
import { brokenLaws } from "./pool-laws.ts";
import { replayAnyText } from "./replay-text.ts";

const block = fc.constantFrom(
  "rdd_0_0",
  "rdd_0_1",
  "rdd_1_0",
  "broadcast_3",
  "broadcast_3_piece0",
  "odd",
);
const task = fc.constantFrom("task-1", "task-2", "task-3");
const bytes = fc.oneof(
  fc.integer({ min: 0, max: 100_000_000 }).map(String),
  fc.constantFrom("0", "1", "4.0MiB", "12.3MiB", "2.0GiB"),
);
const consumer = fc.constantFrom("by map", "by o.a.s.ExternalSorter@1", "");
const on = fc.oneof(
  fc.constant(""),
  task.map((name) => `on ${name}`),
);
const exact = fc.integer({ min: 0, max: 100_000_000 }).map(String);

/** One step of the log, sense or nonsense. */
const line = fc.oneof(
  fc.tuple(
    fc.constant("store"),
    block,
    bytes,
    fc.constantFrom("bytes", "values"),
    fc.constant("free"),
    bytes,
  ),
  fc.tuple(fc.constant("select"), fc.integer({ min: 0, max: 4 }).map(String), bytes),
  fc.tuple(fc.constantFrom("drop", "write", "missing", "found"), block),
  fc.tuple(fc.constant("dropped 1 free"), bytes),
  fc.tuple(fc.constant("remove"), block, exact, fc.constant("free"), exact),
  fc.tuple(fc.constant("unroll-fails"), block, bytes),
  fc.tuple(
    fc.constant("memory-use blocks"),
    bytes,
    fc.constant("unroll"),
    bytes,
    fc.constant("tasks 1 limit"),
    bytes,
  ),
  fc.tuple(
    fc.constant("refuse"),
    block,
    fc.constantFrom("same_rdd", "not_evictable", "larger_than_limit"),
  ),
  fc.tuple(fc.constant("refuse"), block, fc.constant("exceeds_limit limit"), exact),
  fc.tuple(fc.constantFrom("removing rdd 0", "removing broadcast 3", "cleared")),
  fc.tuple(fc.constant("run"), task, fc.constant("stage 0 partition 0")),
  fc.tuple(fc.constantFrom("finish", "wait"), task),
  fc.tuple(fc.constantFrom("acquire", "release", "need", "spilled"), task, bytes, consumer),
  fc.tuple(fc.constantFrom("page 1", "page-freed 1"), exact),
  fc.tuple(
    fc.constant("spilling"),
    fc.constantFrom("ExternalSorter", "UnsafeExternalSorter"),
    bytes,
  ),
  fc.tuple(fc.constant("spilling ShuffleExternalSorter"), bytes, fc.constant("task 1 times 1")),
  fc.tuple(fc.constant("totals execution"), exact, fc.constant("storage"), exact),
);

/** The same of the event log. */
const event = fc.oneof(
  fc.tuple(fc.constant("reported"), block, fc.oneof(exact, fc.constantFrom("gone", "evicted"))),
  fc.tuple(fc.constant("reported"), block, fc.constant("0 disk"), exact),
  fc.tuple(fc.constant("launched"), task, fc.constant("stage 0 partition 0")),
  fc.tuple(fc.constant("ended"), task, fc.constant("peak"), exact, fc.constant("spilled"), exact),
  fc.tuple(fc.constantFrom("unpersisted 0", "lost killed", "registered 50000000")),
);

const time = fc.oneof(fc.integer({ min: 0, max: 100_000 }).map(String), fc.constant("-"));

const settings = fc.constantFrom(
  { spark: "3.5.6", level: "debug" },
  { spark: "3.5.6", level: "info" },
  { spark: "4.0.1", level: "debug" },
  { spark: "2.1.3", level: "info" },
  { spark: "1.6.1", level: "debug" },
  { spark: "1.6.3", level: "info" },
  { spark: "1.5.2", level: "info" },
) satisfies fc.Arbitrary<{ spark: string; level: "debug" | "info" }>;

function told(steps: readonly (readonly [string, readonly string[], string])[]): string {
  return steps.map(([ms, words, thread]) => `${ms} 1 ${words.join(" ")} ${thread}`).join("\n");
}

test("an executor's log of any lines is replayed, and the laws hold", () => {
  const step = fc.tuple(time, line, on);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), settings, (steps, how) => {
      const rows = replayAnyText(`0 1 start 50000000\n${told(steps)}`, {
        ...how,
        memory: 50_000_000,
      });
      expect(brokenLaws(rows)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test("an event log of any events is replayed, and the laws hold", () => {
  const step = fc.tuple(time, event, fc.constant(""));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), settings, (steps, { spark }) => {
      const rows = replayAnyText(told(steps), { spark, memory: 50_000_000 });
      expect(brokenLaws(rows)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test("both together, and a log that begins anywhere, are replayed, and the laws hold", () => {
  const step = fc.tuple(time, fc.oneof(line, event), on);
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), settings, (steps, how) => {
      const rows = replayAnyText(told(steps), { ...how, memory: 50_000_000 });
      expect(brokenLaws(rows)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
