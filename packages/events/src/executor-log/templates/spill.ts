/** Spills (spec/log-templates.md 2.5, S1–S7). The logger is the collection that spills. */
import type { ByteInterval, LogFact } from "@respark/core";
import { type LogTemplate, type RecordAround, silent, template } from "../log-template.ts";
import { troubleWith } from "./troubles.ts";

/** ExternalSorter, ExternalAppendOnlyMap: the Spillable trait logs under the concrete class. */
export const SPILLABLE: readonly LogTemplate[] = [
  template({
    name: "S1",
    until: "3.5",
    level: "INFO",
    says: "Thread {int} spilling in-memory map of {size} to disk ({int} time so far)",
    example: "Thread 61 spilling in-memory map of 12.3 MB to disk (1 time so far)",
    fact: (threadId, size, times, around) => collection(around, { threadId, size, times }),
  }),
  template({
    name: "S1'",
    level: "INFO",
    says: "Thread {int} spilling in-memory map of {size} to disk ({int} times so far)",
    example: "Thread 61 spilling in-memory map of 12.3 MiB to disk (2 times so far)",
    fact: (threadId, size, times, around) => collection(around, { threadId, size, times }),
  }),
  template({
    name: "S1''",
    since: "4.1",
    level: "INFO",
    says: "Thread {int} spilling in-memory map of {size} (elements: {int}) to disk ({int} times so far)",
    example:
      "Thread 61 spilling in-memory map of 12.3 MiB (elements: 125000) to disk (1 times so far)",
    fact: (threadId, size, elements, times, around) =>
      collection(around, { threadId, size, times, elements }),
  }),
  // ExternalSorter's own words, before the trait; ExternalAppendOnlyMap's first ones.
  template({
    name: "S1",
    since: "1.1",
    until: "1.2",
    level: "INFO",
    says: "Thread {int} spilling in-memory batch of {int} B to disk ({int} {word} so far)",
    example: "Thread 60 spilling in-memory batch of 4792 B to disk (292769 spills so far)",
    fact: (threadId, count, times, _plural, around) =>
      inWholeUnits(around, { threadId, count, unit: 1, times }),
  }),
  template({
    name: "S1",
    since: "1.1",
    until: "1.2",
    level: "INFO",
    says: "Thread {int} spilling in-memory batch of {int} MB to disk ({int} {word} so far)",
    example: "Thread 60 spilling in-memory batch of 12 MB to disk (1 spill so far)",
    fact: (threadId, count, times, _plural, around) =>
      inWholeUnits(around, { threadId, count, unit: MIB, times }),
  }),
  template({
    name: "S1",
    since: "1.1",
    until: "1.1",
    level: "INFO",
    says: "Thread {int} spilling in-memory map of {int} MB to disk ({int} {word} so far)",
    example: "Thread 60 spilling in-memory map of 4 MB to disk (1 time so far)",
    fact: (threadId, count, times, _plural, around) =>
      inWholeUnits(around, { threadId, count, unit: MIB, times }),
  }),
  template({
    name: "S1",
    until: "1.0",
    level: "WARN",
    says: "Spilling in-memory map of {int} MB to disk ({int} {word} so far)",
    example: "Spilling in-memory map of 4 MB to disk (194 times so far)",
    fact: (count, times, _plural, around) =>
      inWholeUnits(around, { threadId: undefined, count, unit: MIB, times }),
  }),
  template({
    name: "S2",
    since: "2.0",
    level: "INFO",
    says: "Task {int} force spilling in-memory map to disk and{gap}it will release {size} memory",
    example: "Task 12 force spilling in-memory map to disk and  it will release 12.3 MB memory",
    fact: (taskId, size, { logger }) => ({
      kind: "spill",
      what: "forced_collection",
      consumer: logger,
      threadId: undefined,
      taskId,
      size,
      times: undefined,
      elements: undefined,
    }),
  }),
];

/**
 * UnsafeExternalSorter (1.5+), UnsafeShuffleExternalSorter (1.4–1.5), ShuffleExternalSorter (1.6+).
 */
