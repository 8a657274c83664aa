/**
 * A measured run as it would have been under other settings of memory: what was foretold takes the
 * place of what was measured, and what is not simulated is not measured.
 */
import type { Interval, MeasuredRun, Metric } from "./check.ts";
import { metrics } from "./index.ts";

/** What a run is foretold to do under other settings. */
export interface Foretelling {
  /** Settings and what executors have, as in `MeasuredRun`. */
  readonly configuration: MeasuredRun["configuration"];
  /** By the names of outcomes; none: not foretold. */
  readonly outcomes: ReadonlyMap<string, Interval>;
}

/**
 * The run as foretold under other settings: metrics that a simulation foretells have its bands,
 * those that memory does not change stay as measured, and the others are not measured.
 */
export function underSettings(
  run: MeasuredRun,
  { configuration, outcomes }: Foretelling,
): MeasuredRun {
  const foretold = ({ foretoldAs }: Metric): Interval | undefined =>
    foretoldAs === undefined ? undefined : outcomes.get(foretoldAs);
  return {
    ...run,
    configuration,
    isForetold: true,
    measures: metrics.flatMap((metric) => {
      const measured = run.measures.filter((measure) => measure.metric === metric.id);
      if (metric.whateverMemory === true) return measured;
      // A stage's or an RDD's share of an outcome is not simulated.
      return measured.map((measure) => ({
        ...measure,
        value: measure.subject === undefined ? foretold(metric) : undefined,
        executor: undefined,
      }));
    }),
    // Who did it under the settings that the run had is no cause under others.
    causes: new Map(),
  };
}
