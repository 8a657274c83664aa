/** Resource profiles. */
import type { ResourceProfileRow } from "@respark/core";
import { always, fraction, small, text } from "./column-kinds.ts";
import type { TableSpec } from "./table.ts";

export const resourceProfiles: TableSpec<ResourceProfileRow> = {
  name: "resource_profiles",
  comment: "A row is a request of a resource profile (Spark 3.1 and later).",
  columns: [
    always(small("profile_id", "resource profile", (row) => row.profileId)),
    always(
      text(
        "resource",
        "resource, as Spark names it: cores, memory, overhead, gpu …",
        (row) => row.resource,
      ),
    ),
    always(text("scope", "executor or task", (row) => row.scope)),
    always(fraction("amount", "amount as logged: cores, or MiB of memory", (row) => row.amount)),
  ],
};
