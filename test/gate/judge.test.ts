/** How a run is judged: limits, intervals, what is not measured, what cannot be compared. */
import type { GateResult } from "@respark/report/checks";
import { describe, expect, test } from "vitest";
import { fc } from "../seeded.ts";
import { judged, MIB, type RunByHand, statusOf, type Value } from "./a-run.ts";

const evicted = (bytes: Value): RunByHand => ({ metrics: { evicted_bytes: bytes } });
const twoRuns = [evicted(200 * MIB), evicted(300 * MIB)];

describe("below five runs the worst run and the larger of both allowances are the limit", () => {
  test.each([
    { is: 299, status: "pass" },
    { is: 450, status: "pass" },
    { is: 451, status: "fail" },
    { is: 10, status: "improved" },
  ])("$is MiB evicted where two runs had 200 and 300: $status", ({ is, status }) => {
    const result = judged(twoRuns, evicted(is * MIB));
    expect(statusOf(result, "evicted_bytes")).toBe(status);
    expect(result.outcome).toBe(status === "fail" ? "regressed" : "passed");
  });

  test("where the baseline had none, the absolute floor decides", () => {
    expect(statusOf(judged([evicted(0)], evicted(31 * MIB)), "evicted_bytes")).toBe("pass");
    expect(statusOf(judged([evicted(0)], evicted(33 * MIB)), "evicted_bytes")).toBe("fail");
  });

  test("one out-of-memory error more is one too many", () => {
    const result = judged([{ metrics: { ooms: 0 } }], { metrics: { ooms: 1, evicted_bytes: 0 } });
    expect(statusOf(result, "ooms")).toBe("fail");
  });

  test("a share that should be high fails when it falls", () => {
    const base = { metrics: { cache_hit_share: 0.9 } };
    expect(statusOf(judged([base], { metrics: { cache_hit_share: 0.6 } }), "cache_hit_share")).toBe(
      "pass",
    );
    expect(statusOf(judged([base], { metrics: { cache_hit_share: 0.5 } }), "cache_hit_share")).toBe(
      "fail",
    );
  });
});

test("no limit lies where no value can", () => {
  const memory = { configuration: { "executor max_memory_bytes": String(100 * MIB) } };
  const peak = (bytes: number) => ({ ...memory, metrics: { storage_peak_bytes: bytes } });
  const limitOf = (check: string, { verdicts }: ReturnType<typeof judged>) =>
    verdicts.find((one) => one.check === check)?.limit;
  const peaks = judged([peak(90 * MIB)], peak(95 * MIB));
  expect(limitOf("storage_peak_bytes", peaks)).toBe(100 * MIB);
  const heap = { configuration: { "spark.executor.memory": "1g" } };
  const full = (bytes: number) => ({ ...heap, metrics: { jvm_heap_peak_bytes: bytes } });
  const heaps = judged([full(900 * MIB)], full(950 * MIB));
  expect(limitOf("jvm_heap_peak_bytes", heaps)).toBe(1024 * MIB);
  const share = (value: number) => ({ metrics: { headroom_share: value } });
  expect(limitOf("headroom_share", judged([share(0.1)], share(0.05)))).toBe(0);
});

test("of what a run states much less is foreseen than in the baseline: lines are missing", () => {
  const stated = (met: number, of: number): RunByHand => ({ ...evicted(0), statements: [met, of] });
  const config = { evidence: { accuracy: 0.5 } };
  const outcome = (was: RunByHand, is: RunByHand): string => judged([was], is, { config }).outcome;
  expect(outcome(stated(100, 100), stated(76, 100))).toBe("passed");
  expect(outcome(stated(100, 100), stated(74, 100))).toBe("too_little_evidence");
  // Of so few a share says nothing, on either side.
  expect(outcome(stated(19, 19), stated(74, 100))).toBe("passed");
  expect(outcome(stated(100, 100), stated(14, 19))).toBe("passed");
});

