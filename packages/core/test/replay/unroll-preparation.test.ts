/** At INFO no line says when an unroll begins: what tasks of its stage read before bounds it. */
import { expect, test } from "vitest";
import { replayText } from "./replay-text.ts";

const MIB = 1_048_576;
const settings = { memory: 100 * MIB, level: "info" } as const;
const CACHES = `
        0 1 start ${100 * MIB}
        0 1 caches 0 rdd 0`;

/** Storage use after the last line that is not later than `ms`. */
function usedAt(story: string, ms: number) {
  const { memory_timeline } = replayText(story, settings);
  return memory_timeline.findLast((row) => row.ts <= ms * 1000)?.storageUsed;
}

test("a task waits while another of its stage reads their binary: it unrolls nothing yet", () => {
  const story = `${CACHES}
     1000 1 run task-1 stage 0 partition 0 on task-1
     1000 1 run task-2 stage 0 partition 1 on task-2
     4000 1 store broadcast_0_piece0 1000 bytes free ${100 * MIB - 1000} on task-1
     4010 1 store broadcast_0 2000 free ${100 * MIB - 3000} on task-1
     5000 1 store rdd_0_1 ${10 * MIB} free ${90 * MIB - 3000} on task-2
     5000 1 store rdd_0_0 ${10 * MIB} free ${80 * MIB - 3000} on task-1`;
  expect(usedAt(story, 3900)?.bytes).toBe(0);
  expect(usedAt(story, 4500)?.bytes).toBeGreaterThan(5 * MIB);
});

test("a broadcast that comes after the binary may be read while the task unrolls", () => {
  const story = `${CACHES}
     1000 1 run task-1 stage 0 partition 0 on task-1
     1100 1 store broadcast_1_piece0 1000 bytes free ${100 * MIB - 1000} on task-1
     1110 1 store broadcast_1 2000 free ${100 * MIB - 3000} on task-1
     3000 1 store broadcast_0_piece0 1000 bytes free ${100 * MIB - 4000} on task-1
     3010 1 store broadcast_0 2000 free ${100 * MIB - 6000} on task-1
     4000 1 store rdd_0_0 ${10 * MIB} free ${90 * MIB - 6000} on task-1`;
  const before = usedAt(story, 2900);
  expect(before?.bytes).toBe(3000);
  expect(before?.atMost).toBeGreaterThanOrEqual(MIB);
});

test("without an event log, what a task is about to put says that it unrolls", () => {
  const story = `
        0 1 start ${100 * MIB}
     1000 1 run task-1 stage 0 partition 0
     1000 1 run task-2 stage 0 partition 1
     3000 1 store rdd_0_1 ${10 * MIB} free ${90 * MIB}
     3500 1 finish task-2
     4000 1 store rdd_0_0 ${10 * MIB} free ${80 * MIB}`;
  const { memory_timeline } = replayText(story, settings);
  const after = memory_timeline.findLast((row) => row.ts <= 3_000_000)?.storageUsed;
  expect(after?.atLeast).toBe(10 * MIB);
  expect(after?.atMost).toBeGreaterThan(20 * MIB);
  expect(memory_timeline.at(-1)?.storageUsed.atMost).toBe(20 * MIB);
});
