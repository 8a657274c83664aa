/**
 * An executor without a log of its own, as the driver's reports tell it: exact block sizes, no
 * unroll memory, tasks by their totals.
 */

import { type Amount, amount, exactAmount } from "../amount.ts";
import { rddIdOf, valueOfPiece } from "../block-id.ts";
import { MOST_HELD } from "../calibration/unrolls.ts";
import type { BlockStatus, TaskEndFact } from "../event-fact.ts";
import type { MemoryMode } from "../memory/memory-mode.ts";
import type { BlockEventRow, Origin } from "../rows.ts";
import type { BlockSteps } from "./blocks/block-steps.ts";
import { BlocksOnDisk } from "./blocks/blocks-on-disk.ts";
import { type PrintedBlock, statusOf } from "./blocks/printed-block.ts";
import { ReportedPuts, type ReportsAhead } from "./blocks/reported-puts.ts";
import { isInMemory, isRemoval } from "./evidence.ts";
import type { RunningTask, StepPlace } from "./executor-state.ts";
import type { ModeLedger } from "./mode-ledger.ts";
import type { ReplayContext } from "./replay-context.ts";
import { lostEnds } from "./tasks/lost-ends.ts";

/**
 * Task binaries are a few KiB; what a job broadcasts itself is mostly larger and compresses less.
 */
const SMALL_BROADCAST_BYTES = 1_048_576;

/** Records of hot kinds are reused: what waits is a copy. */
export function copyOf({ blockId, memoryBytes, diskBytes, level }: BlockStatus): BlockStatus {
  const { useDisk, useMemory, useOffHeap, deserialized, replication } = level;
  return {
    blockId,
    level: { useDisk, useMemory, useOffHeap, deserialized, replication },
    memoryBytes,
    diskBytes,
  };
}

interface WaitingReport {
  readonly at: StepPlace;
  readonly status: BlockStatus;
  /** it was handed to another executor, which stored it first */
  readonly migrated: boolean;
}

export class ReportedSteps {
  readonly #context: ReplayContext;
  readonly #blocks: BlockSteps;
  #updates = 0;
  /** the block that the driver's log put in memory last, and when (µs) */
  #lastPrinted: { readonly blockId: string; readonly ts: number } | undefined;
  /** µs up to which time has passed */
  #passed = 0;
  readonly #onDisk: BlocksOnDisk;
  readonly #ahead: ReportsAhead;
  readonly #puts: ReportedPuts;
  /** broadcast → its pieces in memory, the one reported last at the end */
  readonly #pieces = new Map<string, Set<string>>();
  /**
   * broadcasts' values that stand since reports which are being applied; their rows come after
   * these
   */
  readonly #newValues = new Set<string>();
  #waiting: WaitingReport[] = [];

  constructor(context: ReplayContext, blocks: BlockSteps, ahead: ReportsAhead) {
    this.#context = context;
    this.#onDisk = new BlocksOnDisk(context);
    this.#ahead = ahead;
    this.#puts = new ReportedPuts(context, ahead);
    this.#blocks = blocks;
  }