describe("from five runs on median and spread are the limit", () => {
  const steady = [1000, 1001, 1002, 1003, 1004].map((mib) => evicted(mib * MIB));
  test("of steady runs a fifth more is too much, though no half", () => {
    expect(statusOf(judged(steady, evicted(1090 * MIB)), "evicted_bytes")).toBe("pass");
    expect(statusOf(judged(steady, evicted(1200 * MIB)), "evicted_bytes")).toBe("fail");
    expect(statusOf(judged(steady.slice(0, 4), evicted(1200 * MIB)), "evicted_bytes")).toBe("pass");
  });
  test("of restless runs it is not", () => {
    const restless = [600, 800, 1000, 1200, 1400].map((mib) => evicted(mib * MIB));
    expect(statusOf(judged(restless, evicted(1900 * MIB)), "evicted_bytes")).toBe("pass");
  });
  test("beyond five standard deviations of restless runs it is", () => {
    // median 1000 MiB, MAD 200: 1000 + 5 × 1.4826 × 200
    const restless = [600, 800, 1000, 1200, 1400].map((mib) => evicted(mib * MIB));
    expect(statusOf(judged(restless, evicted(2480 * MIB)), "evicted_bytes")).toBe("pass");
    expect(statusOf(judged(restless, evicted(2485 * MIB)), "evicted_bytes")).toBe("fail");
  });
  test("no run of a baseline fails against it", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(1e9), { minLength: 1, maxLength: 9 }),
        fc.nat(8),
        (values, index) => {
          const value = values[index % values.length] ?? 0;
          const result = judged(values.map(evicted), evicted(value));
          expect(["pass", "improved"]).toContain(statusOf(result, "evicted_bytes"));
        },
      ),
    );
  });
});

describe("an interval fails only where its better end is beyond the limit", () => {
  test.each([
    { interval: [440, 445, 449], status: "pass" },
    { interval: [440, 500, 600], status: "inconclusive" },
    { interval: [451, 500, 600], status: "fail" },
  ] as const)(
    "$interval MiB against at most 450: $status",
    ({ interval: [min, best, max], status }) => {
      const result = judged(twoRuns, evicted([min * MIB, best * MIB, max * MIB]));
      expect(statusOf(result, "evicted_bytes")).toBe(status);
      expect(result.outcome === "regressed").toBe(status === "fail");
    },
  );
});

describe("what is not measured is never zero", () => {
  test("a value that the logs do not tell is not judged", () => {
    const result = judged([evicted(0)], { metrics: { evicted_bytes: undefined, ooms: 0 } });
    expect(statusOf(result, "evicted_bytes")).toBe("not_measured");
  });
  test("what each run of the baseline measured and this one does not is no pass", () => {
    const base = { metrics: { evicted_bytes: 0, spilled_bytes: 0 } };
    const less = { metrics: { evicted_bytes: undefined, spilled_bytes: 0 } };
    const result = judged([base, base], less);
    expect(result.outcome).toBe("too_little_evidence");
    expect(result.evidence.join()).toContain("measured evicted_bytes, and this run does not");
    // One run of the baseline did not measure it either; a warning is no verdict; ignored is said.
    expect(judged([base, less], less).outcome).toBe("passed");
    expect(judged([base], less, { config: { ignore: ["evicted_bytes"] } }).outcome).toBe("passed");
    const warned = { limits: { evicted_bytes: { level: "warn" } } } as const;
    expect(judged([base], less, { config: warned }).outcome).toBe("passed");
  });
  test("values by different evidence are not compared", () => {
    const result = judged([{ ...evicted(0), by: "executor logs" }], {
      metrics: { evicted_bytes: 900 * MIB },
      by: "block updates of the event log",
    });
    expect(statusOf(result, "evicted_bytes")).toBe("not_compared");
    expect(result.outcome).toBe("too_little_evidence");
  });
  test("a budget on what is not measured is no pass", () => {
    const config = { limits: { evicted_bytes: { budget: "1 GiB" } } };
    const result = judged(
      [{ metrics: { spilled_bytes: 0 } }],
      { metrics: { spilled_bytes: 0, evicted_bytes: undefined } },
      { config },
    );
    expect(result.outcome).toBe("too_little_evidence");
    expect(result.evidence.join()).toContain("evicted_bytes has a budget");
  });
});

