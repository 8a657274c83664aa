/** One request of a profile (3.1+). */
import type { RowOf } from "./declared-table.ts";

/** The table `resource_profiles`. */
export const resourceProfiles = {
  comment: "A row is a request of a resource profile (Spark 3.1 and later).",
  columns: {
    profileId: ["small", "resource profile"],
    resource: ["text", "resource, as Spark names it: cores, memory, overhead, gpu …"],
    scope: ["text", "executor or task"],
    amount: ["fraction", "amount as logged: cores, or MiB of memory"],
  },
} as const;

/** A row of `resource_profiles`. */
export type ResourceProfileRow = RowOf<typeof resourceProfiles, { scope: "executor" | "task" }>;
