/** What a report asks of a database: thinning loses no peak, and trouble is ranked as it hurt. */

import { expect, test } from "vitest";
import { fc } from "../../../test/seeded.ts";
import { html, jsonIsland } from "../src/html/html.ts";
import { stepsKept } from "../src/html/questions.ts";
import { sqlText } from "../src/sql/literal.ts";
import { ask, replayed } from "./replayed-by-hand.ts";
import { exact, rowsByHand, second, three } from "./rows-by-hand.ts";

test("of every stretch the greatest, the least and the unknown step of each drawn quantity stay", async () => {
  const values = fc.sample(
    fc.tuple(fc.option(fc.nat(1000), { freq: 9 }), fc.nat(1000), fc.nat(50), fc.nat(50)),
    { numRuns: 900, seed: 20_261_121 },
  );
  const path = await replayed((emit) => {
    for (const [step, [storage, execution, below, above]] of values.entries()) {
      const [bytes, held] = [storage ?? undefined, execution + 100];
      emit("memory_timeline", {
        ...rowsByHand.memory_timeline,
        seq: step,
        ts: three + step * second,
        endTs: three + (step + 1) * second,
        storageUsed:
          bytes === undefined
            ? { bytes, atLeast: undefined, atMost: undefined }
            : { bytes, atLeast: Math.max(0, bytes - below), atMost: bytes + above },
        executionUsed: { bytes: held, atLeast: held - below, atMost: held + above },
        unrollUsed: exact(step % 7),
      });
    }
  });
  const stretches = 20;
  const last = three + (values.length - 1) * second;
  const part = { executorId: "1", mode: "on_heap", stretches, first: three, last };
  const kept = stepsKept("app_id = 'app-1'", [part], [], sqlText);
  const extremes = (from: string): string => {
    const columns = ["storage_used_bytes", "execution_used_bytes", "unroll_used_bytes"].flatMap(
      (name) => (name.startsWith("unroll") ? [name] : [name, `${name}_min`, `${name}_max`]),
    );
    return `select stretch, min(seq) as first, max(seq) as last,
      bool_or(storage_used_bytes is null) as unknown,
      ${columns.map((name) => `max(${name}) as a_${name}, min(${name}) as z_${name}`).join(", ")}
      from (${from}) group by stretch order by stretch`;
  };
  const all = `select *, least(${stretches - 1}, floor((epoch_us(ts) - ${three}) * ${stretches}
    / ${last - three}))::integer as stretch from memory_timeline`;
  expect(await ask(path, extremes(kept))).toEqual(await ask(path, extremes(all)));
  const [{ n } = { n: 0 }] = await ask(path, `select count(*)::integer as n from (${kept})`);
  expect(n).toBeLessThan(values.length / 2);
  const range = { executorId: "1", from: three + 100 * second, to: three + 199 * second };
  const spared = stepsKept("app_id = 'app-1'", [part], [range], sqlText);
  const inRange = `select count(*)::integer as n from (${spared}) where seq between 100 and 199`;
  expect(await ask(path, inRange)).toEqual([{ n: 100 }]);
});

test("executors are ranked by what befell them: out of memory, lost, then short of room, then full", async () => {
  const { removedAt: _, removedReason: __, removedClass: ___, ...there } = rowsByHand.executors;
  const gone = { removedAt: undefined, removedReason: undefined, removedClass: undefined };
  const path = await replayed((emit) => {
    for (const executorId of ["calm", "full", "spilling", "oom"]) {
      emit("executors", { ...there, ...gone, executorId });
    }
    emit("executors", { ...rowsByHand.executors, executorId: "lost" });
    emit("executors", {
      ...rowsByHand.executors,
      executorId: "released",
      removedClass: "decommissioned",
    });
    emit("memory_timeline", { ...rowsByHand.memory_timeline, executorId: "full" });
    emit("spills", { ...rowsByHand.spills, executorId: "spilling" });
    emit("oom_events", { ...rowsByHand.oom_events, executorId: "oom" });
  });
  const rows = await ask(path, "select executor_id, lost from executor_ranking order by place");
  expect(rows.map(({ executor_id: id, lost }) => [id, lost])).toEqual([
    ["oom", null],
    ["lost", "container_physical"],
    ["spilling", null],
    ["full", null],
    ["calm", null],
    ["released", null],
  ]);
});

test("what happened for want of memory is one list in order of time, numbered as explain numbers it", async () => {
  const path = await replayed((emit) => {
    emit("executors", rowsByHand.executors);
    emit("block_events", rowsByHand.block_events);
    emit("block_events", { ...rowsByHand.block_events, seq: 9, op: "put_fail" });
    emit("memory_waits", rowsByHand.memory_waits);
    emit("spills", rowsByHand.spills);
    emit("oom_events", rowsByHand.oom_events);
  });
  const rows = await ask(
    path,
    "select kind, ordinal::integer as ordinal, subject, reason from pressure_events order by ts, kind",
  );
  expect(rows.map((row) => [row["kind"], row["ordinal"], row["subject"], row["reason"]])).toEqual([
    ["evicted", 1, "rdd_7_0", "execution"],
    ["no_room", null, "rdd_7_0", "storage_borrowed_reclaimed"],
    ["waited", null, null, null],
    ["spilled", 1, "ExternalSorter", "other_consumer"],
    ["oom", 1, expect.any(String), "task_memory"],
  ]);
});

test("whatever is filled into HTML or JSON stays text, and ends no element", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const { text: made } = html`<p title="${text}">${[text, text]}</p>`;
      expect(made.match(/[<>]/g)?.length).toBe(4);
      expect(made.match(/"/g)?.length).toBe(2);
      expect(jsonIsland({ text })).not.toContain("<");
    }),
  );
  expect(html`${"</script>"}`.text).toBe("&lt;/script&gt;");
});
