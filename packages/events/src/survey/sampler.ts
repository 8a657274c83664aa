/**
 * Reads as much of a log as its kind, owner and clock need: small ones whole, of large ones the
 * beginning.
 */
import { createHash } from "node:crypto";
import type { EventFact } from "@respark/core";
import type { DiscoveredSource } from "../bytes/discovered-source.ts";
import type { Diagnostic } from "../diagnostic.ts";
import { beginsJson, EventReader, mayHoldEvent } from "../event-log/event-reader.ts";
import { LogDecoder, type LogDecoderOptions } from "../executor-log/log-decoder.ts";
import type { LogRecord } from "../executor-log/log-record.ts";
import { applicationSaidIn } from "./application-sayings.ts";
import { EventLogParts } from "./event-log-parts.ts";
import { EventLogSample } from "./event-log-sample.ts";
import { applicationIdIn } from "./identity.ts";
import { type FedLine, type HugeStart, LineFeed, wholeLine } from "./line-feed.ts";
import { LogSample } from "./log-sample.ts";
import { memoryLoggers } from "./memory-loggers.ts";
import { ReversedFeed } from "./reversed-feed.ts";
import type { SampledFile } from "./sampled-file.ts";

/** Logs up to this many stored bytes are read whole, fewer where there are many logs. */
const smallBytes = 8 * 1024 * 1024;
const smallBytesOfAll = 512 * 1024 * 1024;
/** Decoded bytes read of them at most: packed, a small log may be a large one. */
const wholeBytes = 32 * 1024 * 1024;
/** Decoded bytes read of larger ones. */
const headBytes = 4 * 1024 * 1024;
/** Decoded bytes in which a log whose events have begun must tell whose they are. */
const startBytes = 32 * 1024 * 1024;
/**
 * Decoded bytes in which a log's first event must begin: of text, and of what is full of NULs;
 * fewer where there are many logs.
 */
const junkTextBytes = 1024 * 1024 * 1024;
const junkBytes = 16 * 1024 * 1024;
const junkLogs = 4;
/**
 * Lines in which a log's first record is looked for, and where there are few logs all of the head.
 */
const kindLines = 400;
const hashedBytes = 64 * 1024;

const itIsEmpty = "it is empty";
const nothingUnpacked = "it is cut or damaged before anything in it could be unpacked";

/** Nothing can be said of memory where most lines that state it cannot be cut apart. */
function noLayout(statements: number): string {
  const lines = statements === 1 ? "1 line states" : `${statements} lines state`;
  return `${lines} memory in Spark's words, and no layout that is known or learned cuts them apart: --log-pattern names the one they have, in log4j's syntax`;
}

const standMixed =
  "lines of several executors stand mixed in it, and most do not name theirs: kubectl logs --prefix, docker compose logs or a file for each executor tells them apart";

/** Reasons why a log with words of Spark in it is not read. */
export function isLoud(unread: string): boolean {
  return unread === standMixed || unread.includes("--log-pattern");
}

export interface SampleOptions {
  readonly pattern: string | undefined;
  /** read every log whole */
  readonly full: boolean;
  /** logs in the survey */
  readonly logs: number;
}

/**
 * One logical log, or several: an aggregated file holds those of several containers. Ids go on from
 * `firstId`.
 */
export async function sampleFile(
  source: DiscoveredSource,
  firstId: number,
  options: SampleOptions,
): Promise<SampledFile[]> {
  const bytes = storedBytes(source);
  const small = Math.min(smallBytes, smallBytesOfAll / options.logs);
  const isSmall = bytes !== undefined && bytes <= small;
  const limit = options.full ? undefined : isSmall ? wholeBytes : headBytes;
  const share = Math.max(1, options.logs / junkLogs);
  const limits = {
    limit,
    text: junkTextBytes / share,
    binary: junkBytes / share,
    records: headBytes / share,
  };
  let { reader, whole, damage } = await readSample(source, options.pattern, limits);
  // Of an aggregated file the head does not name all containers.
  if (!whole && reader.aggregated) {
    const all = { ...limits, limit: undefined };
    ({ reader, whole, damage } = await readSample(source, options.pattern, all));
  }
  const newestFirst = reader.newestFirst;
  if (newestFirst !== undefined) {
    const all = { ...limits, limit: undefined };
    ({ reader, whole, damage } = await readSample(source, options.pattern, all, newestFirst));
  }
  const shared = {
    source,
    newestFirst,
    codec: [...new Set(source.parts.map((part) => part.codec))].join("+"),
    bytes,
    readWhole: whole,
    logPattern: options.pattern,
    damage,
  };
  const hash = reader.hash();
  return reader.finish().map((found, index) => ({
    ...shared,
    ...found,
    unread: found.unread === itIsEmpty && damage.length > 0 ? nothingUnpacked : found.unread,
    sourceFileId: firstId + index,
    path: found.container === undefined ? source.path : `${source.path}!${found.container}`,
    firstBytesHash:
      found.container === undefined && (found.lines?.from ?? 1) === 1
        ? hash
        : createHash("sha256")
            .update(hash)
            .update(found.container ?? String(found.lines?.from))
            .digest("hex"),
  }));
}

