/**
 * An event log as a source of the merge: decoded line by line, its records reused, nothing queued.
 */
import type { EventFact, Observation } from "@respark/core";
import type { EventLogTrouble } from "../event-log/event-log-decoder.ts";
import { EventReader } from "../event-log/event-reader.ts";
import type { LineRange } from "../survey/event-log-parts.ts";
import type { FedLine, Lines } from "../survey/line-feed.ts";
import { type EventCursor, observationFromEvent } from "./from-event.ts";
import type { MergeSource, SourceState } from "./merge.ts";
import { ReusedObservation } from "./reused-observation.ts";

export interface EventLogSourceOptions {
  readonly sourceFileId: number;
  readonly rank: number;
  /** µs that this log runs ahead of others */
  readonly lead: number;
  readonly feed: Lines;
  /** the lines that are read; undefined: all */
  readonly lines: LineRange | undefined;
  readonly report: (trouble: EventLogTrouble) => void;
}

export class EventLogSource implements MergeSource {
  readonly rank: number;
  key: number = Number.NEGATIVE_INFINITY;
  state: SourceState = "starved";
  readonly head: Observation;
  readonly #lead: number;
  readonly #feed: Lines;
  readonly #reader: EventReader;
  readonly #from: number;
  readonly #to: number;
  #reads = true;
  readonly #cursor: { sourceFileId: number; line: number; lastTimedMs?: number | undefined };

  constructor({ sourceFileId, rank, lead, feed, lines, report }: EventLogSourceOptions) {
    this.rank = rank;
    this.#lead = lead;
    this.#feed = feed;
    this.#reader = new EventReader({ report });
    this.#from = lines?.from ?? 1;
    this.#to = lines?.to ?? Number.POSITIVE_INFINITY;
    const cursor: EventCursor & { line: number } = { sourceFileId, line: 0 };
    this.#cursor = cursor;
    const nothingYet: EventFact = { kind: "log_start", sparkVersion: "" };
    this.head = observationFromEvent(nothingYet, cursor, new ReusedObservation());
  }

  settle(): boolean {
    return false;
  }

  advance(): void {
    const feed = this.#feed;
    let fact = this.#reader.more();
    while (fact === undefined) {
      const line = feed.next();
      if (line === undefined) break;
      fact = this.#isOurs(line) ? this.#factOf(line) : undefined;
    }
    if (fact !== undefined) {
      this.#cursor.line = this.#reader.line;
      const head = observationFromEvent(fact, this.#cursor, this.head);
      if (head.ts !== undefined && head.ts - this.#lead > this.key) this.key = head.ts - this.#lead;
      this.state = "ready";
      return;
    }
    this.state = "starved";
  }

  /** Pieces of a line too long to hold go with its beginning. */
  #isOurs({ what, number }: FedLine): boolean {
    if (what === "line" || what === "huge_begin") {
      this.#reads = number >= this.#from && number <= this.#to;
    }
    return this.#reads;
  }

  #factOf(line: FedLine): EventFact | undefined {
    switch (line.what) {
      case "line":
        return this.#reader.read(line);
      case "huge_begin":
        this.#reader.hugeBegin({ number: line.number, byteOffset: line.byteOffset });
        return undefined;
      case "huge_piece":
        this.#reader.hugePiece(line.buffer, line.start, line.end);
        return this.#reader.more();
      case "huge_end":
        return this.#reader.hugeEnd({ terminated: line.terminated });
    }
  }

  async refill(): Promise<void> {
    if (await this.#feed.read()) {
      this.advance();
      return;
    }
    this.#reader.finish();
    this.state = "ended";
  }

  close(): Promise<void> {
    return this.#feed.close();
  }
}
