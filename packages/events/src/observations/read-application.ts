/**
 * One application's logs as one ordered stream of observations: event logs lead, executor and
 * driver logs follow.
 */
import type { Observation } from "@respark/core";
import type { Diagnostic } from "../diagnostic.ts";
import type { LogCounts } from "../executor-log/log-counts.ts";
import { type FeedOptions, type Lines, type LogPart, openLines } from "../survey/line-feed.ts";
import { ReversedFeed } from "../survey/reversed-feed.ts";
import type { SurveyedApplication, SurveyedFile } from "../survey/surveyed.ts";
import { EventLogSource } from "./event-log-source.ts";
import { ExecutorLogSource } from "./executor-log-source.ts";
import { LEAD, type MergeSource, merge } from "./merge.ts";
import { TaskClock } from "./spread.ts";

/** Who takes what is read of an application. */
export interface ReadHandlers {
  /** The observation is valid only during the call. */
  observe(observation: Observation): void;
  /** An oddity, as soon as it is met. */
  report(diagnostic: Diagnostic): void;
  /** decoded bytes read so far, of all files */
  onProgress?(bytes: number): void;
  /** A file is read to its end, or to where it could be. */
  fileDone?(file: FileDone): void;
}

/** What was read of one file. */
export interface FileDone {
  readonly sourceFileId: number;
  /** decoded */
  readonly bytes: number;
  readonly lines: number;
  /** it ends in the middle of a line or of a compressed stream */
  readonly truncated: boolean;
  /** a compressed stream in it is cut or damaged */
  readonly packedDamage: boolean;
  /** bytes that are NUL: damage, or the head of a log that was cut while it was open */
  readonly nulBytes: number;
  /** the files that it is made of, oldest first */
  readonly parts: readonly LogPart[];
  /**
   * of an executor or driver log: what was made of its lines; of an aggregated file this
   * container's
   */
  readonly counts: LogCounts | undefined;
}

/**
 * Of all executor logs together, hundreds of which may be open at a time: lines that are split and
 * wait.
 */
const waitingBytes = 8 * 1024 * 1024;

/** Codes that say that a file's end is missing. */
const cutCodes = new Set(["codec_truncated", "file_shrunk", "codec_corrupt"]);

/** Codes that say that bytes of a file could not be had, wherever in it. */
const damageCodes = new Set([
  ...cutCodes,
  "codec_checksum",
  "codec_limit",
  "codec_unsupported",
  "path_unreadable",
]);

/** Reads every log of the application once. Every fact reaches `observe` exactly once. */
export async function readApplication(
  application: SurveyedApplication,
  handlers: ReadHandlers,
): Promise<void> {
  const logs = application.files.filter((file) => file.kind !== "event_log");
  const events = application.files.filter((file) => file.kind === "event_log");
  // Without logs beside it an event log needs no memory of its tasks.
  const tasks = logs.length > 0 && events.length > 0 ? new TaskClock() : undefined;
  const slice = Math.round(waitingBytes / Math.max(logs.length, 1));
  const progress = new Progress(handlers, Math.min(Math.max(slice, 8192), 256 * 1024));
  const sources = [
    ...events.map((file, rank) => eventLogSource(file, rank, logs.length > 0, progress)),
    ...logs.map((file, index) => logSource(file, events.length + index, tasks, progress)),
  ];
  const observe = tasks ? observeTasks(tasks, handlers) : handlers.observe.bind(handlers);
  await merge(sources, observe);
  progress.finish();
}

/** Lets the task clock hear what event logs say before it is passed on. */
function observeTasks(
  tasks: TaskClock,
  handlers: ReadHandlers,
): (observation: Observation) => void {
  let delivered = 0;
  return (observation) => {
    const { fact } = observation;
    if (fact.kind === "task_start") tasks.launched(fact.taskId, fact.launchedMs * 1000);
    else if (fact.kind === "task_end") {
      const finished = fact.reason === "Success" ? fact.finishedMs : undefined;
      tasks.finished(
        fact.taskId,
        fact.launchedMs * 1000,
        finished === undefined ? undefined : finished * 1000,
      );
    } else if (observation.source !== "event_log" && (delivered++ & 1023) === 0) {
      // Every log is at this time or later.
      if (observation.ts !== undefined) tasks.forgetBefore(observation.ts - LEAD);
    }
    handlers.observe(observation);
  };
}

