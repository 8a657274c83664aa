/**
 * The user's own settings that differ from Spark's defaults and bind: what they cost is what they
 * caused.
 */
import { counted, someOf } from "@respark/core";
import { numberIn, type Row, textIn } from "../../sql/row.ts";
import { known } from "../../sql/typed-rows.ts";
import { bytes } from "../words.ts";
import { type Application, isUnified } from "./application.ts";
import { costSum, rankCost } from "./costs.ts";
import type { Draft } from "./finder.ts";
import {
  defaultFraction,
  fractionChange,
  mostPressed,
  needInWords,
  smallFraction,
} from "./room.ts";

/** Spark's default of spark.memory.storageFraction, 1.6 to 4.2. */
const USUAL_STORAGE_FRACTION = 0.5;

/** `drafts`: what the other finders found in the same application. */
export function settingsThatBind(application: Application, drafts: readonly Draft[]): Draft[] {
  const onHeap = drafts.filter(
    ({ kind, facts }) =>
      ["evictions", "no_room", "spills", "waits"].includes(kind) && facts["mode"] !== "off_heap",
  );
  if (onHeap.length === 0) return [];
  return [
    ...smallPools(application, onHeap),
    ...storageFractions(application, onHeap),
    ...oldFractions(application, onHeap),
  ];
}

function smallPools(application: Application, caused: readonly Draft[]): Draft[] {
  const small = smallFraction(application);
  const pressed = mostPressed(application, "on_heap");
  if (small === undefined) return [];
  const usual = defaultFraction(application);
  const pool = pressed?.pool;
  const atDefault = pool === undefined ? undefined : (pool / small) * usual;
  const need = pressed?.need;
  const isShort = need !== undefined && atDefault !== undefined && need > atDefault;
  return [
    {
      id: "setting_memory_fraction",
      kind: "setting",
      severity: worstOf(caused),
      cost: costSum(caused.map(({ cost }) => cost)),
      weight: weightOf(caused),
      title: `spark.memory.fraction is set to ${small}: it leaves storage and execution ${
        pool === undefined ? "less of the heap than" : `${bytes(pool)} an executor, where`
      } Spark's default of ${usual}${atDefault === undefined ? "" : ` gives ${bytes(atDefault)}`}`,
      evidence: [
        `What happened for want of memory (each has a finding below): ${causedInWords(caused, application)}.`,
        ...(pressed === undefined ? [] : needInWords(pressed, "on_heap")),
        ...(isShort ? [`Spark's default gives ${bytes(atDefault)}: enough for a part of it.`] : []),
      ],
      change: fractionChange(application, small),
      certainty:
        "the setting is logged, and the pools follow from it; what would have been enough is the replay's estimate",
      more: { why: "how the executors' memory is divided", ask: "query executor_memory_layout" },
      facts: {
        mode: "on_heap",
        fraction: small,
        default_fraction: usual,
        pool_bytes: pool ?? null,
        pool_at_default_bytes: atDefault === undefined ? null : Math.round(atDefault),
        need_bytes: need ?? null,
        caused: caused.map(({ facts }) => facts),
      },
    },
  ];
}

/** `7 evictions from RDD 1 “hot”, 10 refused stores of RDD 3, spills in stage 4`. */
function causedInWords(caused: readonly Draft[], { stage }: Application): string {
  const words = caused.flatMap(({ kind, facts, stageId, rddId }) => {
    const rdd = rddId === undefined ? "other RDDs" : `RDD ${rddId}`;
    switch (kind) {
      case "evictions":
        return [`${counted(countIn(facts, "times"), "eviction")} from ${rdd}`];
      case "no_room":
        return [`${counted(countIn(facts, "times"), "refused store")} of blocks of ${rdd}`];
      case "spills":
        return [`spills in ${stageId === undefined ? "other stages" : stage(stageId)}`];
      case "waits":
        return [`${counted(countIn(facts, "waits"), "wait")} of tasks`];
      default:
        return [];
    }
  });
  return someOf(words, 4);
}

/** Of the facts of a finding, whose kind says what they have. */
function countIn(facts: Row, column: "times" | "waits" | "for_execution"): number {
  const [row] = known([facts], { [column]: "number" });
  return numberIn(row, column) ?? 0;
}