export const SORTER: readonly LogTemplate[] = [
  template({
    name: "S3",
    since: "1.4",
    level: "INFO",
    says: "Thread {int} spilling sort data of {size} to disk ({int}{gap}time so far)",
    example: "Thread 61 spilling sort data of 20.0 MiB to disk (0  time so far)",
    fact: (threadId, size, times, around) => sortData(around, { threadId, size, times }),
  }),
  template({
    name: "S3",
    since: "1.4",
    level: "INFO",
    says: "Thread {int} spilling sort data of {size} to disk ({int}{gap}times so far)",
    example: "Thread 61 spilling sort data of 20.0 MiB to disk (2  times so far)",
    fact: (threadId, size, times, around) => sortData(around, { threadId, size, times }),
  }),
  template({
    name: "S3'",
    since: "3.4",
    level: "INFO",
    says: "Task {int} on Thread {int} spilling sort data of {size} to disk ({int}{gap}times so far)",
    example: "Task 12 on Thread 61 spilling sort data of 20.0 MiB to disk (0  times so far)",
    fact: (taskId, threadId, size, times, around) =>
      sortData(around, { taskId, threadId, size, times }),
  }),
  template({
    name: "S3'",
    since: "3.4",
    level: "INFO",
    says: "Task {int} on Thread {int} spilling sort data of {size} to disk ({int}{gap}time so far)",
    example: "Task 12 on Thread 61 spilling sort data of 20.0 MiB to disk (1  time so far)",
    fact: (taskId, threadId, size, times, around) =>
      sortData(around, { taskId, threadId, size, times }),
  }),
  // A fork's word for a spill that another consumer asked for (Gluten's shims).
  template({
    name: "S3",
    level: "INFO",
    says: "Thread {int} force spilling sort data of {size} to disk ({int}{gap}time so far)",
    example: "Thread 61 force spilling sort data of 20.0 MiB to disk (0  time so far)",
    fact: (threadId, size, times, around) => sortData(around, { threadId, size, times }),
  }),
  template({
    name: "S3",
    level: "INFO",
    says: "Thread {int} force spilling sort data of {size} to disk ({int}{gap}times so far)",
    example: "Thread 61 force spilling sort data of 20.0 MiB to disk (2  times so far)",
    fact: (threadId, size, times, around) => sortData(around, { threadId, size, times }),
  }),
  template({
    name: "S4",
    since: "2.0",
    until: "4.0",
    level: "INFO",
    says: "Spilling data because number of spilledRecords crossed the threshold {text}",
    example: "Spilling data because number of spilledRecords crossed the threshold 1000000",
    fact: (_threshold, { logger }) => crossed(logger, "records"),
  }),
  template({
    name: "S4",
    since: "4.1",
    level: "INFO",
    says: "Spilling data because number of spilledRecords ({int}) crossed the threshold {int}",
    example:
      "Spilling data because number of spilledRecords (1000000) crossed the threshold 1000000",
    fact: (_records, _threshold, { logger }) => crossed(logger, "records"),
  }),
  template({
    name: "S4",
    since: "4.1",
    level: "INFO",
    says: "Spilling data because memory usage ({int}) crossed the threshold {int}",
    example: "Spilling data because memory usage (134217728) crossed the threshold 134217728",
    fact: (_bytes, _threshold, { logger }) => crossed(logger, "bytes"),
  }),
  template({
    name: "S5",
    since: "1.6",
    level: "ERROR",
    says: "Unable to grow the pointer array",
    example: "Unable to grow the pointer array",
    awaitsTrace: true,
    fact: (around) => troubleWith("task", "Unable to grow the pointer array", around),
  }),
  silent(
    "S7",
    "INFO",
    "Merging {int} spill files {text}",
    "Merging 12 spill files using bounded merge with factor 8",
  ),
  silent(
    "S7",
    "INFO",
    "Bounded merge round {text}",
    "Bounded merge round 1: merging 12 spill files with merge factor 8",
  ),
  silent("S7", "INFO", "Final merge round: {text}", "Final merge round: merging 4 spill files"),
];

export const ROW_BASED_KEY_VALUE_BATCH: readonly LogTemplate[] = [
  template({
    name: "S6",
    since: "2.0",
    level: "WARN",
    says: "Calling spill() on RowBasedKeyValueBatch. Will not spill but return 0.",
    example: "Calling spill() on RowBasedKeyValueBatch. Will not spill but return 0.",
    fact: ({ logger }) => ({ kind: "spill_declined", consumer: logger }),
  }),
  // RowBasedKeyValueBatch.acquirePage, 2.2 to 4.2: the aggregation goes on in another map.
  template({
    name: "S6",
    since: "2.0",
    level: "WARN",
    says: "Failed to allocate page ({int} bytes).",
    example: "Failed to allocate page (1048576 bytes).",
    fact: (size, { logger }) => ({
      kind: "spark_error",
      logger,
      message: `Failed to allocate page (${size} bytes).`,
      error: undefined,
    }),
  }),
];

interface Spilled {
  threadId: number | undefined;
  taskId?: number;
  size: ByteInterval;
  times: number;
  elements?: number;
}

const MIB = 2 ** 20;

/** A size printed without its fraction; undefined where it is beyond what a number holds. */
function inWholeUnits(
  around: RecordAround,
  {
    count,
    unit,
    ...spilled
  }: Omit<Spilled, "size"> & { readonly count: number; readonly unit: number },
): LogFact | undefined {
  const size = { atLeast: count * unit, atMost: (count + 1) * unit - 1 };
  return Number.isSafeInteger(size.atMost) ? collection(around, { ...spilled, size }) : undefined;
}

function collection({ logger }: RecordAround, spilled: Spilled): LogFact {
  return spill("collection", logger, spilled);
}

function sortData({ logger }: RecordAround, spilled: Spilled): LogFact {
  return spill("sort_data", logger, spilled);
}

function spill(
  what: "collection" | "sort_data",
  consumer: string,
  { threadId, taskId, size, times, elements }: Spilled,
): LogFact {
  return { kind: "spill", what, consumer, threadId, taskId, size, times, elements };
}

function crossed(consumer: string, by: "records" | "bytes"): LogFact {
  return { kind: "spill_threshold_crossed", consumer, by };
}