async function readSample(
  source: DiscoveredSource,
  pattern: string | undefined,
  limits: SampleLimits,
  newestFirst?: SampledFile["newestFirst"],
): Promise<{ reader: SampleReader; whole: boolean; damage: Diagnostic[] }> {
  const damage: Diagnostic[] = [];
  const report = (diagnostic: Diagnostic): void => {
    if (damage.length < keptDamage) damage.push(diagnostic);
  };
  const how = { report, maxLineBytes: heldLineBytes };
  const feed =
    newestFirst === "lines" ? new ReversedFeed(source.parts, how) : new LineFeed(source.parts, how);
  const reader = new SampleReader(pattern, limits.records, newestFirst === "elements");
  let ended = false;
  try {
    while (!reader.enough(feed.bytes, limits)) {
      ended = !(await feed.read());
      if (ended) break;
      for (let line = feed.next(); line !== undefined; line = feed.next()) reader.take(line);
    }
  } finally {
    await feed.close();
  }
  return { reader, whole: ended, damage };
}

/** Decoded bytes after which a sample ends. */
interface SampleLimits {
  /** of a log whose kind is known; undefined: none */
  readonly limit: number | undefined;
  /** of what has shown no kind so far */
  readonly text: number;
  readonly binary: number;
  /** in which the first record of a text log is looked for */
  readonly records: number;
}

/** Of one file: twenty are enough, more say nothing new. */
const keptDamage = 20;
/** Times that fall, of which a log written newest first has nothing but. */
const fewestBackward = 3;
/** A sample needs no longer line whole. */
const heldLineBytes = 4 * 1024 * 1024;

/**
 * Reads an event log for what its head did not tell: the wanted tasks and all executors. Stops when
 * `enough` says so. The samples of the head are in it too.
 */
export async function scanEventLog(
  source: DiscoveredSource,
  wanted: ReadonlySet<number>,
  enough: (events: EventLogSample) => boolean,
): Promise<EventLogSample> {
  const events = new EventLogSample();
  events.wanted = wanted;
  const reader = new EventReader({ report: () => {} });
  const feed = new LineFeed(source.parts, { report: () => {} });
  try {
    while (!enough(events) && (await feed.read())) {
      for (let line = feed.next(); line !== undefined; line = feed.next()) {
        let fact = line.what === "line" ? reader.read(line) : undefined;
        for (; fact !== undefined; fact = reader.more()) events.see(fact);
      }
    }
  } finally {
    await feed.close();
  }
  return events;
}

function storedBytes(source: DiscoveredSource): number | undefined {
  let bytes = 0;
  for (const part of source.parts) {
    if (part.compressedBytes === undefined) return undefined;
    bytes += part.compressedBytes;
  }
  return bytes;
}

type Found = Pick<
  SampledFile,
  | "events"
  | "log"
  | "lines"
  | "container"
  | "otherContainers"
  | "layout"
  | "zoned"
  | "resolutionMs"
  | "counts"
  | "unread"
>;

/** What was sampled of one stream of records. */
class SampledStream {
  readonly log: LogSample = new LogSample();
  zoned = 0;
  resolutionMicros = 0;
}

/**
 * Finds out by content what a log is: JSON events, or records with a date, a level and a logger.
 */
class SampleReader {
  readonly #events = new EventLogParts();
  readonly #eventReader = new EventReader({ report: () => {} });
  /** the first line begins as JSON does: events may stand in more lines than one */
  #jsonText = false;
  /** by container; most files have none */
  readonly #streams = new Map<string | undefined, SampledStream>();
  #stream: SampledStream | undefined;
  #container: string | undefined;
  readonly #logOptions: LogDecoderOptions;
  #firstDecoder: LogDecoder | undefined;
  readonly #recordBytes: number;
  readonly #huge: HugeStart = { number: 0, byteOffset: 0, begun: false };
  readonly #hash = createHash("sha256");
  #hashed = 0;
  #lines = 0;
  #eventLines = 0;
  #records = 0;
  readonly #record: (record: LogRecord) => void;
  #linesWithNuls = 0;
  /** in a line too long to hold, which did not begin as an event does */
  #hugeJunk = false;

