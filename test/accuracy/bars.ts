/** What counts as near enough: the bars of each class of logs, and whether a mean meets them. */
import type { LogClass } from "./log-classes.ts";
import type { Measures, Quantity } from "./measures.ts";

/** A bound on a quantity; `share` are right shares (≥), the others distances and widths (≤). */
export interface Bar {
  readonly quantity: Quantity;
  readonly bound: number;
  readonly atLeast: boolean;
}

const atLeast = (quantity: Quantity, bound: number): Bar => ({ quantity, bound, atLeast: true });
const atMost = (quantity: Quantity, bound: number): Bar => ({ quantity, bound, atLeast: false });

/** The memory bars of a class with executor logs, in the order of the table in the page. */
function memory(
  [storage, storageWidth]: readonly [number, number],
  [state, stateWidth, statePoint]: readonly [number, number, number],
  [pool, poolWidth]: readonly [number, number],
  [execution, executionWidth, areaOff]: readonly [number, number, number],
  [peak, peakWidth]: readonly [number, number],
): Bar[] {
  return [
    atLeast("storage_inside", storage),
    atMost("storage_width", storageWidth),
    atLeast("state_inside", state),
    atMost("state_width", stateWidth),
    atMost("state_point", statePoint),
    atLeast("pool_inside", pool),
    atMost("pool_width", poolWidth),
    atLeast("execution_active_inside", execution),
    atMost("execution_active_width", executionWidth),
    atMost("execution_area_off", areaOff),
    atLeast("peak_inside", peak),
    atMost("peak_width", peakWidth),
  ];
}

const blocks: readonly Bar[] = [
  atLeast("stores_found_share", 1),
  atMost("stores_extra_share", 0.005),
  atLeast("sizes_right_share", 0.99),
  atLeast("eviction_order", 0.98),
  atLeast("statements_checked_share", 0.99),
  atMost("unexplained_share", 0.005),
  atMost("statement_width", 0.1),
];
/** Only block updates carry exact sizes, so executor logs alone are not held to it. */
const exactSizes = atMost("size_width", 0.002);
const threads = [atLeast("cause_kind_threads", 0.97), atLeast("cause_task_threads", 0.95)];

/**
 * Where part of the evidence is missing, a value may be unknown; one that is given holds the truth.
 */
const givenInTime: readonly Bar[] = [
  // No bound, but shown beside the others: "unknown" must not become the answer to all.
  atLeast("storage_given_share", 0),
  atLeast("storage_given_inside", 0.95),
  atLeast("execution_given_inside", 0.95),
  atLeast("peak_given_inside", 0.95),
];
/** Only where no store is cut off: states are compared at the k-th store of a block. */
const given: readonly Bar[] = [
  ...givenInTime,
  atLeast("state_given_inside", 0.95),
  atLeast("pool_given_inside", 0.95),
];

/** …where lines are lost here and there, what is given in time, and no wider than of whole logs. */
const lossy: readonly Bar[] = [
  ...givenInTime,
  atMost("storage_width", 0.1),
  atMost("execution_active_width", 0.4),
];

export const bars: Readonly<Record<LogClass, readonly Bar[]>> = {
  dbg: [
    ...memory([0.99, 0.02], [0.97, 0.06, 0.01], [0.95, 0.08], [0.95, 0.05, 0.15], [0.99, 0.01]),
    ...blocks,
    exactSizes,
    ...threads,
    atLeast("predicted_share", 0.97),
    atLeast("foreseen_share", 0.98),
  ],
  info: [
    ...memory([0.99, 0.03], [0.95, 0.08, 0.015], [0.9, 0.12], [0.95, 0.4, 0.6], [0.95, 0.4]),
    ...blocks,
    exactSizes,
    atLeast("cause_kind", 0.85),
  ],
  old: [
    ...memory([0.99, 0.03], [0.95, 0.08, 0.015], [0.9, 0.12], [0.95, 0.4, 0.6], [0.9, 0.4]),
    ...blocks,
  ],
  exec: [
    ...memory([0.98, 0.03], [0.95, 0.08, 0.015], [0.9, 0.1], [0.95, 0.06, 0.2], [0.98, 0.02]),
    ...blocks,
  ],
  "exec-info": given,
  event: [
    atLeast("storage_inside", 0.95),
    atMost("storage_width", 0.15),
    atLeast("peak_inside", 0.9),
    atMost("peak_width", 0.45),
    atLeast("storage_given_inside", 0.95),
  ],
  "event-plain": [atLeast("execution_given_inside", 0.95), atLeast("peak_given_inside", 0.95)],
  late: givenInTime,
  early: given,
  "late-alone": givenInTime,
  "lossy-1-dbg": lossy,
  "lossy-5-dbg": lossy,
  "lossy-1-info": lossy,
  "lossy-5-info": lossy,
  "lossy-5-alone": givenInTime,
  "info-like": [
    ...memory([0.99, 0.03], [0.95, 0.08, 0.015], [0.9, 0.12], [0.95, 0.4, 0.6], [0.95, 0.4]),
    ...blocks,
  ],
};

/**
 * How far a value lies on the wrong side of a bar; 0 where it meets it, undefined where there is
 * nothing to measure.
 */
export function shortfall(bar: Bar, measures: Measures): number | undefined {
  const value = measures[bar.quantity];
  if (value === undefined) return undefined;
  return Math.max(0, bar.atLeast ? bar.bound - value : value - bar.bound);
}

export const barText = (bar: Bar): string => `${bar.atLeast ? "≥" : "≤"} ${bar.bound}`;
