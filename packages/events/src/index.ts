export type { ByteSource, ChunkOptions, Codec } from "./bytes/byte-source.ts";
export { discover } from "./bytes/discover.ts";
export type { DiscoveredSource, Grouping } from "./bytes/discovered-source.ts";
export type { DiscoveryLimits, DiscoveryOptions } from "./bytes/discovery-options.ts";
export {
  type Diagnostic,
  type DiagnosticCode,
  DiagnosticLog,
  type DiagnosticLogRow,
  type DiagnosticSeverity,
  type ReportDiagnostic,
} from "./diagnostic.ts";
export { EventLogDecoder, type LinePlace } from "./event-log/event-log-decoder.ts";
export type { EventLogCounts, EventLogTrouble, EventLogTroubleCode } from "./event-log/trouble.ts";
export type { LogCounts, LogOddity } from "./executor-log/log-counts.ts";
export { LogDecoder, type LogDecoderOptions } from "./executor-log/log-decoder.ts";
export type { LogRecord } from "./executor-log/log-record.ts";
export {
  type HugeLine,
  LineReader,
  type LineReaderOptions,
  type LineSlice,
} from "./lines/lines.ts";
export {
  type FileDone,
  type ReadHandlers,
  readApplication,
} from "./observations/read-application.ts";
export {
  defaultRedactionRegex,
  hideMatches,
  redactedText,
  redactionTrouble,
  redactProperties,
} from "./redact-properties.ts";
export { hideSecretShapes, isSecretKey } from "./secret-shapes.ts";
export { type Advice, type AdviceQuestion, adviceFor } from "./survey/evidence.ts";
export { type ApplicationSigns, attemptApart, isSameApplication } from "./survey/same-id.ts";
export { type SurveyOptions, survey } from "./survey/survey.ts";
export type {
  FileClock,
  FileKind,
  Survey,
  SurveyedApplication,
  SurveyedExecutor,
  SurveyedFile,
} from "./survey/surveyed.ts";