describe("too little evidence is not a pass", () => {
  test("logs that are cut off", () => {
    const cut = { ...evicted(200 * MIB), incomplete: ["the event log is cut off"] };
    expect(judged(twoRuns, cut).outcome).toBe("too_little_evidence");
    const config = { evidence: { allow_incomplete: true } };
    expect(judged(twoRuns, cut, { config }).outcome).toBe("passed");
  });
  test("but what they show is true, so a failure stays one", () => {
    const cut = { ...evicted(900 * MIB), incomplete: ["the event log is cut off"] };
    expect(judged(twoRuns, cut).outcome).toBe("regressed");
  });
  test("a replay that predicts too few of the logs' own statements", () => {
    const poor = { ...evicted(900 * MIB), statements: [79, 100] } as const;
    expect(judged(twoRuns, poor).outcome).toBe("too_little_evidence");
    const config = { evidence: { accuracy: 0.7 } };
    expect(judged(twoRuns, poor, { config }).outcome).toBe("regressed");
  });
  test("executor logs that the baseline had and this run has not", () => {
    const bare = { metrics: { spilled_bytes: 0 }, evidenceLevel: "event_log" };
    const baseline = [{ metrics: { spilled_bytes: 0 } }];
    expect(judged(baseline, bare).outcome).toBe("too_little_evidence");
    const config = { evidence: { level: "event_log" } };
    expect(judged(baseline, bare, { config }).outcome).toBe("passed");
  });
  test("DEBUG logs that the baseline had, where this run has INFO", () => {
    const debug = { metrics: { spilled_bytes: 0 }, evidenceLevel: "debug" };
    const info = { metrics: { spilled_bytes: 0 }, evidenceLevel: "info" };
    expect(judged([debug], info)).toMatchObject({
      outcome: "too_little_evidence",
      evidence: [expect.stringMatching(/level debug .* this run has info/)],
    });
    expect(judged([info], debug).outcome).toBe("passed");
    expect(judged([debug], info, { config: { evidence: { level: "info" } } }).outcome).toBe(
      "passed",
    );
  });

  test.each([
    { lost: "blocks", says: "executor logs have lines of blocks" },
    { lost: "event log", says: "have event logs, and this run has none" },
  ])("kinds of lines that all of the baseline's runs had: $lost", ({ lost, says }) => {
    const kinds = ["blocks", "event log", "start", "tasks"];
    const was = { metrics: { evicted_bytes: 0 }, lineKinds: [...kinds, "spills"] };
    const is = { metrics: { evicted_bytes: 0 }, lineKinds: kinds.filter((kind) => kind !== lost) };
    expect(judged([was], is)).toMatchObject({
      outcome: "too_little_evidence",
      evidence: [expect.stringContaining(says)],
    });
    // Spills come and go with the run.
    expect(judged([was], { ...is, lineKinds: kinds }).outcome).toBe("passed");
  });

  test("jobs that failed, whose work nobody measured", () => {
    const half = { metrics: { failed_jobs: 1, evicted_bytes: 0 }, inputBytes: 1e8 };
    const whole = { metrics: { failed_jobs: 0, evicted_bytes: 0 }, inputBytes: 1e9 };
    const result = judged([whole], half);
    expect(result.outcome).toBe("too_little_evidence");
    expect(result.evidence.join()).toContain("jobs failed");
    expect(judged([half], half).outcome).toBe("passed");
  });
  test("but an out-of-memory error that made them fail is a failure", () => {
    const whole = { metrics: { failed_jobs: 0, ooms: 0, evicted_bytes: 0 }, inputBytes: 1e9 };
    const died = { metrics: { failed_jobs: 1, ooms: 1, evicted_bytes: 0 }, inputBytes: 1e8 };
    expect(judged([whole], died).outcome).toBe("regressed");
  });
  test("nothing measured at all", () => {
    expect(judged(twoRuns, { metrics: { ooms: 0 } }).outcome).toBe("too_little_evidence");
  });
});