function eventLogSource(
  file: SurveyedFile,
  rank: number,
  leads: boolean,
  progress: Progress,
): MergeSource {
  const { sourceFileId } = file;
  const feed = progress.open(file);
  return new EventLogSource({
    sourceFileId,
    rank,
    lead: leads ? LEAD : 0,
    feed,
    lines: file.lines,
    report: ({ code, severity, message, line, byteOffset, count }) =>
      progress.report({ sourceFileId, line, byteOffset, code, severity, message, count }),
  });
}

function logSource(
  file: SurveyedFile,
  rank: number,
  tasks: TaskClock | undefined,
  progress: Progress,
): MergeSource {
  const { sourceFileId } = file;
  const feed = progress.open(file);
  const source = new ExecutorLogSource({
    sourceFileId,
    rank,
    source: file.kind === "driver_log" ? "driver_log" : "executor_log",
    executorId: file.executorId,
    clock: file.clock.rule,
    aligned: file.clock.offsetMs !== undefined,
    startsAt: file.firstTime,
    feed,
    container: file.container,
    newestFirst: file.newestFirst === "elements",
    others: new Set(file.otherContainers),
    pattern: file.logPattern,
    tasks,
    report: ({ code, line, byteOffset, message }) =>
      progress.report({ sourceFileId, line, byteOffset, code, severity: "warning", message }),
  });
  progress.counted.set(sourceFileId, source);
  return source;
}

/** Counts bytes and says when a file is done. */
class Progress {
  /** by file: who counts its lines */
  readonly counted = new Map<number, { readonly counts: LogCounts }>();
  readonly #handlers: ReadHandlers;
  readonly #open: { readonly file: SurveyedFile; readonly feed: Lines }[] = [];
  readonly #logSliceBytes: number;
  readonly #cut = new Set<number>();
  readonly #damaged = new Set<number>();
  readonly #sources = new Set<SurveyedFile["source"]>();
  readonly #silent = new Set<number | undefined>();
  #bytes = 0;

  constructor(handlers: ReadHandlers, logSliceBytes: number) {
    this.#handlers = handlers;
    this.#logSliceBytes = logSliceBytes;
  }

  open(file: SurveyedFile): Lines {
    // An aggregated file is read once for each of its containers; what is odd about it is said
    // once.
    if (this.#sources.has(file.source)) this.#silent.add(file.sourceFileId);
    this.#sources.add(file.source);
    const options: FeedOptions = {
      sourceFileId: file.sourceFileId,
      ...(file.kind === "event_log"
        ? {}
        : { sliceBytes: this.#logSliceBytes, chunkBytes: Math.max(this.#logSliceBytes, 65_536) }),
      report: (diagnostic) => this.report({ sourceFileId: file.sourceFileId, ...diagnostic }),
      onRead: (bytes) => {
        this.#bytes += bytes;
        this.#handlers.onProgress?.(this.#bytes);
      },
    };
    const feed =
      file.newestFirst === "lines"
        ? new ReversedFeed(file.source.parts, options)
        : openLines(file.source, options);
    this.#open.push({ file, feed });
    return feed;
  }

  report(diagnostic: Diagnostic): void {
    const { sourceFileId, code } = diagnostic;
    if (sourceFileId !== undefined && cutCodes.has(code)) this.#cut.add(sourceFileId);
    if (sourceFileId !== undefined && damageCodes.has(code)) this.#damaged.add(sourceFileId);
    if (!this.#silent.has(diagnostic.sourceFileId)) this.#handlers.report(diagnostic);
  }

  finish(): void {
    for (const { file, feed } of this.#open) {
      this.#handlers.fileDone?.({
        sourceFileId: file.sourceFileId,
        bytes: feed.bytes,
        lines: feed.lines,
        nulBytes: feed.nulBytes,
        parts: feed.parts,
        truncated: feed.cut || this.#cut.has(file.sourceFileId),
        packedDamage: this.#damaged.has(file.sourceFileId),
        counts: this.counted.get(file.sourceFileId)?.counts,
      });
    }
  }
}
