/**
 * An observation that is filled again and again. A class, so that all of them have one shape: a
 * spread literal gave each its own, and every use of one was slow.
 */
import type { Fact, Observation } from "@respark/core";

export class ReusedObservation implements Observation {
  fact: Fact = { kind: "log_start", sparkVersion: "" };
  source: Observation["source"] = "event_log";
  executorId: string | undefined = undefined;
  taskId: number | undefined = undefined;
  thread: string | undefined = undefined;
  ts: number | undefined = undefined;
  tsMin: number | undefined = undefined;
  tsMax: number | undefined = undefined;
  sourceFileId = 0;
  line = 0;
}

/** Filled before anyone sees it. */
export const emptyObservation: Observation = new ReusedObservation();
