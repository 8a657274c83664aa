/** What all executors of a run held together, as a baseline keeps it and a page draws it. */

/** MiB in each stretch, at most; null: no log tells. */
export interface Curve {
  readonly best: readonly (number | null)[];
  /** bounds of the best estimate; absent where it is exact throughout */
  readonly least?: readonly (number | null)[] | undefined;
  readonly most?: readonly (number | null)[] | undefined;
}

/** Of the executors without the driver, from the first task to the end of the run. */
export interface MemoryCurves {
  readonly mode: "on_heap" | "off_heap";
  /** its length */
  readonly seconds: number;
  readonly storage: Curve;
  readonly execution: Curve;
}
