/** What finders are given, by hand: rows of a shape, and an application of which little is known. */
import type { Application } from "../../src/explain/findings/application.ts";
import { FACTS } from "../../src/explain/findings/questions.ts";
import type { relations } from "../../src/sql/relations.ts";
import type { Of, Row, Shape } from "../../src/sql/row.ts";
import { known } from "../../src/sql/typed-rows.ts";

/** NULL in columns that are not given. */
export function rowOf<Columns extends Shape>(shape: Columns, given: Row): Of<Columns> {
  const nulls = Object.fromEntries(Object.keys(shape).map((column) => [column, null]));
  const [row] = known([{ ...nulls, ...given }], shape);
  if (row === undefined) throw new Error("a row was made");
  return row;
}

export function applicationOf(given: {
  readonly row?: Row;
  readonly settings?: readonly (readonly [string, string])[];
  readonly partitions?: Of<typeof relations.stage_partitions> | undefined;
}): Application {
  return {
    row: rowOf(FACTS, given.row ?? {}),
    settings: new Map(given.settings),
    settingsLogged: true,
    stage: (stageId) => `stage ${stageId}`,
    partitionsOf: () => given.partitions,
    needs: [],
    idle: [],
    evictingBroadcasts: [],
  };
}