describe("runs of different kinds are not silently compared", () => {
  const with1g = { ...evicted(0), configuration: { "spark.executor.memory": "1g" } };
  const with2g = { ...evicted(0), configuration: { "spark.executor.memory": "2g" } };
  test("another memory setting, unless it is allowed", () => {
    const result = judged([with1g], with2g);
    expect(result.outcome).toBe("not_comparable");
    expect(result.verdicts).toEqual([]);
    expect(result.differences.map(({ name, baseline, run }) => [name, baseline, run])).toEqual([
      ["spark.executor.memory", "1g", "2g"],
    ]);
    expect(judged([with1g], with2g, { allowed: { configChange: true } }).outcome).toBe("passed");
  });
  test.each([
    ["1g", "1024m"],
    ["1G", "1g"],
  ])("%s and %s are one setting", (was, is) => {
    const baseline = { ...evicted(0), configuration: { "spark.executor.memory": was } };
    const run = { ...evicted(0), configuration: { "spark.executor.memory": is } };
    expect(judged([baseline], run).outcome).toBe("passed");
  });
  test("a setting written down at its default is no change", () => {
    const run = { ...evicted(0), configuration: { "spark.memory.fraction": "0.60" } };
    expect(judged([evicted(0)], run).outcome).toBe("passed");
  });
  test("another application, by its name and its stages, unless it is allowed", () => {
    const stages = (...names: string[]) => Object.fromEntries(names.map((name) => [name, {}]));
    const base = { name: "nightly", stages: stages("a", "b", "c", "d") };
    const other = { name: "hourly", stages: stages("a", "x", "y", "z") };
    const refused = judged([base], other);
    expect(refused).toMatchObject({
      outcome: "not_comparable",
      differences: [{ kind: "application", baseline: "“nightly”" }],
    });
    expect(judged([base], other, { allowed: { otherApplication: true } }).outcome).not.toBe(
      "not_comparable",
    );
    // A name may carry a date, and an edited program new stages.
    expect(judged([base], { ...base, name: "nightly of May 7" }).differences).toEqual([]);
    expect(judged([base], { ...other, name: "nightly" }).differences).toEqual([]);
  });

  test("another Spark version", () => {
    const run = { ...evicted(0), sparkVersion: "4.0.1" };
    expect(judged([evicted(0)], run).outcome).toBe("not_comparable");
    expect(judged([evicted(0)], run, { allowed: { versionChange: true } }).outcome).toBe("passed");
  });
  test("another input size, unless limits are scaled by it", () => {
    const baseline = { ...evicted(200 * MIB), inputBytes: 1e9 };
    const twice = { ...evicted(500 * MIB), inputBytes: 2e9 };
    const fourTimes = { ...evicted(900 * MIB), inputBytes: 2e9 };
    expect(judged([baseline], twice).outcome).toBe("not_comparable");
    const allowed = { normaliseBy: "input" } as const;
    expect(judged([baseline], twice, { allowed }).outcome).toBe("passed");
    expect(judged([baseline], fourTimes, { allowed }).outcome).toBe("regressed");
  });
  test("a tenth more input is the same input", () => {
    const baseline = { ...evicted(0), inputBytes: 1e9 };
    expect(judged([baseline], { ...evicted(0), inputBytes: 1.1e9 }).outcome).toBe("passed");
  });
});