  constructor(pattern: string | undefined, recordBytes: number, newestFirst: boolean) {
    this.#recordBytes = recordBytes;
    this.#logOptions = { report: () => {}, pattern, everyRecord: true, newestFirst };
    this.#record = (record) => this.#takeRecord(record);
  }

  /** Made for the first line that is no event: most event logs have none. */
  get #logDecoder(): LogDecoder {
    this.#firstDecoder ??= new LogDecoder(this.#logOptions);
    return this.#firstDecoder;
  }

  /**
   * Whether to read on does not help: the kind is known and enough was read of it, or it does not
   * show.
   */
  enough(bytes: number, { limit, text, binary }: SampleLimits): boolean {
    if (this.#eventLines === 0 && this.#records === 0) {
      return this.#hugeJunk || bytes >= (this.#linesWithNuls * 4 > this.#lines ? binary : text);
    }
    if (limit === undefined || bytes < limit) return false;
    return this.#records > 0 || this.#events.last.startedMs !== undefined || bytes >= startBytes;
  }

  take(line: FedLine): void {
    this.#takeHash(line);
    if (line.what === "line") {
      this.#lines++;
      if (this.#lines === 1) this.#jsonText = beginsJson(line);
      const holdsEvent = mayHoldEvent(line);
      if (holdsEvent) this.#eventLines++;
      if (holdsEvent || (this.#jsonText && this.#records === 0)) {
        this.#takeEvent(this.#eventReader.read(line));
        if (this.#events.facts > 0 || holdsEvent) return;
      }
    } else if (this.#eventLines > 0 || this.#records === 0) this.#takeHugeEvent(line);
    if (this.#eventLines > 0 && this.#records === 0) return;
    const whole = wholeLine(line, this.#huge);
    if (whole === undefined) return;
    if (this.#records === 0) {
      if (line.what === "huge_piece") this.#hugeJunk = !mayHoldEvent(whole);
      if (holdsNul(whole)) this.#linesWithNuls++;
      // Records begin early or nowhere: beyond the head only events are looked for, which is cheap.
      if (this.#lines > kindLines && whole.byteOffset > this.#recordBytes) return;
    }
    this.#logDecoder.decode(whole, this.#record);
  }

  hash(): string {
    return this.#hash.digest("hex");
  }

  /** Times fall from line to line: how it is to be read instead. */
  get newestFirst(): SampledFile["newestFirst"] {
    if (this.#eventLines > 0) return undefined;
    // What waits for more lines is let go: a small log has shown nothing before.
    this.#logDecoder.flush(this.#record);
    let forward = 0;
    let backward = 0;
    for (const { log } of this.#streams.values()) {
      forward += log.forward;
      backward += log.backward;
    }
    if (backward < fewestBackward || backward < forward * 4) return undefined;
    const { envelopeNames } = this.#logDecoder;
    const hasElements = envelopeNames.some((name) => name === "json-document" || name === "yaml");
    return hasElements ? "elements" : "lines";
  }

  get aggregated(): boolean {
    for (const container of this.#streams.keys()) if (container !== undefined) return true;
    return false;
  }

  finish(): Found[] {
    const nothing = {
      events: undefined,
      log: undefined,
      lines: undefined,
      container: undefined,
      otherContainers: [],
      layout: undefined,
      counts: undefined,
    };
    if (this.#eventLines > 0 || this.#events.facts > 0) {
      this.#events.last.lostLines = this.#eventReader.counts().lostLines;
      return this.#events.all().map(({ events, lines }) => {
        return { ...nothing, events, lines, zoned: true, resolutionMs: 1, unread: undefined };
      });
    }
    this.#logDecoder.flush(this.#record);
    if (this.#records === 0) {
      const isEmpty = this.#lines === 0 && !this.#hugeJunk;
      const { unreadStatements } = this.#logDecoder.counts;
      const unread = isEmpty
        ? itIsEmpty
        : unreadStatements > 0
          ? noLayout(unreadStatements)
          : "neither an event log nor a log of Spark";
      return [{ ...nothing, zoned: false, resolutionMs: 1000, unread }];
    }
    const containers = [...this.#streams].filter(([, stream]) => stream.log.records > 0);
    // Where lines stand mixed, no part is one executor's: the file is said to be unread once.
    const mixed = containers.find(([container]) => this.#logDecoder.isMixed(container));
    if (mixed !== undefined) {
      return [{ ...this.#found(...mixed), container: undefined, otherContainers: [] }];
    }
    const names = containers.map(([container]) => container);
    return containers.map(([container, stream]) => {
      const otherContainers = names.filter((name) => name !== container);
      return { ...this.#found(container, stream), otherContainers };
    });
  }

  #found(
    container: string | undefined,
    { log, zoned, resolutionMicros }: SampledStream,
  ): Omit<Found, "otherContainers"> {
    const counts = this.#logDecoder.countsOf(container);
    if (counts.driversFrames > 0) log.driverLines++;
    const found = {
      events: undefined,
      lines: undefined,
      container,
      layout: this.#logDecoder.layoutName,
      zoned: zoned * 2 > log.records,
      resolutionMs: resolutionMicros / 1000,
      counts,
    };
    log.dateless = this.#logDecoder.isDateless;
    log.dateDoubtful = this.#logDecoder.isDateDoubtful;
    const application = container === undefined ? undefined : applicationIdIn(container);
    if (application !== undefined) log.appIds.set(application, `container ${container}`);
    if (this.#logDecoder.isMixed(container)) {
      return { ...found, log: undefined, unread: standMixed };
    }
    if (counts.unreadStatements > log.ofExecutor) {
      return { ...found, log: undefined, unread: noLayout(counts.unreadStatements) };
    }
    // A log without a line of a driver, or of memory, storage, tasks or registrations, has nothing
    // to replay.
    return log.facts === 0 &&
      log.executorId === undefined &&
      log.driverLines + log.workingLines === 0
      ? { ...found, log: undefined, unread: "no line of Spark's executors or driver in it" }
      : { ...found, log, unread: undefined };
  }

  #takeHash(line: FedLine): void {
    if (this.#hashed >= hashedBytes) return;
    const end = Math.min(line.end, line.start + hashedBytes - this.#hashed);
    this.#hash.update(line.buffer.subarray(line.start, end)).update("\n");
    this.#hashed += end - line.start + 1;
  }

  #takeHugeEvent(line: FedLine): void {
    if (line.what === "huge_begin") this.#eventReader.hugeBegin(line);
    else if (line.what === "huge_piece") {
      this.#eventReader.hugePiece(line.buffer, line.start, line.end);
      this.#takeEvent(this.#eventReader.more());
    } else this.#takeEvent(this.#eventReader.hugeEnd());
  }

  #takeEvent(fact: EventFact | undefined): void {
    for (let each = fact; each !== undefined; each = this.#eventReader.more()) {
      this.#events.see(each, this.#eventReader.line);
    }
  }

  #takeRecord(record: LogRecord): void {
    const { log } = this.#streamOf(record.container);
    const micros = record.localMicros;
    if (record.timed && micros !== undefined) this.#takeTime(record, micros);
    else if (record.level !== undefined || record.fact !== undefined) this.#takeUntimed(log);
    this.#idIn(record, log);
    switch (record.level) {
      case "TRACE":
      case "DEBUG":
        if (memoryLoggers.has(record.logger)) log.debug = true;
        log.info = true;
        break;
      case "INFO":
        // Programs print at INFO beside a Spark that does not.
        log.info ||= record.template !== undefined;
        break;
      default:
        log.warn ||= record.level !== undefined;
        if (record.level !== undefined) log.said(record.message);
    }
    const { thread } = record;
    log.threads ||= thread !== undefined;
    log.by(record.logger, thread);
    log.versionMarks.see(record, thread);
    if (record.fact) {
      log.see(record.fact, micros === undefined ? undefined : micros / 1000, log.records);
    }
  }

  #streamOf(container: string | undefined): SampledStream {
    let stream = this.#container === container ? this.#stream : this.#streams.get(container);
    if (!stream) {
      stream = new SampledStream();
      this.#streams.set(container, stream);
    }
    this.#stream = stream;
    this.#container = container;
    return stream;
  }

  #takeUntimed(log: LogSample): void {
    this.#records++;
    log.records++;
  }

  #takeTime(record: LogRecord, micros: number): void {
    const stream = this.#streamOf(record.container);
    this.#records++;
    stream.log.time(micros / 1000);
    if (record.zoned) stream.zoned++;
    // The finest that is printed: a whole second may be 12:00:00.000 too.
    if (stream.resolutionMicros === 0 || record.resolutionMicros < stream.resolutionMicros) {
      stream.resolutionMicros = record.resolutionMicros;
    }
  }

  /** Lines that name the application and carry no fact. */
  #idIn(record: LogRecord, log: LogSample): void {
    if (log.appIds.size > 0 || log.records > 2000) return;
    const said = applicationSaidIn(record.message);
    if (said !== undefined) log.appIds.set(said.id, `\`${said.by}\``);
  }
}

const nulBytes = 256;

function holdsNul({ buffer, start, end }: FedLine): boolean {
  return buffer.subarray(start, Math.min(end, start + nulBytes)).includes(0);
}
