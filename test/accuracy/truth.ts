/** What one executor's JVM did, from the calls recorded inside it (`ops-<executor>.jsonl.gz`). */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { EvictionCause, MemoryMode } from "@respark/core";

/** A value from each time on; times in epoch milliseconds, ascending. */
export class StepFunction {
  readonly times: number[] = [];
  readonly values: number[] = [];

  add(time: number, value: number): void {
    this.times.push(time);
    this.values.push(value);
  }

  /** Least and largest value in force at some moment from `from` to `until`. */
  envelope(from: number, until: number): readonly [number, number] {
    const first = Math.max(upperBound(this.times, from) - 1, 0);
    const end = Math.max(upperBound(this.times, until), first + 1);
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (let i = first; i < end; i++) {
      const value = this.values[i] ?? 0;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    return [least, most];
  }
}

/** Index after the last element that is at most `value`. */
export function upperBound(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

export interface TruePools {
  readonly storage: StepFunction;
  readonly execution: StepFunction;
  /** storage + execution, bytes; 0: no memory of this mode */
  maximum: number;
}

/** Storage pool and use of both modes right after a call. */
export interface TrueState {
  readonly pool: Readonly<Record<MemoryMode, number>>;
  readonly used: Readonly<Record<MemoryMode, number>>;
}

export interface TrueEviction {
  readonly block: string;
  /** −1: no task's thread */
  readonly task: number;
  cause: EvictionCause | undefined;
}

export interface Truth {
  readonly executorId: string;
  readonly pools: Readonly<Record<MemoryMode, TruePools>>;
  /** in order; `state` is undefined where no call on the manager came before */
  readonly stores: readonly {
    readonly block: string;
    readonly bytes: number;
    readonly state: TrueState | undefined;
  }[];
  readonly evictions: readonly TrueEviction[];
  readonly spilledBytes: readonly number[];
  /** by task, bytes */
  readonly peaks: ReadonlyMap<number, number>;
  /** epoch ms of the first and the last call on the manager */
  readonly first: number;
  readonly last: number;
}

/** A line of the record; which fields are there depends on the operation (fixtures/README.md). */
interface Call {
  readonly op: string;
  readonly s: number;
  readonly s0?: number;
  readonly t: number;
  readonly st?: readonly number[];
  readonly maxHeapMemory?: number;
  readonly blk?: string;
  readonly n?: number;
  readonly in?: string;
  readonly tid?: number;
  readonly jth?: number;
  readonly mem?: number | null;
  readonly ret?: unknown;
  readonly task?: number;
  readonly tu?: number;
}

const CAUSES: ReadonlyMap<string | undefined, EvictionCause> = new Map([
  ["acqExec", "execution"],
  ["acqStorage", "storage"],
  ["acqUnroll", "unroll"],
]);

/** Calls up to the first line that is cut: the JVM was killed in the middle of it. */
function callsOf(text: string): Call[] {
  const calls: Call[] = [];
  for (const line of text.split("\n")) {
    if (line.trim() === "") continue;
    try {
      calls.push(JSON.parse(line) as Call);
    } catch {
      break;
    }
  }
  return calls;
}

/**
 * Finds the cause of evictions: the call on the manager that encloses them is logged when it
 * returns.
 */
class OpenEvictions {
  #open: {
    readonly eviction: TrueEviction;
    readonly thread: number | undefined;
    readonly s: number;
  }[] = [];

  begun(eviction: TrueEviction, call: Call): void {
    this.#open.push({ eviction, thread: call.jth, s: call.s });
  }

  returned(call: Call): void {
    const picksBlocks = call.op === "ms.evictBlocksToFreeSpace";
    for (const { eviction, thread, s } of this.#open) {
      if (thread !== call.jth || (call.s0 ?? call.s) > s) continue;
      if (picksBlocks) eviction.cause ??= CAUSES.get(call.in);
      else eviction.cause = CAUSES.get(call.op);
    }
    if (!picksBlocks) this.#open = this.#open.filter(({ eviction }) => !eviction.cause);
  }
}

/** @returns undefined where the executor never made a call on its memory manager. */
export function truthOf(executorId: string, text: string): Truth | undefined {
  const pools = { on_heap: emptyPools(), off_heap: emptyPools() };
  const stores: { block: string; bytes: number; state: TrueState | undefined }[] = [];
  const evictions: TrueEviction[] = [];
  const spilledBytes: number[] = [];
  const peaks = new Map<number, number>();
  const open = new OpenEvictions();
  let state: TrueState | undefined;
  let first: number | undefined;
  let last = 0;
  for (const call of callsOf(text)) {
    const { op, st } = call;
    if (op === "mmCreated") {
      const [onStorage = 0, , onExecution = 0, , offStorage = 0, , offExecution = 0] = st ?? [];
      pools.on_heap.maximum = Math.max(onStorage + onExecution, call.maxHeapMemory ?? 0);
      pools.off_heap.maximum = offStorage + offExecution;
    }
    if (st !== undefined) {
      const [
        onPool = 0,
        onUsed = 0,
        ,
        onExecution = 0,
        offPool = 0,
        offUsed = 0,
        ,
        offExecution = 0,
      ] = st;
      state = {
        pool: { on_heap: onPool, off_heap: offPool },
        used: { on_heap: onUsed, off_heap: offUsed },
      };
      first ??= call.t;
      last = call.t;
      pools.on_heap.storage.add(call.t, onUsed);
      pools.on_heap.execution.add(call.t, onExecution);
      pools.off_heap.storage.add(call.t, offUsed);
      pools.off_heap.execution.add(call.t, offExecution);
    }
    if (op === "e.put") {
      stores.push({ block: call.blk ?? "", bytes: call.n ?? 0, state });
    } else if (op === "bm.dropFromMemory" && call.in !== "bm.dropFromMemory") {
      // 1.6 calls an overload of itself: only the outer call counts.
      const eviction: TrueEviction = {
        block: call.blk ?? "",
        task: call.tid ?? -1,
        cause: undefined,
      };
      evictions.push(eviction);
      open.begun(eviction, call);
    } else if (op === "ms.evictBlocksToFreeSpace" || CAUSES.has(op)) {
      open.returned(call);
    } else if (op === "maybeSpill") {
      if ((call.mem ?? 0) > 0) spilledBytes.push(call.mem ?? 0);
    } else if (op === "spill" && typeof call.ret === "number" && call.ret > 0) {
      spilledBytes.push(call.ret);
    }
    if (op === "acqExec" && call.tu !== undefined) {
      const task = call.task ?? -1;
      peaks.set(task, Math.max(peaks.get(task) ?? 0, call.tu));
    }
  }
  if (first === undefined) return undefined;
  return { executorId, pools, stores, evictions, spilledBytes, peaks, first, last };
}

function emptyPools(): TruePools {
  return { storage: new StepFunction(), execution: new StepFunction(), maximum: 0 };
}

/** Of every executor of a run, in order of file name; the driver's record is left out. */
export async function truthsIn(directory: string): Promise<Truth[]> {
  const names = (await readdir(directory)).filter((name) => name.startsWith("ops-")).sort();
  const truths: Truth[] = [];
  for (const name of names) {
    const executorId = /^ops-(.+)\.jsonl\.gz$/.exec(name)?.[1];
    if (executorId === undefined || executorId === "driver") continue;
    const text = gunzipSync(await readFile(join(directory, name))).toString("utf8");
    const truth = truthOf(executorId, text);
    if (truth !== undefined) truths.push(truth);
  }
  return truths;
}
