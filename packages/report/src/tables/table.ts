/** What a table is: a name, what a row of it says, and its columns. */
import type { Column, TextColumn } from "../columns/column.ts";

export interface TableSpec<Row> {
  readonly name: string;
  /** what a row is; becomes the table's COMMENT */
  readonly comment: string;
  /** without app_id and attempt_id, which every table begins with */
  readonly columns: readonly Column<Row>[];
}

/** The application attempt that rows belong to. */
export interface ApplicationKey {
  readonly appId: string;
  readonly attemptId: string;
}

/** A text that every row has. */
interface KeyColumn extends TextColumn<ApplicationKey> {
  readonly value: (key: ApplicationKey) => string;
}

/** What every table begins with. */
export const keyColumns: readonly KeyColumn[] = [
  {
    name: "app_id",
    type: "VARCHAR",
    nullable: false,
    comment:
      "application id as Spark names it; unknown- and 12 hex digits of the first bytes where no log names it",
    value: ({ appId }) => appId,
  },
  {
    name: "attempt_id",
    type: "VARCHAR",
    nullable: false,
    comment:
      "attempt of the application; 1 where Spark names none; with its start behind it (1-20261121T023704123Z) where another application has the same id and attempt",
    value: ({ attemptId }) => attemptId,
  },
];
