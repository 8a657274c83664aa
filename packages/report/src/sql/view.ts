/**
 * What a view is: a question that someone asks at 3 a.m., with the meaning of each column of its
 * answer.
 */

export interface ViewSpec {
  readonly name: string;
  /** what a row is; becomes the view's COMMENT */
  readonly comment: string;
  /**
   * column → meaning with its unit, in the order of the query's columns; become the columns'
   * COMMENTs
   */
  readonly columns: Readonly<Record<string, string>>;
  /** names every column by hand, in the order of `columns` */
  readonly sql: string;
}

export interface MacroSpec {
  readonly name: string;
  readonly parameters: string;
  readonly comment: string;
  readonly columns: Readonly<Record<string, string>>;
  readonly sql: string;
}
