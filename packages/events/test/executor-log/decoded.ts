/** Text in, records out: what the tests of this folder share. */

import type { LogOddity } from "../../src/executor-log/log-counts.ts";
import { LogDecoder, type LogDecoderOptions } from "../../src/executor-log/log-decoder.ts";
import type { LogRecord } from "../../src/executor-log/log-record.ts";
import { LineReader } from "../../src/lines/lines.ts";

export interface Decoded {
  readonly line: number;
  readonly time: string | undefined;
  readonly zoned: boolean;
  readonly level: string | undefined;
  readonly logger: string;
  readonly thread: string | undefined;
  readonly container: string | undefined;
  readonly message: string;
  readonly fact: LogRecord["fact"];
}

export interface DecodedLog {
  readonly records: readonly Decoded[];
  readonly oddities: readonly LogOddity[];
  readonly decoder: LogDecoder;
}

/** Feeds bytes as they are; `look` sees each record while it is valid. */
export function decode(
  text: string | Uint8Array,
  options: Partial<LogDecoderOptions> & { readonly look?: (record: LogRecord) => void } = {},
): DecodedLog {
  const oddities: LogOddity[] = [];
  const records: Decoded[] = [];
  const decoder = new LogDecoder({ report: (oddity) => oddities.push(oddity), ...options });
  const emit = (record: LogRecord): void => {
    options.look?.(record);
    records.push({
      line: record.line,
      time: record.localMicros === undefined ? undefined : isoMicros(record.localMicros),
      zoned: record.zoned,
      level: record.level,
      logger: record.logger,
      thread: record.thread,
      container: record.container,
      message: record.message,
      fact: record.fact,
    });
  };
  const reader = new LineReader({ onLine: (line) => decoder.decode(line, emit) });
  reader.push(typeof text === "string" ? Buffer.from(text) : text);
  reader.end();
  decoder.flush(emit);
  return { records, oddities, decoder };
}

/** `2026-11-21T02:36:35.014`: a wall clock, not a moment. */
export function isoMicros(micros: number): string {
  return new Date(micros / 1000).toISOString().slice(0, -1);
}
