/**
 * What `outcomes.csv` says happened in each run, and which of it is materially worse than in the
 * repeats of its base.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** Columns of outcomes.csv in bytes, and the gate's metrics that must say so when they grew. */
export const byteOutcomes = {
  "bytes evicted": {
    columns: ["evicted_rdd_bytes", "evicted_broadcast_bytes"],
    metrics: ["evicted_bytes", "evicted_blocks"],
  },
  "bytes spilled (task metrics)": {
    columns: ["ev_mem_spilled"],
    metrics: ["spilled_bytes", "spills"],
  },
  "bytes spilled (recorded calls)": {
    columns: ["spill_mem_bytes"],
    metrics: ["spilled_bytes", "spills"],
  },
  "bytes spilled to disk": {
    columns: ["ev_disk_spilled"],
    metrics: ["disk_spilled_bytes", "spilled_bytes", "spills"],
  },
} as const;

/** Not bytes, so outside the definition of "materially worse"; shown beside it. */
const countOutcomes = {
  "failed puts": ["put_failed"],
  "recomputed reads": ["read_miss_recompute"],
} as const;

export type ByteOutcome = keyof typeof byteOutcomes;
type CountOutcome = keyof typeof countOutcomes;

export interface Truth {
  readonly bytes: Readonly<Record<ByteOutcome, number>>;
  readonly counts: Readonly<Record<CountOutcome, number>>;
}

/**
 * By run; empty where the directory has no such file. Each number is the sum over a run's
 * executors.
 */
export async function truthOf(directory: string): Promise<ReadonlyMap<string, Truth>> {
  const text = await readFile(join(directory, "outcomes.csv"), "utf8").catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    },
  );
  const sums = new Map<string, Map<string, number>>();
  const [header = "", ...lines] = text?.trim().split("\n") ?? [];
  const columns = header.split(",");
  for (const line of lines) {
    const cells = line.split(",");
    const run = cells[columns.indexOf("run_id")] ?? "";
    const sum = sums.get(run) ?? new Map<string, number>();
    sums.set(run, sum);
    for (const [index, column] of columns.entries()) {
      const value = Number(cells[index] ?? "");
      if (!Number.isNaN(value)) sum.set(column, (sum.get(column) ?? 0) + value);
    }
  }
  return new Map([...sums].map(([run, sum]) => [run, truthFrom(sum)]));
}

function truthFrom(sum: ReadonlyMap<string, number>): Truth {
  const total = (names: readonly string[]): number =>
    names.reduce((all, name) => all + (sum.get(name) ?? 0), 0);
  return {
    bytes: {
      "bytes evicted": total(byteOutcomes["bytes evicted"].columns),
      "bytes spilled (task metrics)": total(byteOutcomes["bytes spilled (task metrics)"].columns),
      "bytes spilled (recorded calls)": total(
        byteOutcomes["bytes spilled (recorded calls)"].columns,
      ),
      "bytes spilled to disk": total(byteOutcomes["bytes spilled to disk"].columns),
    },
    counts: {
      "failed puts": total(countOutcomes["failed puts"]),
      "recomputed reads": total(countOutcomes["recomputed reads"]),
    },
  };
}

const byteNames: readonly ByteOutcome[] = [
  "bytes evicted",
  "bytes spilled (task metrics)",
  "bytes spilled (recorded calls)",
  "bytes spilled to disk",
];
const countNames: readonly CountOutcome[] = ["failed puts", "recomputed reads"];

/** Beyond the repeats' maximum by more than half of it and by more than 16 MB. */
export function materiallyWorse(run: Truth, repeats: readonly Truth[]): ByteOutcome[] {
  return byteNames.filter((name) => {
    const most = Math.max(...repeats.map(({ bytes }) => bytes[name]));
    return run.bytes[name] > most * 1.5 && run.bytes[name] > most + 16e6;
  });
}

/** The same of counts, by more than half and by more than five. */
export function worseCounts(run: Truth, repeats: readonly Truth[]): string[] {
  return countNames.filter((name) => {
    const most = Math.max(...repeats.map(({ counts }) => counts[name]));
    return run.counts[name] > most * 1.5 && run.counts[name] > most + 5;
  });
}