  taskStarted(at: StepPlace, task: Pick<RunningTask, "taskId" | "stageId" | "index">): void {
    const { state, execution } = this.#context;
    this.settle(at.ts);
    const { taskId, stageId, index } = task;
    const times = { saidAt: at.ts, startedAt: at.ts, preparedAt: at.ts };
    this.#onDisk.readBy(task);
    const running: RunningTask = { taskId, stageId, index, ...times, thread: undefined };
    state.running.set(taskId, running);
    if (this.#updates > 0 || this.#context.reportsBlocks()) this.#puts.began(running);
    execution.began(running);
    for (const lost of lostEnds(this.#context, at.ts)) this.#gone(at, lost);
    execution.update(at.ts);
    state.sample(at, "assumed");
  }

  /** A task runs no more. */
  #gone(at: StepPlace, taskId: number): void {
    const { state, execution, evidence } = this.#context;
    state.running.delete(taskId);
    this.#puts.taskEnded(taskId);
    execution.ended(taskId);
    execution.update(at.ts);
    state.endTaskTracks(taskId, at.ts);
    execution.forget(taskId);
    evidence.forgetTask(taskId);
  }

  /** What running tasks hold changes with time, where their totals are known already. */
  passTime(at: StepPlace): void {
    // While reports of blocks wait, it passes when they settle.
    if (this.#waiting.length === 0) this.#passTimeUntil(at.ts, at);
  }

  #passTimeUntil(until: number, at: StepPlace): void {
    const { state, execution } = this.#context;
    const from = this.#passed;
    if (until <= from) return;
    this.#passed = until;
    for (const ts of execution.middlesBetween(from, until).sort((a, b) => a - b)) {
      execution.update(ts);
      state.sample(withTimes(at, ts, undefined, undefined), "assumed");
    }
  }

  taskEnded(at: StepPlace, fact: Pick<TaskEndFact, "taskId" | "updatedBlocks">): void {
    const { state, execution } = this.#context;
    if (this.#updates === 0) {
      const { taskId, updatedBlocks = [] } = fact;
      const put = updatedBlocks.find(isInMemory)?.blockId;
      const by = { taskId, put, migrated: false };
      for (const status of updatedBlocks) this.#apply(at, status, by);
      this.#tellNewValues(at);
    }
    this.settle(at.ts);
    execution.update(at.ts);
    for (const { mode, peak } of execution.peaks(fact.taskId))
      state.sampleTask(at, fact.taskId, mode, peak);
    this.#gone(at, fact.taskId);
    state.sample(at, "derived");
  }

  /**
   * A report of one block. It carries no time: it happened after the event before it and before the
   * next that has one.
   */
  blockUpdated(at: StepPlace, status: BlockStatus, { migrated }: { migrated: boolean }): void {
    this.#updates++;
    this.#waiting.push({ at, status, migrated });
    if (this.#waiting.length > 10_000) this.settle(at.ts);
  }

  /**
   * A line of the driver's log about a block: a printed size, and a time of its own. A block in
   * memory and on disk has a line for each, of one report (BlockManagerInfo.updateBlockInfo, 1.2 to
   * 3.5).
   */
  printed(at: StepPlace, block: PrintedBlock, { migrated }: { migrated: boolean }): void {
    this.#updates++;
    const { blockId, change, where, size } = block;
    const { state, history } = this.#context;
    const last = this.#lastPrinted;
    this.#lastPrinted =
      where === "memory" && change !== "removed" ? { blockId, ts: at.ts } : undefined;
    this.settle(at.ts);
    const isHeld = state.ledgerOfBlock(blockId) !== undefined;
    if (where === "disk" && isHeld) {
      if (change === "removed") {
        this.#onDisk.delete(blockId);
        return;
      }
      if (last?.blockId === blockId && last.ts === at.ts) {
        history.storedOnDisk(blockId, amount(size).best, at.ts);
        return;
      }
    }
    if (where === "memory" && change === "removed" && !isHeld) return;
    this.#apply(at, statusOf(block), { taskId: undefined, migrated, size: amount(size) });
    this.#tellNewValues(at);
  }

  /** An event with a time: what was reported before it has happened by then. */
  settle(ts: number): void {
    const waiting = this.#waiting;
    const first = waiting[0];
    if (first === undefined) return;
    this.#waiting = [];
    const { state, execution } = this.#context;
    execution.update(first.at.ts);
    for (const ledger of state.ledgers) {
      let below = 0;
      let above = 0;
      for (const { status } of waiting) {
        const held = ledger.blocks.get(status.blockId)?.size.best;
        if (isInMemory(status)) {
          // What is unrolled on the way can exceed what it becomes.
          const most = status.level.deserialized ? MOST_HELD : 1;
          const isCounted = this.#puts.isUnderWay(status.blockId);
          if (!isCounted && ledger === this.#ledgerOf(status.blockId))
            above += status.memoryBytes * most;
          const isPiece = ledger.mode === "on_heap" && valueOfPiece(status.blockId) !== undefined;
          if (isPiece) above += this.#sizeOfValue(status.memoryBytes).atMost;
        } else if (held !== undefined) below += held;
      }
      // Blocks on disk may have been brought back by a read, without a report (spec event-log 3.7).
      ledger.driftsBy({ below, above: Math.ceil(above) + this.#onDisk.bytesOf(ledger) });
    }
    state.sample(withTimes(first.at, first.at.ts, first.at.tsMin, ts), "derived");
    this.#passTimeUntil(ts, first.at);
    for (const ledger of state.ledgers) this.#onDisk.countIn(ledger);
    for (const { at, status, migrated } of waiting) {
      const place = withTimes(at, ts, at.ts, ts);
      // A task reads its broadcasts before it stores what it computes.
      if (valueOfPiece(status.blockId) === undefined) this.#tellNewValues(place);
      this.#ahead.replayed(status);
      this.#apply(place, status, { taskId: undefined, migrated });
    }
    this.#tellNewValues(withTimes(first.at, ts, first.at.ts, ts));
  }

  /** `RDD.unpersist`: its blocks go, without a line for each. */
  unpersisted(at: StepPlace, rddId: number): void {
    this.#blocks.removeRddAt(at, rddId, "derived");
    this.#context.history.unpersisted(rddId);
    this.#onDisk.deleteRdd(rddId);
  }

  /** Values of broadcasts are never reported: one stands beside its pieces. */
  #assumeBroadcastValue(at: StepPlace, blockId: string): void {
    const value = valueOfPiece(blockId);
    if (value === undefined) return;
    const known = this.#pieces.get(value) ?? new Set<string>();
    known.delete(blockId);
    known.add(blockId);
    this.#pieces.set(value, known);
    const size =
      this.#context.broadcasts.toldElsewhere(value) ?? this.#sizeOfValue(this.#heldBy(known));
    if (!this.#context.state.onHeap.blocks.has(value)) this.#newValues.add(value);
    this.#context.state.onHeap.store(value, {
      size,
      form: "values",
      storedAt: at.ts,
      taskId: undefined,
    });
  }

  /**
   * The stores of broadcasts' values that no event reports: TorrentBroadcast puts the value where
   * it has put the pieces, with `tellMaster = false` (1.6 to 4.x), on an executor after the last of
   * them.
   */
  #tellNewValues(at: StepPlace): void {
    const { state, history } = this.#context;
    for (const blockId of this.#newValues) {
      const size = state.onHeap.blocks.get(blockId)?.size;
      // A driver of 3.4 and later may keep the pieces alone.
      if (size === undefined || size.best === 0) continue;
      history.stored(blockId, size, at.ts);
      this.#tellStore(at, { blockId, size, mode: "on_heap", origin: "assumed" });
    }
    this.#newValues.clear();
  }

  #heldBy(pieces: Iterable<string>): number {
    const { blocks } = this.#context.state.onHeap;
    let bytes = 0;
    for (const id of pieces) bytes += blocks.get(id)?.size.best ?? 0;
    return bytes;
  }

  /** Compression hides it, and a Python program's is a file beside a few hundred bytes. */
  #sizeOfValue(pieceBytes: number): Amount {
    const small = pieceBytes < SMALL_BROADCAST_BYTES;
    const usual = small
      ? pieceBytes * 2
      : this.#context.state.rules.keepsRelations
        ? pieceBytes
        : 0;
    // A damaged size may be as large as a whole number can be.
    const atMost = Math.min(pieceBytes * (small ? 16 : 3), Number.MAX_SAFE_INTEGER);
    return amount({ atLeast: 0, atMost }, usual);
  }

  /**
   * Its pieces went to disk one by one, and the value, read after them, as likely as not with the
   * last.
   */
  #valueMayBeEvicted(blockId: string): void {
    const value = valueOfPiece(blockId);
    const pieces = value === undefined ? undefined : this.#pieces.get(value);
    const { onHeap } = this.#context.state;
    const size = value === undefined ? undefined : onHeap.blocks.get(value)?.size;
    if (value === undefined || size === undefined) return;
    if (this.#heldBy(pieces ?? []) === 0) {
      onHeap.resize(value, amount({ atLeast: 0, atMost: size.atMost }, 0));
    }
  }