function storageFractions(application: Application, caused: readonly Draft[]): Draft[] {
  const set = Number(application.settings.get("spark.memory.storageFraction"));
  if (isUnified(application) !== true || !(set >= 0) || set === USUAL_STORAGE_FRACTION) return [];
  const low = set < USUAL_STORAGE_FRACTION;
  const suffered = caused.filter(({ kind, facts }) =>
    low
      ? kind === "evictions" && countIn(facts, "for_execution") > 0
      : kind === "spills" || kind === "waits",
  );
  const protects = application.needs.some((row) => {
    const [pool, held] = [numberIn(row, "max_memory_bytes"), numberIn(row, "storage_peak_bytes")];
    return (
      textIn(row, "executor_id") !== "driver" &&
      textIn(row, "mode") === "on_heap" &&
      pool !== undefined &&
      held !== undefined &&
      held > pool * USUAL_STORAGE_FRACTION
    );
  });
  if (suffered.length === 0 || (!low && !protects)) return [];
  return [
    {
      id: "setting_storage_fraction",
      kind: "setting",
      severity: worstOf(suffered),
      cost: costSum(suffered.map(({ cost }) => cost)),
      weight: weightOf(suffered),
      title: low
        ? `spark.memory.storageFraction is set to ${set}: tasks may evict nearly all that is cached, where Spark's default of 0.5 keeps half of the memory for blocks`
        : `spark.memory.storageFraction is set to ${set}: blocks hold what tasks would need, and no task may evict them from it`,
      evidence: suffered.slice(0, 3).map(({ title }) => `${title}.`),
      change: {
        key: "spark.memory.storageFraction",
        value: { amount: USUAL_STORAGE_FRACTION, written: "0.5" },
        text: (value) =>
          low
            ? `spark.memory.storageFraction from ${set} to ${value}: fewer blocks are evicted, and tasks may spill for it`
            : `spark.memory.storageFraction from ${set} to ${value}: tasks spill less, and blocks beyond half of the memory may be evicted for it`,
      },
      certainty:
        "the setting is logged; which costs less, computing blocks again or spilling, depends on the job",
      more: { why: "when storage held more than its region", ask: "query storage_borrowed" },
      facts: {
        mode: "on_heap",
        storage_fraction: set,
        caused: suffered.map(({ facts }) => facts),
      },
    },
  ];
}

/** Fractions of the static manager (up to 2.4) below their defaults. */
const OLD: readonly (readonly [key: string, usual: number, of: readonly string[]])[] = [
  ["spark.shuffle.memoryFraction", 0.2, ["spills", "waits"]],
  ["spark.storage.memoryFraction", 0.6, ["evictions", "no_room"]],
];

function oldFractions(application: Application, caused: readonly Draft[]): Draft[] {
  if (isUnified(application) !== false) return [];
  return OLD.flatMap(([key, usual, kinds]): Draft[] => {
    const set = Number(application.settings.get(key));
    const suffered = caused.filter(({ kind }) => kinds.includes(kind));
    if (!(set > 0 && set < usual) || suffered.length === 0) return [];
    return [
      {
        id: `setting_${key.split(".").slice(1, 2).join("")}_memory_fraction`,
        kind: "setting",
        severity: worstOf(suffered),
        cost: costSum(suffered.map(({ cost }) => cost)),
        weight: weightOf(suffered),
        title: `${key} is set to ${set}, Spark's default is ${usual}`,
        evidence: suffered.slice(0, 3).map(({ title }) => `${title}.`),
        change: {
          key,
          value: { amount: usual, written: String(usual) },
          text: (value) => `${key} from ${set} to ${value}, Spark's default`,
        },
        certainty: "the setting is logged",
        more: { why: "how the executors' memory is divided", ask: "query executor_memory_layout" },
        facts: { mode: "on_heap", set, default: usual, caused: suffered.map(({ facts }) => facts) },
      },
    ];
  });
}

/** Of what it caused, each by what it is ranked by itself. */
function weightOf(drafts: readonly Draft[]): number {
  return drafts.reduce((sum, { cost }) => sum + (rankCost(cost) ?? 0), 0);
}

function worstOf(drafts: readonly Draft[]): Draft["severity"] {
  return drafts.some(({ severity }) => severity === "slow")
    ? "slow"
    : drafts.some(({ severity }) => severity === "risk")
      ? "risk"
      : "fine";
}
