/**
 * The applications of one event log's text: one, unless logs were put together or a path was used
 * again.
 */
import type { EventFact } from "@respark/core";
import { EventLogSample } from "./event-log-sample.ts";

/** Lines of a file that are one application's log, both included; `to` undefined: up to its end. */
export interface LineRange {
  readonly from: number;
  readonly to: number | undefined;
}

export interface EventLogPart {
  readonly events: EventLogSample;
  /** undefined: the whole file */
  readonly lines: LineRange | undefined;
}

type ApplicationStart = Extract<EventFact, { kind: "application_start" }>;

export class EventLogParts {
  readonly #parts: { readonly events: EventLogSample; readonly from: number }[] = [
    { events: new EventLogSample(), from: 1 },
  ];
  /** what stands before an application's start, until it is known whose start follows */
  readonly #head: { readonly fact: EventFact; readonly line: number }[] = [];

  /** Facts of hot kinds are reused records: none of them stands in a head. */
  see(fact: EventFact, line: number): void {
    const events = this.last;
    if (events.startedMs === undefined) {
      events.see(fact);
      return;
    }
    if (isOfHead(fact)) {
      if (fact.kind === "log_start") this.#settle(events);
      this.#head.push({ fact, line });
    } else if (fact.kind === "application_start" && isAnother(events, fact)) {
      const next = new EventLogSample();
      this.#parts.push({ events: next, from: this.#head[0]?.line ?? line });
      this.#settle(next);
      next.see(fact);
    } else {
      this.#settle(events);
      events.see(fact);
    }
  }

  get last(): EventLogSample {
    return this.#parts.at(-1)?.events ?? new EventLogSample();
  }

  get facts(): number {
    return this.#parts.reduce((sum, { events }) => sum + events.facts, 0);
  }

  all(): EventLogPart[] {
    this.#settle(this.last);
    return this.#parts.map(({ events, from }, at) => {
      const next = this.#parts[at + 1];
      const isWhole = this.#parts.length === 1;
      return {
        events,
        lines: isWhole ? undefined : { from, to: next === undefined ? undefined : next.from - 1 },
      };
    });
  }

  #settle(events: EventLogSample): void {
    for (const { fact } of this.#head) events.see(fact);
    this.#head.length = 0;
  }
}

/** Spark writes these before the application's start, and some of them again while it runs. */
function isOfHead({ kind }: EventFact): boolean {
  return (
    kind === "log_start" ||
    kind === "resource_profile" ||
    kind === "environment" ||
    kind === "block_manager_added" ||
    kind === "executor_added"
  );
}

/** Parts of one log may be there twice; another application has another id, start or name. */
function isAnother(known: EventLogSample, { appId, attemptId, timeMs, name }: ApplicationStart) {
  return (
    known.startedMs !== timeMs ||
    known.appId !== appId ||
    known.name !== name ||
    known.attemptId !== attemptId
  );
}
