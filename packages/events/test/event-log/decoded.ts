/** Event-log text given line by line to a decoder, as the line reader would. */
import type { EventFact, ExecutorMetricValues } from "@respark/core";
import { EventLogDecoder } from "../../src/event-log/event-log-decoder.ts";
import type { EventLogTrouble } from "../../src/event-log/trouble.ts";

export interface Decoded {
  /** Copies: facts of hot kinds are reused records. */
  readonly facts: readonly (EventFact | undefined)[];
  readonly troubles: readonly EventLogTrouble[];
  readonly decoder: EventLogDecoder;
}

export function decoded(text: string | Buffer): Decoded {
  const troubles: EventLogTrouble[] = [];
  const decoder = new EventLogDecoder({ report: (trouble) => troubles.push(trouble) });
  const facts = linesOf(Buffer.from(text)).map((line) => copyOf(decoder.decode(line)));
  return { facts, troubles, decoder };
}

/** A fact to keep, its metrics as a Map. */
export function copyOf(fact: EventFact | undefined): EventFact | undefined {
  if (fact?.kind === "executor_metrics")
    return structuredClone({ ...fact, values: mapOf(fact.values) });
  if (fact?.kind !== "task_end" || fact.executorMetrics === undefined) return structuredClone(fact);
  return structuredClone({ ...fact, executorMetrics: mapOf(fact.executorMetrics) });
}

function mapOf(values: ExecutorMetricValues): ReadonlyMap<string, number> {
  const map = new Map<string, number>();
  values.forEach((value, name) => {
    map.set(name, value);
  });
  return map;
}

/** Of one event, twice: as JSON.parse reads it and as the shape learned from it does. */
export function factsOf(event: object): readonly (EventFact | undefined)[] {
  const line = JSON.stringify(event);
  return decoded(`${line}\n${line}\n`).facts;
}

export interface Line {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
  readonly number: number;
  readonly byteOffset: number;
  readonly terminated: boolean;
}

export function linesOf(buffer: Buffer): readonly Line[] {
  const lines: Line[] = [];
  for (let start = 0; start < buffer.length; ) {
    const found = buffer.indexOf(10, start);
    const end = found < 0 ? buffer.length : found;
    const terminated = found >= 0;
    lines.push({ buffer, start, end, number: lines.length + 1, byteOffset: start, terminated });
    start = end + 1;
  }
  return lines;
}
