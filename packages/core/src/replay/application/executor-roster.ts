/**
 * Executors of one application: what is known of each one's JVM and life, from whichever log tells
 * it best.
 */
import { rddIdOf } from "../../block-id.ts";
import type { ByteInterval } from "../../byte-interval.ts";
import type { EventFact } from "../../event-fact.ts";
import type { LogFact } from "../../log-fact.ts";
import type { EmitRow } from "../../rows.ts";
import { isBookkeeping, type JvmMemoryClass, moreTelling } from "./death-classes.ts";

/** What decides an executor's memory layout, as far as heard. */
export interface ExecutorKnowledge {
  readonly executorId: string;
  host: string | undefined;
  hostPort: string | undefined;
  cores: number | undefined;
  addedAt: number | undefined;
  removedAt: number | undefined;
  removedReason: string | undefined;
  /** where that is said */
  removedSaid: { readonly sourceFileId: number; readonly line: number } | undefined;
  resourceProfileId: number | undefined;
  /** exact, from BlockManagerAdded */
  maxBytes: number | undefined;
  maxOnHeapBytes: number | undefined;
  maxOffHeapBytes: number | undefined;
  /** printed, from `MemoryStore started` or the driver's registration line */
  capacity: ByteInterval | undefined;
  /**
   * the most that a line shows to be there: what it says is free, and what it says was just stored
   */
  seenCapacityBytes: number | undefined;
  /** it has no log of its own, and lines of the driver's log tell of its blocks */
  isToldByDriver: boolean;
  /** nothing shows how much memory there is */
  capacityIsGuessed: boolean;
  xmxBytes: number | undefined;
  jvmFlags: readonly string[];
  /** settings inferred where none were logged */
  assumedConf: ReadonlyMap<string, string> | undefined;
  /** RDDs that the executor's log shows to live off-heap */
  readonly offHeapRdds: Set<number>;
  javaVersion: string | undefined;
  sourceFileId: number | undefined;
  sourceLine: number | undefined;
  signalled: boolean;
  /** the error that ended its JVM */
  outOfMemory: JvmMemoryClass | undefined;
  /** the last one in its log that may not have ended it; µs */
  loggedOutOfMemory: { readonly class: JvmMemoryClass; readonly ts: number } | undefined;
  /** its JVM's last words name a memory that is not the heap */
  crashed: boolean;
}

/** What the event log says of the life of an executor. */
export type ExecutorEvent = Extract<
  EventFact,
  { readonly kind: `executor_${"added" | "removed"}` | `block_manager_${"added" | "removed"}` }
>;

interface Place {
  readonly sourceFileId: number;
  readonly line: number;
}

export class ExecutorRoster {
  readonly all: Map<string, ExecutorKnowledge> = new Map();

  of(executorId: string): ExecutorKnowledge {
    let known = this.all.get(executorId);
    if (known === undefined) {
      known = {
        executorId,
        host: undefined,
        hostPort: undefined,
        cores: undefined,
        addedAt: undefined,
        removedAt: undefined,
        removedReason: undefined,
        removedSaid: undefined,
        resourceProfileId: undefined,
        maxBytes: undefined,
        maxOnHeapBytes: undefined,
        maxOffHeapBytes: undefined,
        capacity: undefined,
        seenCapacityBytes: undefined,
        isToldByDriver: false,
        capacityIsGuessed: false,
        xmxBytes: undefined,
        jvmFlags: [],
        assumedConf: undefined,
        offHeapRdds: new Set(),
        javaVersion: undefined,
        sourceFileId: undefined,
        sourceLine: undefined,
        signalled: false,
        outOfMemory: undefined,
        loggedOutOfMemory: undefined,
        crashed: false,
      };
      this.all.set(executorId, known);
    }
    return known;
  }

  /** The one executor on a host; undefined: none is known there, or several are. */
  onHost(host: string): ExecutorKnowledge | undefined {
    const there = [...this.all.values()].filter((known) => known.host === host);
    return there.length === 1 ? there[0] : undefined;
  }

  /**
   * The same for a lost task, whose line has the host alone up to 2.0: where no log ties the host
   * to one executor, it is called `unknown-` and its host.
   */
  someoneOn(host: string | undefined): ExecutorKnowledge | undefined {
    if (host === undefined) return undefined;
    const there = this.onHost(host);
    if (there !== undefined) return there;
    const madeUp = this.of(`unknown-${host}`);
    madeUp.host ??= host;
    return madeUp;
  }

  byHostPort(hostPort: string): ExecutorKnowledge | undefined {
    for (const known of this.all.values()) if (known.hostPort === hostPort) return known;
    return undefined;
  }

