/** What the page has beside the columns: written by the report as JSON, read by the page. */

/** The `meta` island: small, and read before anything is unpacked. */
export interface Meta {
  /** microseconds in one unit of time of this file */
  readonly unit: number;
  /** the run's start; epoch µs */
  readonly start: number;
  /** its length; units */
  readonly span: number;
  /** the pictures open here: where tasks ran; units */
  readonly lead: number;
  readonly manager: string | null;
  /** no executor used a tenth of its memory, and that is known: the empty middle is cut out */
  readonly roomy: boolean;
  /** worst first */
  readonly executors: readonly ExecutorFacts[];
  readonly files: Readonly<Record<string, string>>;
  readonly findings: readonly (Picture | null)[];
  /** of the chunks `s0`, `s1` …: the first executor whose stories each may hold */
  readonly stories: readonly number[];
}

export type Mode = "on_heap" | "off_heap";

export interface ExecutorFacts {
  readonly id: string;
  readonly host: string | null;
  readonly cores: number | null;
  /** units from the start */
  readonly added: number | null;
  readonly removed: number | null;
  readonly lost: string | null;
  readonly evidence: string | null;
  readonly max: number | null;
  readonly maxOrigin: string | null;
  readonly region: number | null;
  /** the mode that a strip shows: the fuller one */
  readonly strip: Mode;
  readonly modes: readonly Mode[];
  readonly peakShare: number | null;
  readonly peakAt: number | null;
  readonly nearlyFull: number | null;
  readonly gcShare: number | null;
  readonly evictions: number | null;
  readonly failedPuts: number | null;
  readonly spills: number | null;
  readonly spilled: number | null;
  readonly waits: number | null;
  readonly waitMs: number | null;
  readonly ooms: number | null;
  readonly statements: number | null;
}

/** Where a finding is to be seen. */
export interface Picture {
  /** place in `executors` */
  readonly executor: number;
  readonly section: "executor" | "blocks";
  readonly from: number;
  readonly to: number;
}

/** Goes with the chunk of an executor. */
export interface ExecutorJson {
  readonly modes: readonly ModeFacts[];
  /** events of blocks in the database; more than stand in the file where it has none */
  readonly blockEvents: number;
  /** steps of single tasks' execution memory in the database */
  readonly heldSteps: number;
  /** execution memory of single tasks is known within bounds alone */
  readonly onlyBounds: boolean;
}

export interface ModeFacts {
  readonly mode: Mode;
  readonly max: number;
  /** steps in the database, and in this file */
  readonly steps: number;
  readonly kept: number;
  /** bytes are rounded to this */
  readonly grain: number;
}

/** The chunk `small`: tables that are shown as they are. */
export interface SmallJson {
  readonly stages: readonly StageFacts[];
  readonly rdds: readonly Cells[];
  readonly skew: readonly Cells[];
  readonly accuracy: readonly Cells[];
  readonly misses: readonly Cells[];
  /** points of what-if curves; empty: the database has no answers */
  readonly whatif: readonly Cells[];
}

export interface StageFacts {
  readonly stage: number;
  readonly name: string;
  readonly t: number;
  readonly end: number | null;
  readonly failed: boolean;
  readonly tasks: number | null;
}

/** A row of a view by its columns' names. */
export type Cells = Readonly<Record<string, string | number | boolean | null>>;

/** Of an event, in the chunk `s0`, `s1` … that its executor is in. */
export interface StoryFacts {
  readonly title: string;
  readonly lines: readonly { readonly about: string; readonly text: string }[];
}

/** The chunk `scatter`. */
export interface ScatterJson {
  readonly all: number;
  readonly shown: number;
}
