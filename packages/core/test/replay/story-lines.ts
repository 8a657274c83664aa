/** Steps of a story that an executor's log tells. */
import type { LogFact } from "../../src/log-fact.ts";
import { ANYTHING, after, number, size, taskId } from "./story-words.ts";

/** A line of an executor's log. */
export function lineOf(verb: string, what: string, rest: readonly string[]): LogFact | undefined {
  const consumer = after(rest, "by");
  switch (verb) {
    case "start":
      return { kind: "store_started", capacity: size(what) };
    case "store": {
      const form = rest.includes("bytes") ? "bytes" : "values";
      const free = size(after(rest, "free"));
      return { kind: "block_stored", blockId: what, form, size: size(rest[0]), free };
    }
    case "select":
      return { kind: "eviction_selected", blocks: Number(what), freed: size(rest[0]) };
    case "drop":
      return { kind: "block_dropping", blockId: what };
    case "write":
      return { kind: "block_writing_to_disk", blockId: what };
    case "persist":
      return { kind: "persisting_to_disk", blockId: what };
    case "disk":
      return { kind: "disk_put", blockId: what, size: size(rest[0]) };
    case "dropped":
      return { kind: "eviction_done", blocks: Number(what), free: size(after(rest, "free")) };
    case "unroll-fails":
      return { kind: "unroll_failed", blockId: what, computed: size(rest[0]) };
    case "memory-use":
      return {
        kind: "memory_use",
        blocks: size(after([what, ...rest], "blocks")),
        unroll: size(after(rest, "unroll")),
        tasks: Number(after(rest, "tasks")),
        total: ANYTHING,
        limit: size(after(rest, "limit")),
      };
    case "refuse":
      return {
        kind: "store_refused",
        blockId: what,
        why: refusal(rest[0]),
        requiredBytes: number(after(rest, "required")),
        limitBytes: number(after(rest, "limit")),
        unmanagedBytes: undefined,
      };
    case "remove": {
      const freeBytes = Number(after(rest, "free"));
      return { kind: "block_removed", blockId: what, bytes: Number(rest[0]), freeBytes };
    }
    case "removing":
      return { kind: "removing", what: what === "rdd" ? "rdd" : "broadcast", id: rest[0] ?? "" };
    case "migrated":
      return { kind: "block_migrated", blockId: what };
    case "cleared":
      return { kind: "store_cleared" };
    case "found":
      return {
        kind: "block_found",
        blockId: what,
        where: rest[0] === "remote" ? "remote" : "local",
      };
    case "lookup":
      return { kind: "block_lookup", blockId: what, asBytes: false };
    case "level":
      return {
        kind: "block_level",
        blockId: what,
        useDisk: rest.includes("disk"),
        useMemory: rest.includes("memory"),
        useOffHeap: rest.includes("offheap"),
        deserialized: rest.includes("deserialized"),
        replication: 1,
      };
    case "put-failed":
      return { kind: "put_failed", blockId: what };
    case "missing":
      return { kind: "block_missing", blockId: what, where: "everywhere" };
    default:
      return taskLineOf(verb, what, rest) ?? spillOf(verb, what, rest, consumer);
  }
}

function refusal(word: string | undefined): Extract<LogFact, { kind: "store_refused" }>["why"] {
  if (word === "same_rdd" || word === "not_evictable" || word === "exceeds_limit") return word;
  return "larger_than_limit";
}

function taskLineOf(verb: string, what: string, rest: readonly string[]): LogFact | undefined {
  const consumer = after(rest, "by");
  switch (verb) {
    case "run":
      return {
        kind: "task_running",
        taskId: taskId(what),
        stageId: number(after(rest, "stage")),
        stageAttempt: 0,
        index: number(after(rest, "partition")),
        attempt: 0,
      };
    case "finish":
    case "fail":
      return {
        kind: "task_finished",
        taskId: taskId(what),
        how: verb === "fail" ? "failed" : "finished",
        resultBytes: undefined,
        viaBlockManager: false,
        errorClass: rest[0],
        errorMessage: rest.length > 1 ? rest.slice(1).join(" ") : undefined,
      };
    case "acquire":
      return { kind: "execution_acquired", taskId: taskId(what), granted: size(rest[0]), consumer };
    case "release":
      return {
        kind: "execution_released",
        taskId: taskId(what),
        released: size(rest[0]),
        consumer,
      };
    case "wait":
      return {
        kind: "execution_waiting",
        taskId: taskId(what),
        threadId: undefined,
        mode: "on_heap",
      };
    case "leak":
      return { kind: "task_leak", taskId: taskId(what), bytes: Number(rest[0]) };
    case "page":
      return { kind: "page_allocated", page: Number(what), bytes: Number(rest[0]) };
    case "page-freed":
      return { kind: "page_freed", page: Number(what), bytes: Number(rest[0]) };
    case "totals":
      return {
        kind: "dump_totals",
        executionBytes: Number(after([what, ...rest], "execution")),
        storageBytes: Number(after(rest, "storage")),
        unmanagedBytes: undefined,
      };
    case "reads":
      return { kind: "broadcast_read", broadcastId: Number(what), step: "started", pieces: 1 };
    case "registers":
      return {
        kind: "driver_block_manager_added",
        executorId: what,
        host: `host-${what}`,
        port: 7,
        capacity: size(rest[0]),
      };
    case "hears":
    case "hears-of-disk":
    case "hears-no-more":
      return {
        kind: "driver_block",
        change: verb === "hears-no-more" ? "removed" : "added",
        where: verb === "hears-of-disk" ? "disk" : "memory",
        blockId: what,
        hostPort: `host-${after(rest, "host")}:7`,
        size: size(rest[0]),
        free: undefined,
      };
    case "unpersists":
      return { kind: "driver_unpersist", what: "rdd", id: Number(what) };
    case "hears-gone":
      return {
        kind: "driver_block",
        change: "removed",
        where: "memory",
        blockId: what,
        hostPort: "host:7",
        size: size(rest[0]),
        free: undefined,
      };
    case "dies":
      return {
        kind: "uncaught_error",
        thread: undefined,
        errorClass: what,
        message: rest.join(" "),
      };
    default:
      return undefined;
  }
}

function spillOf(
  verb: string,
  what: string,
  rest: readonly string[],
  consumer: string | undefined,
): LogFact | undefined {
  const forConsumer = after(rest, "for");
  switch (verb) {
    case "need":
      return {
        kind: "spill_wanted",
        taskId: taskId(what),
        wanted: size(rest[0]),
        consumer,
        forConsumer,
      };
    case "spilled":
      return {
        kind: "execution_spilled",
        taskId: taskId(what),
        spilled: size(rest[0]),
        requested: undefined,
        consumer,
        forConsumer,
      };
    case "spilling":
      return {
        kind: "spill",
        what: /Unsafe|Shuffle/.test(what) ? "sort_data" : "collection",
        consumer: what,
        threadId: number(after(rest, "thread")),
        taskId: number(after(rest, "task")),
        size: size(rest[0]),
        times: number(after(rest, "times")),
        elements: undefined,
      };
    case "threshold":
      return { kind: "spill_threshold_crossed", consumer: what, by: "records" };
    default:
      return undefined;
  }
}