  /** It is gone, in the words of a log; what says most of why is kept. */
  gone(executorId: string, reason: string, at: Place): void {
    const known = this.of(executorId);
    const kept = moreTelling(known.removedReason, reason);
    if (kept === known.removedReason) return;
    known.removedReason = kept;
    known.removedSaid = { sourceFileId: at.sourceFileId, line: at.line };
  }

  /**
   * The driver starts a task on it: where bookkeeping alone called it gone, it lost its files, and
   * lives.
   */
  livesOn(executorId: string): void {
    const known = this.all.get(executorId);
    if (known?.removedReason === undefined || !isBookkeeping(known.removedReason)) return;
    known.removedAt = undefined;
    known.removedReason = undefined;
    known.removedSaid = undefined;
  }

  /** The executor whose log it is ended, by its log's word; of the driver its failure tells. */
  ended(
    at: { executorId: string | undefined; ts: number | undefined } & Place,
    reason: string,
  ): void {
    if (at.executorId === undefined || at.executorId === "driver") return;
    this.of(at.executorId).removedAt ??= at.ts;
    this.gone(at.executorId, reason, at);
  }

  /** What the event log says of executors. */
  event(fact: ExecutorEvent, at: Place): void {
    switch (fact.kind) {
      case "executor_added": {
        const known = this.of(fact.executorId);
        known.addedAt = fact.timeMs * 1000;
        known.host ??= fact.host;
        known.cores = fact.cores;
        known.resourceProfileId = fact.resourceProfileId;
        return;
      }
      case "executor_removed":
        this.of(fact.executorId).removedAt = fact.timeMs * 1000;
        this.gone(fact.executorId, fact.reason, at);
        return;
      case "block_manager_added": {
        const known = this.of(fact.executorId);
        known.host ??= fact.host;
        known.hostPort = `${fact.host}:${fact.port}`;
        known.addedAt ??= fact.timeMs === undefined ? undefined : fact.timeMs * 1000;
        known.maxBytes = fact.maxBytes;
        known.maxOnHeapBytes = fact.maxOnHeapBytes;
        known.maxOffHeapBytes = fact.maxOffHeapBytes;
        known.sourceFileId ??= at.sourceFileId;
        known.sourceLine ??= at.line;
        return;
      }
      // The executor may live on, but its blocks are gone: its replay removes them.
      case "block_manager_removed":
        return;
    }
  }

  /** The driver's line on a block manager that registered; an event says all of it exactly. */
  registeredByDriver(
    fact: Extract<LogFact, { readonly kind: "driver_block_manager_added" }>,
    ts: number | undefined,
  ): void {
    const known = this.of(fact.executorId);
    known.capacity ??= fact.capacity;
    known.host ??= fact.host;
    known.hostPort ??= `${fact.host}:${fact.port}`;
    known.addedAt ??= ts;
  }

  /** What an executor's own log says of its JVM. */
  learn(executorId: string, fact: LogFact, at: Place): void {
    const known = this.of(executorId);
    known.sourceFileId ??= at.sourceFileId;
    known.sourceLine ??= at.line;
    switch (fact.kind) {
      case "executor_command":
        known.cores ??= fact.cores;
        known.xmxBytes ??= fact.xmxBytes;
        known.jvmFlags = fact.jvmFlags;
        return;
      case "executor_started":
        known.host ??= fact.host;
        return;
      case "block_manager_registered":
        if (fact.executorId !== executorId) return;
        known.host ??= fact.host;
        known.hostPort ??= `${fact.host}:${fact.port}`;
        return;
      case "java_version_logged":
        known.javaVersion ??= fact.version;
        return;
      case "block_level": {
        const rdd = rddIdOf(fact.blockId);
        if (fact.useOffHeap && rdd !== undefined) known.offHeapRdds.add(rdd);
        return;
      }
      case "store_started":
        known.capacity ??= fact.capacity;
        return;
      case "block_stored":
        seeCapacity(known, fact.free.atMost + fact.size.atMost);
        return;
      case "eviction_done":
        seeCapacity(known, fact.free.atMost);
        return;
      case "dump_totals":
        seeCapacity(known, fact.executionBytes + fact.storageBytes);
        return;
      default:
        return;
    }
  }
}

function seeCapacity(known: ExecutorKnowledge, bytes: number): void {
  if (bytes > (known.seenCapacityBytes ?? 0)) known.seenCapacityBytes = Math.floor(bytes);
}

/** Rows of an executor: those of its pools only where something shows how much memory there is. */
export function rowsOf(known: ExecutorKnowledge, emit: EmitRow): EmitRow {
  return (table, row) => {
    const isOfPools = table === "memory_timeline" || table === "task_memory_timeline";
    if (!isOfPools || !known.capacityIsGuessed) emit(table, row);
  };
}
