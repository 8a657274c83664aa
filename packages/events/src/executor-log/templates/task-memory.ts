/**
 * TaskMemoryManager (spec/log-templates.md 2.5, 2.7): grants, releases, pages, and the dump on
 * running out.
 */
import type { LogFact } from "@respark/core";
import { type LogTemplate, type RecordAround, template } from "../log-template.ts";
import { troubleWith } from "./troubles.ts";

/** 1.6 names no consumer for its Spillable collections: `null`. */
function named(consumer: string): string | undefined {
  return consumer === "null" ? undefined : consumer;
}

export const TASK_MEMORY_MANAGER: readonly LogTemplate[] = [
  template({
    name: "T7",
    since: "2.0",
    level: "DEBUG",
    says: "Task {int} acquired {size} for {text}",
    example:
      "Task 12 acquired 5.0 MiB for org.apache.spark.util.collection.ExternalSorter@7c4a12f3",
    fact: (taskId, granted, consumer) => ({
      kind: "execution_acquired",
      taskId,
      granted,
      consumer: named(consumer),
    }),
  }),
  template({
    name: "T7",
    since: "1.6",
    until: "1.6",
    level: "DEBUG",
    says: "Task {int} acquire {size} for {text}",
    example: "Task 12 acquire 5.0 MB for null",
    fact: (taskId, granted, consumer) => ({
      kind: "execution_acquired",
      taskId,
      granted,
      consumer: named(consumer),
    }),
  }),
  template({
    name: "T7",
    since: "1.6",
    level: "DEBUG",
    says: "Task {int} release {size} from {text}",
    example: "Task 12 release 5.0 MiB from org.apache.spark.unsafe.map.BytesToBytesMap@7c4a12f3",
    fact: (taskId, released, consumer) => ({
      kind: "execution_released",
      taskId,
      released,
      consumer: named(consumer),
    }),
  }),
  template({
    name: "T7",
    since: "3.3",
    level: "DEBUG",
    says: "Task {int} spilled {size} of requested {size} from {word} for {text}",
    example:
      "Task 12 spilled 22.0 MiB of requested 4.0 MiB from org.apache.spark.util.collection.unsafe.sort.UnsafeExternalSorter@1a for org.apache.spark.unsafe.map.BytesToBytesMap@2b",
    fact: (taskId, spilled, requested, consumer, forConsumer) => ({
      kind: "execution_spilled",
      taskId,
      spilled,
      requested,
      consumer: named(consumer),
      forConsumer: named(forConsumer),
    }),
  }),
  template({
    name: "T7",
    until: "3.2",
    level: "DEBUG",
    says: "Task {int} released {size} from itself ({text})",
    example:
      "Task 12 released 22.0 MB from itself (org.apache.spark.util.collection.ExternalSorter@1a)",
    fact: (taskId, spilled, consumer) => ({
      kind: "execution_spilled",
      taskId,
      spilled,
      requested: undefined,
      consumer: named(consumer),
      forConsumer: named(consumer),
    }),
  }),
  template({
    name: "T7",
    until: "3.2",
    level: "DEBUG",
    says: "Task {int} released {size} from {word} for {text}",
    example:
      "Task 12 released 22.0 MB from org.apache.spark.util.collection.ExternalSorter@1a for org.apache.spark.unsafe.map.BytesToBytesMap@2b",
    fact: (taskId, spilled, consumer, forConsumer) => ({
      kind: "execution_spilled",
      taskId,
      spilled,
      requested: undefined,
      consumer: named(consumer),
      forConsumer: named(forConsumer),
    }),
  }),
  template({
    name: "T7",
    since: "3.3",
    level: "DEBUG",
    says: "Task {int} need to spill {size} for {text}",
    example: "Task 12 need to spill 4.0 MiB for org.apache.spark.unsafe.map.BytesToBytesMap@2b",
    fact: (taskId, wanted, forConsumer) => ({
      kind: "spill_wanted",
      taskId,
      wanted,
      consumer: undefined,
      forConsumer: named(forConsumer),
    }),
  }),
  template({
    name: "T7",
    since: "3.3",
    level: "DEBUG",
    says: "Task {int} try to spill {size} from {word} for {text}",
    example:
      "Task 12 try to spill 4.0 MiB from org.apache.spark.util.collection.unsafe.sort.UnsafeExternalSorter@1a for org.apache.spark.unsafe.map.BytesToBytesMap@2b",
    fact: (taskId, wanted, consumer, forConsumer) => ({
      kind: "spill_wanted",
      taskId,
      wanted,
      consumer: named(consumer),
      forConsumer: named(forConsumer),
    }),
  }),
  template({
    name: "G13",
    since: "1.6",
    level: "TRACE",
    says: "Allocate page number {int} ({int} bytes)",
    example: "Allocate page number 3 (4194304 bytes)",
    fact: (page, bytes) => ({ kind: "page_allocated", page, bytes }),
  }),
  template({
    name: "G13",
    since: "1.6",
    level: "TRACE",
    says: "Freed page number {int} ({int} bytes)",
    example: "Freed page number 3 (4194304 bytes)",
    fact: (page, bytes) => ({ kind: "page_freed", page, bytes }),
  }),
  template({
    name: "T1",
    since: "1.6",
    level: "INFO",
    says: "Memory used in task {int}",
    example: "Memory used in task 12",
    fact: (taskId) => ({ kind: "dump_task", taskId }),
  }),
  template({
    name: "T2",
    since: "1.6",
    level: "INFO",
    says: "Acquired by {word}: {size}",
    example: "Acquired by org.apache.spark.unsafe.map.BytesToBytesMap@2b: 20.0 MiB",
    fact: (consumer, size) => ({ kind: "dump_consumer", consumer, size }),
  }),
  template({
    name: "T3",
    since: "1.6",
    level: "INFO",
    says: "{int} bytes of memory were used by task {int} but are not associated with specific consumers",
    example:
      "0 bytes of memory were used by task 12 but are not associated with specific consumers",
    fact: (bytes, taskId) => ({ kind: "dump_unaccounted", taskId, bytes }),
  }),
  template({
    name: "T4",
    since: "1.6",
    level: "INFO",
    says: "{int} bytes of memory are used for execution and {int} bytes of memory are used for storage",
    example:
      "38012 bytes of memory are used for execution and 1205862 bytes of memory are used for storage",
    fact: (executionBytes, storageBytes) => ({
      kind: "dump_totals",
      executionBytes,
      storageBytes,
      unmanagedBytes: undefined,
    }),
  }),
  template({
    name: "T4",
    since: "4.1",
    level: "INFO",
    says: "{int} bytes of memory are used for execution and {int} bytes of memory are used for storage and {int} bytes of unmanaged memory are used",
    example:
      "38012 bytes of memory are used for execution and 1205862 bytes of memory are used for storage and 0 bytes of unmanaged memory are used",
    fact: (executionBytes, storageBytes, unmanagedBytes) => ({
      kind: "dump_totals",
      executionBytes,
      storageBytes,
      unmanagedBytes,
    }),
  }),
  // As SPARK-53128 words it.
  template({
    name: "T4",
    since: "4.1",
    level: "INFO",
    says: "{int} bytes of memory are used for execution and {int} bytes of memory are used for storage and {int} bytes of memory are used but unmanaged",
    example:
      "38012 bytes of memory are used for execution and 1205862 bytes of memory are used for storage and 0 bytes of memory are used but unmanaged",
    fact: (executionBytes, storageBytes, unmanagedBytes) => ({
      kind: "dump_totals",
      executionBytes,
      storageBytes,
      unmanagedBytes,
    }),
  }),
  template({
    name: "T5",
    since: "1.6",
    until: "4.1",
    level: "WARN",
    says: "Failed to allocate a page ({int} bytes), try again.",
    example: "Failed to allocate a page (67108864 bytes), try again.",
    fact: (bytes) => ({ kind: "page_allocation_failed", bytes }),
  }),
  template({
    name: "T5'",
    since: "4.2",
    level: "WARN",
    says: "Failed to allocate a page ({int} bytes) for {int} times, try again.",
    example: "Failed to allocate a page (67108864 bytes) for 0 times, try again.",
    fact: (bytes) => ({ kind: "page_allocation_failed", bytes }),
  }),
  template({
    name: "T6",
    level: "ERROR",
    says: "error while calling spill() on {text}",
    example: "error while calling spill() on org.apache.spark.unsafe.map.BytesToBytesMap@2b",
    awaitsTrace: true,
    fact: (consumer, around) => spillFailed(consumer, around),
  }),
  template({
    name: "T6",
    since: "4.1",
    level: "ERROR",
    says: "Error while calling spill() on {text}",
    example: "Error while calling spill() on org.apache.spark.unsafe.map.BytesToBytesMap@2b",
    awaitsTrace: true,
    fact: (consumer, around) => spillFailed(consumer, around),
  }),
  template({
    name: "T8",
    since: "2.0",
    level: "DEBUG",
    says: "unreleased {size} memory from {text}",
    example: "unreleased 4.0 MiB memory from org.apache.spark.unsafe.map.BytesToBytesMap@2b",
    fact: (size, consumer) => ({
      kind: "unreleased",
      taskId: undefined,
      size,
      consumer: named(consumer),
    }),
  }),
  template({
    name: "T8",
    since: "1.6",
    until: "2.0",
    level: "WARN",
    says: "leak {size} memory from {text}",
    example: "leak 4.0 MB memory from org.apache.spark.unsafe.map.BytesToBytesMap@2b",
    fact: (size, consumer) => ({
      kind: "unreleased",
      taskId: undefined,
      size,
      consumer: named(consumer),
    }),
  }),
  template({
    name: "T8",
    since: "2.1",
    level: "DEBUG",
    says: "unreleased page: {text} in task {int}",
    example: "unreleased page: org.apache.spark.unsafe.memory.MemoryBlock@2b in task 12",
    fact: (_page, taskId) => ({
      kind: "unreleased",
      taskId,
      size: undefined,
      consumer: undefined,
    }),
  }),
  template({
    name: "T8",
    until: "2.0",
    level: "WARN",
    says: "leak a page: {text} in task {int}",
    example: "leak a page: org.apache.spark.unsafe.memory.MemoryBlock@2b in task 12",
    fact: (_page, taskId) => ({
      kind: "unreleased",
      taskId,
      size: undefined,
      consumer: undefined,
    }),
  }),
];

function spillFailed(consumer: string, around: RecordAround): LogFact | undefined {
  return troubleWith("task", `error while calling spill() on ${consumer}`, around);
}
