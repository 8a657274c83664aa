export {};
export { LogDecoder, type LogDecoderOptions } from "./executor-log/log-decoder.ts";
export type { LogRecord } from "./executor-log/log-record.ts";
export type { LogCounts, LogOddity } from "./executor-log/record-reader.ts";
export { isMemoryStatement, looksLikeMemoryStatement } from "./executor-log/memory-statement.ts";
export {
  type LocalClock,
  LogContext,
  type LogContextOptions,
  observationFromRecord,
} from "./observations/from-log-record.ts";