describe("a team's own limits", () => {
  test("a narrower one, relative and absolute", () => {
    const config = { limits: { evicted_bytes: { fail: { relative: 0.1, absolute: "1 MiB" } } } };
    expect(statusOf(judged(twoRuns, evicted(331 * MIB), { config }), "evicted_bytes")).toBe("fail");
    expect(statusOf(judged(twoRuns, evicted(329 * MIB), { config }), "evicted_bytes")).toBe("pass");
  });
  test("a warning before the failure", () => {
    const config = { limits: { evicted_bytes: { warn: { relative: 0.1 } } } };
    const result = judged(twoRuns, evicted(400 * MIB), { config });
    expect(statusOf(result, "evicted_bytes")).toBe("warn");
    expect(result.outcome).toBe("passed");
  });
  test("a budget holds whatever the baseline says, and without any", () => {
    const config = { limits: { evicted_bytes: { budget: "250 MiB" } } };
    expect(statusOf(judged(twoRuns, evicted(260 * MIB), { config }), "evicted_bytes")).toBe("fail");
    expect(judged([], evicted(260 * MIB), { config }).outcome).toBe("regressed");
    expect(judged([], evicted(240 * MIB), { config }).outcome).toBe("passed");
  });
  test("level warn never fails, level off is not shown", () => {
    const warn = { limits: { evicted_bytes: { level: "warn" } } };
    expect(judged(twoRuns, evicted(900 * MIB), { config: warn }).outcome).toBe("passed");
    const off = { limits: { evicted_bytes: { level: "off" } } };
    expect(
      statusOf(judged(twoRuns, evicted(900 * MIB), { config: off }), "evicted_bytes"),
    ).toBeUndefined();
  });
  test("what is ignored is measured and shown, and fails nothing", () => {
    const config = { ignore: ["evicted_*"] };
    const result = judged(twoRuns, evicted(900 * MIB), { config });
    expect(statusOf(result, "evicted_bytes")).toBe("ignored");
    expect(result.outcome).toBe("passed");
  });
  test("a stage may be given its own", () => {
    const stage = (bytes: number): RunByHand => ({
      metrics: { spilled_bytes: 0 },
      stages: {
        "join at Job.scala": { stage_spilled_bytes: bytes },
        "sort at Job.scala": { stage_spilled_bytes: bytes },
      },
    });
    const config = {
      stages: [
        {
          match: "join at *",
          limits: { stage_spilled_bytes: { level: "fail", fail: { absolute: "1 MiB" } } },
        },
      ],
    };
    const result = judged([stage(0)], stage(40 * MIB), { config });
    expect(statusOf(result, "stage_spilled_bytes", "join at Job.scala")).toBe("fail");
    expect(statusOf(result, "stage_spilled_bytes", "sort at Job.scala")).toBe("pass");
  });
});

describe("a stage is known by what it is", () => {
  const before = { key: "sort at Job.scala", shape: "sortBy × 16" };
  const after = (key: string, shape: string, bytes: number): GateResult =>
    judged([withStage(before, 0)], withStage({ key, shape }, bytes));
  test("one with the same name is the same, however much it grew", () => {
    const { subjects, verdicts } = after("sort at Job.scala", "sortBy × 400", 200 * MIB);
    expect(subjects.map(({ how }) => how)).toEqual(["same"]);
    expect(verdicts.find(({ check }) => check === "stage_spilled_bytes")?.status).toBe("warn");
  });
  test("one of the same shape was renamed, and is compared", () => {
    const result = after("order at Job.scala", "sortBy × 16", 200 * MIB);
    expect(result.subjects).toEqual([
      { kind: "stage", was: "sort at Job.scala", is: "order at Job.scala", how: "renamed" },
    ]);
    expect(statusOf(result, "stage_spilled_bytes", "order at Job.scala")).toBe("warn");
  });
  test.each(["__proto__", "constructor", "toString", ""])("and may be called %o", (key) => {
    const stage = { key, shape: "map × 1" };
    expect(judged([withStage(stage, 0)], withStage(stage, 900 * MIB)).outcome).toBe("passed");
  });
  test("one of another name and shape is new, the old one is gone, and neither has grown", () => {
    const result = after("join at Job.scala", "cogroup × 8", 200 * MIB);
    expect(result.subjects.map(({ how }) => how)).toEqual(["removed", "added"]);
    expect(statusOf(result, "stage_spilled_bytes", "join at Job.scala")).toBe("not_compared");
    expect(result.outcome).toBe("passed");
  });
});

function withStage(
  stage: { readonly key: string; readonly shape: string },
  bytes: number,
): RunByHand {
  return {
    metrics: { spilled_bytes: 0 },
    stages: { [stage.key]: { stage_spilled_bytes: bytes } },
    shapes: { [stage.key]: stage.shape },
  };
}
