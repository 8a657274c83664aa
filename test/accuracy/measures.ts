/**
 * What one replay was measured to be worth: the numbers of a score, and the shares that follow from
 * them.
 */

const scored = [
  "storage_inside",
  "storage_width",
  "state_inside",
  "state_width",
  "state_point",
  "pool_inside",
  "pool_width",
  "execution_active_inside",
  "execution_active_width",
  "execution_area_off",
  "peak_inside",
  "peak_width",
  "eviction_order",
  "size_width",
  "statement_width",
  "size_width_without_broadcasts",
  "predicted_share",
  "unexplained_share",
  "foreseen_share",
  "storage_given_share",
  "storage_given_inside",
  "execution_given_inside",
  "state_given_inside",
  "pool_given_inside",
  "peak_given_inside",
] as const;

export const quantities = [
  ...scored,
  "stores_found_share",
  "stores_extra_share",
  "sizes_right_share",
  "statements_checked_share",
  "statements_met_share",
  "cause_kind",
  "cause_task",
  "cause_kind_threads",
  "cause_task_threads",
] as const;
export type Quantity = (typeof quantities)[number];

/** A quantity that has nothing to be measured on in a run is absent, never 0. */
export type Measures = Readonly<Partial<Record<Quantity, number>>>;

/** Counts of one run, as they are. */
export interface Counts {
  readonly spills: number;
  readonly spillsReported: number;
  readonly waits: number;
}

/** @param namesThreads whether lines of the run say their thread */
export function measuresOf(summary: ReadonlyMap<string, number>, namesThreads: boolean): Measures {
  const measures: Partial<Record<Quantity, number>> = {};
  const keep = (quantity: Quantity, value: number | undefined): void => {
    if (value !== undefined && Number.isFinite(value)) measures[quantity] = value;
  };
  const of = (key: string): number => summary.get(key) ?? 0;
  // Nothing to find is nothing missed: shares are over at least one, as in the bars' own reckoning.
  const share = (part: number, whole: number): number => part / Math.max(1, whole);
  for (const quantity of scored) keep(quantity, summary.get(quantity));
  if (of("stores") > 0) {
    keep("stores_found_share", share(of("stores_found"), of("stores")));
    keep("stores_extra_share", share(of("stores_extra"), of("stores")));
    keep("sizes_right_share", share(of("sizes_right"), of("stores_found") + of("stores_extra")));
  }
  if (of("statements") > 0) {
    keep("statements_checked_share", share(of("statements_checked"), of("statements")));
    keep("statements_met_share", share(of("statements_met"), of("statements_checked")));
  }
  if (of("causes") > 0) {
    const kind = share(of("cause_kind_right"), of("causes"));
    const task = share(of("cause_task_right"), of("causes"));
    keep("cause_kind", kind);
    keep("cause_task", task);
    if (namesThreads) {
      keep("cause_kind_threads", kind);
      keep("cause_task_threads", task);
    }
  }
  return measures;
}

/** Mean over the runs in which a quantity could be measured. */
export function meanOf(all: readonly Measures[], quantity: Quantity): number | undefined {
  const values = all.flatMap((measures) => measures[quantity] ?? []);
  if (values.length === 0) return undefined;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
