/**
 * The memory that a simulated run needs so that nothing is ever refused. With as much of it under
 * another configuration the run goes the same, and need not be simulated again.
 */
import type { RoomNeeded } from "../memory/memory-manager.ts";
import { type SimulatedConfiguration, type SimulatedExecutor, settingsOf } from "./executor.ts";

/** What the executor that needs most needs of each mode, bytes. */
export interface Room {
  readonly onHeap: ModeRoom;
  readonly offHeap: ModeRoom;
}

interface ModeRoom {
  storageBytes: number;
  /** Storage and execution at their highest, as if at once. */
  togetherBytes: number;
  shareBytes: number;
}

/** `undefined` where a pool evicted, refused or gave less than was asked for. */
export function roomOf(executors: readonly SimulatedExecutor[]): Room | undefined {
  const onHeap = { storageBytes: 0, togetherBytes: 0, shareBytes: 0 };
  const offHeap = { storageBytes: 0, togetherBytes: 0, shareBytes: 0 };
  for (const { manager } of executors) {
    const here = manager.roomNeeded("on_heap");
    const there = manager.roomNeeded("off_heap");
    if (here === undefined || there === undefined) return undefined;
    widen(onHeap, here);
    widen(offHeap, there);
  }
  return { onHeap, offHeap };
}

function widen(room: ModeRoom, needed: RoomNeeded): void {
  const together = needed.storageBytes + needed.executionBytes;
  room.storageBytes = Math.max(room.storageBytes, needed.storageBytes);
  room.togetherBytes = Math.max(room.togetherBytes, together);
  room.shareBytes = Math.max(room.shareBytes, needed.shareBytes);
}

/**
 * Whether a run that had all its room under one configuration goes the same under another;
 * `takesPages`: some of its tasks do.
 */
export function goesTheSame(
  room: Room,
  takesPages: boolean,
  one: SimulatedConfiguration,
  other: SimulatedConfiguration,
): boolean {
  const { capacity, behaviour, slots } = other;
  if (capacity.kind !== "unified" || one.capacity.kind !== "unified") return false;
  if (behaviour !== one.behaviour || slots !== one.slots) return false;
  if (capacity.tungstenMode !== one.capacity.tungstenMode) return false;
  return (
    asksTheSame(takesPages, one, other) &&
    fits(room.onHeap, capacity.onHeapStorageBytes, capacity.onHeapExecutionBytes) &&
    fits(room.offHeap, capacity.offHeapStorageBytes, capacity.offHeapExecutionBytes)
  );
}

/** Unrolls and collections start alike; pages are as large, where any are taken. */
function asksTheSame(
  takesPages: boolean,
  one: SimulatedConfiguration,
  other: SimulatedConfiguration,
): boolean {
  const before = settingsOf(one);
  const after = settingsOf(other);
  if (before.initialThresholdBytes !== after.initialThresholdBytes) return false;
  if (before.unroll.thresholdBytes !== after.unroll.thresholdBytes) return false;
  if (before.unroll.checkPeriod !== after.unroll.checkPeriod) return false;
  if (before.unroll.growthFactor !== after.unroll.growthFactor) return false;
  return before.pageBytes === after.pageBytes || !takesPages;
}

/**
 * Storage keeps no more than its region from a task that asks: the rest it has to give back
 * (UnifiedMemoryManager.computeMaxExecutionPoolSize).
 */
function fits(room: ModeRoom, storageBytes: number, executionBytes: number): boolean {
  const all = storageBytes + executionBytes;
  const kept = Math.min(room.storageBytes, storageBytes);
  return room.togetherBytes <= all && room.shareBytes + kept <= all;
}
