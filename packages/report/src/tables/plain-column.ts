/**
 * Columns of tables that no replay emits rows of: they are written by SQL, and have no row type.
 */

export interface PlainColumn {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly comment: string;
}

/** Every row has a value. */
export function always(name: string, type: string, comment: string): PlainColumn {
  return { name, type, nullable: false, comment };
}

/** NULL where it is unknown. */
export function maybe(name: string, type: string, comment: string): PlainColumn {
  return { name, type, nullable: true, comment };
}
