export {
  addRun,
  type Baseline,
  BaselineError,
  baselineOf,
  baselineText,
  hasRun,
  parseBaseline,
} from "./checks/baseline.ts";
export type {
  GateResult,
  MeasuredRun,
  Metric,
  Outcome,
  Verdict,
  VerdictStatus,
} from "./checks/check.ts";
export { type Allowed, differencesFrom } from "./checks/comparable.ts";
export {
  ConfigError,
  configJsonSchema,
  type GateConfig,
  parseConfig,
} from "./checks/gate-config.ts";
export { metrics } from "./checks/index.ts";
export { judge } from "./checks/judge.ts";
export { measureRun } from "./checks/measure.ts";
export { diffJson, diffText } from "./checks/outputs/diff.ts";
export { githubText } from "./checks/outputs/github.ts";
export { jsonText } from "./checks/outputs/json.ts";
export { junitText } from "./checks/outputs/junit.ts";
export { markdownText } from "./checks/outputs/markdown.ts";
export { sarifText } from "./checks/outputs/sarif.ts";
export { type Emphasis, terminalText } from "./checks/outputs/terminal.ts";
export type { Place } from "./checks/outputs/words.ts";
export { type OwnCheck, runOwnCheck } from "./checks/own-check.ts";
export { DatabaseError, type DatabaseTrouble } from "./database-error.ts";
export {
  type ApplicationName,
  explain,
  type Finding,
  NotThereError,
  type Question,
  type RowNumber,
  type RunVerdict,
  type Severity,
  type Story,
} from "./explain/index.ts";
export { quotedSql, shellWord } from "./explain/shell-word.ts";
export {
  type ApplicationWriter,
  DuckDbSink,
  type DuckDbSinkOptions,
  type WriteMode,
} from "./sinks/duckdb.ts";
export { type ExportedFile, type ExportRequest, exportDatabase } from "./sinks/export.ts";
export type { ExportFormat } from "./sinks/index.ts";
export { type ResultFormatName, resultText } from "./sql/formats/index.ts";
export type { FormatOptions } from "./sql/formats/result-format.ts";
export { sqlName, sqlText } from "./sql/literal.ts";
export {
  type Database,
  type DatabaseOptions,
  openDatabase,
  QueryError,
  type QueryResult,
  type QueryValue,
  type ResultColumn,
  runQuery,
} from "./sql/query.ts";
export { type Ask, numberIn, type Row, textIn } from "./sql/row.ts";
export { type ColumnSchema, describeSchema, type RelationSchema } from "./sql/schema.ts";
export { type SchemaFormat, schemaText } from "./sql/schema-text.ts";
export type { ApplicationKey } from "./tables/table.ts";