  #ledgerOf(blockId: string): ModeLedger {
    return this.#context.state.ledger(this.#context.isOffHeap(blockId) ? "off_heap" : "on_heap");
  }

  #apply(at: StepPlace, status: BlockStatus, by: ChangedBy): void {
    const { taskId, put, migrated } = by;
    const { state, history } = this.#context;
    const { blockId, level } = status;
    state.showStorage(true);
    const held = state.ledgerOfBlock(blockId);
    if (isInMemory(status)) {
      this.#stored(at, status, by);
      return;
    }
    if (level.replication === 0) this.#onDisk.delete(blockId);
    const toDisk = level.useDisk && level.replication > 0 && status.diskBytes > 0;
    if (held === undefined) {
      if (toDisk) this.#storedOnDisk(at, status, taskId);
      else history.removed(blockId, at.ts);
      // It had gone to disk.
      if (isRemoval(status)) this.#removeBroadcast(at, valueOfPiece(blockId));
      return;
    }
    const size = held.forget(blockId)?.size ?? exactAmount(status.memoryBytes);
    // A removal has no replicas; an eviction has no flags. Unpersisted blocks are not reported one
    // by one.
    const dropped = level.replication > 0 && rddIdOf(blockId) !== undefined;
    const evicted = toDisk || (dropped && !migrated);
    state.memoryEvent(at, {
      op: "release_storage",
      mode: held.mode,
      blockId,
      requestedBytes: size.best,
      grantedBytes: size.best,
      grantedBytesMin: size.atLeast,
      grantedBytesMax: size.atMost,
      origin: "logged",
    });
    state.sample(at, "logged");
    state.blockEvent(at, {
      blockId,
      op: evicted ? (toDisk ? "drop_to_disk" : "evict") : "remove",
      memoryBytes: size.best,
      memoryBytesMin: size.atLeast,
      memoryBytesMax: size.atMost,
      diskBytes: toDisk ? status.diskBytes : undefined,
      mode: held.mode,
      taskId,
      ...(evicted && taskId !== undefined ? causedBy(taskId, put) : {}),
      origin: "logged",
    });
    if (evicted && toDisk) this.#onDisk.evicted(blockId, size.best);
    if (evicted) {
      state.totals.evictions++;
      state.totals.evictedBytes += size.best;
      history.evicted(blockId, at.ts, toDisk);
      this.#valueMayBeEvicted(blockId);
    } else {
      history.removed(blockId, at.ts);
      this.#removeBroadcast(at, valueOfPiece(blockId));
    }
  }

  /** With one piece goes the rest, and the value. */
  #removeBroadcast(at: StepPlace, value: string | undefined): void {
    if (value === undefined) return;
    this.#blocks.removeThese(at, [...(this.#pieces.get(value) ?? []), value], "derived");
    this.#pieces.delete(value);
  }

  /** Put to disk at once: no room in memory, or a level without it. */
  #storedOnDisk(at: StepPlace, status: BlockStatus, taskId: number | undefined): void {
    const { state, history } = this.#context;
    const already = history.isOnDisk(status.blockId);
    history.storedOnDisk(status.blockId, status.diskBytes, at.ts);
    this.#puts.ended(status.blockId);
    this.#onDisk.put(status);
    if (already) return;
    state.blockEvent(at, {
      blockId: status.blockId,
      op: "store",
      memoryBytes: 0,
      memoryBytesMin: 0,
      memoryBytesMax: 0,
      diskBytes: status.diskBytes,
      taskId,
      origin: "logged",
    });
  }

  #stored(at: StepPlace, status: BlockStatus, { taskId, size: printed }: ChangedBy): void {
    const { state, history } = this.#context;
    const { blockId } = status;
    const mode = this.#context.isOffHeap(blockId) ? "off_heap" : "on_heap";
    const ledger = state.ledger(mode);
    const size = printed ?? exactAmount(status.memoryBytes);
    this.#puts.ended(blockId);
    ledger.forget(blockId);
    ledger.borrowForStorage(size, ledger.storageUsed);
    const form = status.level.deserialized ? "values" : "bytes";
    ledger.store(blockId, { size, form, storedAt: at.ts, taskId });
    this.#onDisk.delete(blockId);
    this.#assumeBroadcastValue(at, blockId);
    history.stored(blockId, size, at.ts);
    if (status.level.useDisk && status.diskBytes > 0) {
      history.storedOnDisk(blockId, status.diskBytes, at.ts);
    }
    const diskBytes = status.diskBytes > 0 ? status.diskBytes : undefined;
    this.#tellStore(at, { blockId, size, mode, taskId, diskBytes, origin: "logged" });
  }

  /** The rows of a store: storage was acquired, what is held since then, and the block's event. */
  #tellStore(at: StepPlace, { size, origin, diskBytes, ...store }: ToldStore): void {
    const { state } = this.#context;
    state.totals.stores++;
    state.memoryEvent(at, {
      ...store,
      op: "acquire_storage",
      requestedBytes: size.best,
      grantedBytes: size.best,
      grantedBytesMin: size.atLeast,
      grantedBytesMax: size.atMost,
      origin,
    });
    state.sample(at, origin);
    state.blockEvent(at, {
      ...store,
      op: "store",
      memoryBytes: size.best,
      memoryBytesMin: size.atLeast,
      memoryBytesMax: size.atMost,
      diskBytes,
      origin,
    });
  }
}

