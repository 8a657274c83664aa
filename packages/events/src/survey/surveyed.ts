/**
 * What a survey found: files, the applications they belong to, their clocks, and what they can
 * tell.
 */
import type { EvidenceLevel } from "@respark/core";
import type { DiscoveredSource } from "../bytes/discovered-source.ts";
import type { LogCounts } from "../executor-log/log-counts.ts";
import type { LineRange } from "./event-log-parts.ts";
import type { Advice } from "./evidence.ts";
import type { VersionBounds } from "./version-marks.ts";
import type { ClockRule } from "./zone.ts";

/** What is in the given paths: every file, and the applications that they belong to. */
export interface Survey {
  /** in the order of their ids */
  readonly files: readonly SurveyedFile[];
  /** by start, then by id */
  readonly applications: readonly SurveyedApplication[];
}

/** What a file is, by its content. */
export type FileKind = "event_log" | "executor_log" | "driver_log" | "other";

/** How a file's wall clock becomes the application's time. */
export interface FileClock {
  /** to add to the wall clock read as UTC, ms, at the file's first line; undefined: zone unknown */
  readonly offsetMs: number | undefined;
  readonly zone: string | undefined;
  readonly evidence: string;
  /** 0 … 1 */
  readonly confidence: number;
  readonly rule: ClockRule;
}

/** One logical log: a file, the parts of a rolling one, or one container of an aggregated one. */
export interface SurveyedFile {
  /** unique over the survey, from 1, in the order of paths */
  readonly sourceFileId: number;
  readonly path: string;
  readonly kind: FileKind;
  readonly codec: string;
  /** as stored; undefined on standard input */
  readonly bytes: number | undefined;
  /** the whole file was read for the survey, not only samples */
  readonly readWhole: boolean;
  readonly layout: string | undefined;
  /** of an aggregated file: the container (or pod) whose log this is */
  readonly container: string | undefined;
  /**
   * it was written newest first and is read from its end: its lines, or the elements of its JSON
   * document
   */
  readonly newestFirst: "lines" | "elements" | undefined;
  /** the other containers in the same file */
  readonly otherContainers: readonly (string | undefined)[];
  readonly appId: string | undefined;
  readonly attemptId: string | undefined;
  /** `driver` for the driver; undefined for event logs and where nothing tells */
  readonly executorId: string | undefined;
  /** how application and executor were found */
  readonly identityEvidence: string | undefined;
  /** epoch µs, aligned (as if UTC where the zone is unknown) */
  readonly firstTime: number | undefined;
  readonly lastTime: number | undefined;
  readonly clock: FileClock;
  /** lowest level printed; of an event log undefined */
  readonly level: "debug" | "info" | "warn" | undefined;
  /**
   * of an executor or driver log: what was made of the lines sampled (all where `readWhole`); a
   * replay counts its own
   */
  readonly counts: LogCounts | undefined;
  /** of an executor's log: the only loggers in it, whose lines somebody searched for */
  readonly filteredTo: readonly string[] | undefined;
  /** of a file with several applications' events: the lines that are this one's */
  readonly lines: LineRange | undefined;
  /** the file that says the same; this one is not read */
  readonly duplicateOf: number | undefined;
  /** why a replay does not read it */
  readonly unread: string | undefined;
  /** its bytes */
  readonly source: DiscoveredSource;
  /** the pattern it was surveyed with */
  readonly logPattern: string | undefined;
}

/** An executor that the survey found, and what its logs can tell. */
export interface SurveyedExecutor {
  readonly executorId: string;
  readonly host: string | undefined;
  readonly hasLog: boolean;
  readonly evidenceLevel: EvidenceLevel | undefined;
}

/** An application that the survey found, with its logs and executors. */
export interface SurveyedApplication {
  /** as logged, else `unknown-` and 12 hex digits of its first bytes */
  readonly appId: string;
  readonly attemptId: string;
  readonly name: string | undefined;
  readonly sparkVersion: string | undefined;
  /** `spark.master` of its event log */
  readonly master: string | undefined;
  /** where nothing names the version: between which its lines were printed */
  readonly sparkVersionBounds: VersionBounds | undefined;
  /** epoch ms; as its event log says, else undefined */
  readonly loggedStartMs: number | undefined;
  /** epoch µs; without an event log the first time of its logs */
  readonly startedAt: number | undefined;
  readonly endedAt: number | undefined;
  /** what a replay reads: event logs, then executor and driver logs */
  readonly files: readonly SurveyedFile[];
  readonly executors: readonly SurveyedExecutor[];
  readonly evidenceLevel: EvidenceLevel | undefined;
  readonly advice: readonly Advice[];
}
