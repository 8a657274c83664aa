/**
 * Requests for execution memory that fell short at first: what they had before others spilled for
 * the rest, found in the lines ahead.
 */

import { type Amount, amount, exactAmount, minus } from "../../amount.ts";
import type { ByteInterval } from "../../byte-interval.ts";
import type { LogFact } from "../../log-fact.ts";
import type { LogStep, Lookahead } from "./lookahead.ts";

type Fact<Kind extends LogFact["kind"]> = Extract<LogFact, { kind: Kind }>;

/** How many lines a spill's releases may take before its own line. */
const SPILL_LINES = 200;
/** A sorter's first array: 4096 records of two longs (spark.shuffle.sort.initialBufferSize). */
const FIRST_ARRAY_BYTES = 65_536;

/**
 * 3.3+: what the request got before anyone spilled: all of it when nobody could, all but x when the
 * spills were enough.
 */
export function firstGrant(lookahead: Lookahead, fact: Fact<"spill_wanted">): Amount | undefined {
  let spilled = 0;
  for (let ahead = 1; ahead < 4000; ahead++) {
    const next = lookahead.peek(ahead);
    if (next === undefined) return undefined;
    const later = next.fact;
    if (later.kind === "execution_spilled" && later.taskId === fact.taskId) {
      spilled += later.spilled.atLeast;
    } else if (later.kind === "execution_acquired" && later.taskId === fact.taskId) {
      const granted = grantOf(lookahead, ahead, next, later);
      return spilled > 0 ? minus(granted, amount(fact.wanted)) : granted;
    }
  }
  return undefined;
}

/**
 * Up to 3.2 nothing says that a request fell short: the request that a spill under way is for, with
 * what it had been granted once all was over. `released` is the release in hand, if that is what
 * the spill began with; undefined: no spill of this task follows that it is part of.
 */
export function requestBehindSpill(
  lookahead: Lookahead,
  taskId: number,
  released: ByteInterval | undefined,
): { readonly consumer: string | undefined; readonly granted: Amount } | undefined {
  let spilled = false;
  let freedBytes = released?.atMost ?? 0;
  for (let ahead = 1; ahead <= SPILL_LINES; ahead++) {
    const next = lookahead.peek(ahead);
    if (next === undefined) return undefined;
    const { fact } = next;
    if (!("taskId" in fact) || fact.taskId !== taskId) continue;
    switch (fact.kind) {
      case "spill_wanted": // 3.3+ says it itself
        return undefined;
      case "execution_released":
        if (!spilled) freedBytes += fact.released.atMost;
        break;
      case "execution_spilled":
        // These releases are the spill's own, when they free about as much as it says.
        if (spilled || fact.spilled.atLeast > freedBytes) return undefined;
        if (freedBytes > fact.spilled.atMost * 2) return undefined;
        spilled = true;
        break;
      case "execution_acquired":
        if (spilled) {
          return { consumer: fact.consumer, granted: grantOf(lookahead, ahead, next, fact) };
        }
        // A spilling sorter takes no more anew than its first array: more is the growth of one that
        // does not spill yet.
        if (fact.granted.atLeast > FIRST_ARRAY_BYTES) return undefined;
        break;
      default:
        break;
    }
  }
  return undefined;
}

function grantOf(
  lookahead: Lookahead,
  ahead: number,
  { thread }: LogStep,
  { granted }: Fact<"execution_acquired">,
): Amount {
  return pageNear(lookahead, ahead, { printed: granted, thread }) ?? amount(granted);
}

/**
 * TRACE prints a page's exact size within a few lines after the rounded grant, on the same thread.
 */
export function pageNear(
  lookahead: Lookahead,
  ahead: number,
  { printed, thread }: { readonly printed: ByteInterval; readonly thread: string | undefined },
): Amount | undefined {
  for (let further = ahead + 1; further <= ahead + 8; further++) {
    const next = lookahead.peek(further);
    if (next === undefined) return undefined;
    if (thread !== undefined && next.thread !== thread) continue;
    if (next.fact.kind !== "page_allocated") continue;
    const { bytes } = next.fact;
    if (bytes >= printed.atLeast && bytes <= printed.atMost) return exactAmount(bytes);
  }
  return undefined;
}
