/** Worthless answers: all zero, as wide as can be, and blocks added up without a manager. */
import type { Estimate, ReplayedTables } from "./replayed-tables.ts";

export const spoilings: Readonly<Record<string, (rows: ReplayedTables) => ReplayedTables>> = {
  zero: (rows) => estimatesChanged(rows, () => constant(0)),
  wide: (rows) =>
    estimatesChanged(rows, () => ({
      bytes: rows.maxMemoryBytes / 2,
      atLeast: 0,
      atMost: rows.maxMemoryBytes,
    })),
  unmanaged: (rows) => {
    const region = rows.timeline[0]?.storagePool.bytes;
    return {
      ...rows,
      timeline: rows.timeline.map((row) => ({
        ...row,
        execution: constant(0),
        storagePool: constant(region ?? 0),
      })),
      tasks: rows.tasks.map((row) => ({ ...row, execution: constant(0) })),
    };
  },
};

const constant = (bytes: number): Estimate => ({ bytes, atLeast: bytes, atMost: bytes });

function estimatesChanged(rows: ReplayedTables, change: () => Estimate): ReplayedTables {
  return {
    ...rows,
    timeline: rows.timeline.map((row) => ({
      ...row,
      storage: change(),
      execution: change(),
      storagePool: change(),
    })),
    tasks: rows.tasks.map((row) => ({ ...row, execution: change() })),
  };
}
