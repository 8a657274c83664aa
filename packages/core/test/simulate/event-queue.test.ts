/**
 * Events by time, and of one time in the order in which they were added, however adding and taking
 * alternate.
 */
import { expect, test } from "vitest";
import { fc } from "../../../../test/seeded.ts";
import { EventQueue } from "../../src/simulate/event-queue.ts";

test("the next event is the earliest, and of equal times the one added first", () => {
  const step = fc.oneof(fc.nat({ max: 5 }), fc.constant("take" as const));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const queue = new EventQueue<number>();
      const waiting: { readonly at: number; readonly event: number }[] = [];
      for (const [index, next] of steps.entries()) {
        if (next !== "take") {
          queue.add(next, index);
          waiting.push({ at: next, event: index });
          continue;
        }
        waiting.sort((a, b) => a.at - b.at || a.event - b.event);
        const first = waiting.shift();
        const event = queue.take();
        expect(event === undefined ? undefined : { at: queue.now, event }).toEqual(first);
        expect(queue.size).toBe(waiting.length);
      }
    }),
  );
});
