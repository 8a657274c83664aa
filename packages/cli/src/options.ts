/** Options that several commands share, as they come from the command line. */

export interface EverywhereOptions {
  readonly json?: true;
  readonly quiet?: true;
}

export interface ApplicationOptions {
  readonly app?: string;
  readonly attempt?: string;
}