interface ToldStore {
  readonly blockId: string;
  readonly size: Amount;
  readonly mode: MemoryMode;
  readonly taskId?: number | undefined;
  readonly diskBytes?: number | undefined;
  readonly origin: Origin;
}

/** What a change of a block is known to be a part of. */
interface ChangedBy {
  /**
   * whose list of changed blocks it stands in: what its own put, unroll or claim evicted is there
   * too
   */
  readonly taskId: number | undefined;
  /** the block that this task put */
  readonly put?: string | undefined;
  readonly migrated: boolean;
  /** of a block in memory, where it is printed; else it is exact */
  readonly size?: Amount | undefined;
}

function withTimes(
  { sourceFileId, line }: StepPlace,
  ts: number,
  tsMin: number | undefined,
  tsMax: number | undefined,
): StepPlace {
  return { ts, tsMin, tsMax, sourceFileId, line };
}

/**
 * The task in whose metrics a dropped block stands: BlockManager.dropFromMemory adds it to those of
 * the thread that needed the room (1.0+). With a block that it stored meanwhile, that was the
 * reason most likely; without, the reason is unknown.
 */
function causedBy(taskId: number, put: string | undefined): Partial<BlockEventRow> {
  return put === undefined
    ? { causedByTaskId: taskId }
    : {
        causedByTaskId: taskId,
        causedByBlockId: put,
        cause: "storage",
        certainty: CAUSED_BY_PUT,
      };
}

/** A task that stores a block may have claimed execution memory, too. */
const CAUSED_BY_PUT = 0.8;
