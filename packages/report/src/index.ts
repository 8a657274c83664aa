export { DatabaseError, type DatabaseTrouble } from "./database-error.ts";
export {
  type ApplicationName,
  costInWords,
  explain,
  type Finding,
  type FindingBehind,
  findingsOf,
  NotThereError,
  nothingFound,
  type Question,
  type RowNumber,
  type RunVerdict,
  type Severity,
  type Story,
  saidOnce,
  severitiesInWords,
  severityInWords,
} from "./explain/index.ts";
export { quotedSql, shellWord } from "./explain/shell-word.ts";
export { type FleetRow, fleetPage } from "./html/fleet.ts";
export { type ReportPage, type ReportRequest, reportPage } from "./html/report.ts";
export {
  type ApplicationWriter,
  DuckDbSink,
  type DuckDbSinkOptions,
  type WriteMode,
} from "./sinks/duckdb.ts";
export { type ExportedFile, type ExportRequest, exportDatabase } from "./sinks/export.ts";
export { type FleetInput, writeFleetInputs } from "./sinks/fleet-inputs.ts";
export type { HeldApplication } from "./sinks/held-applications.ts";
export type { ExportFormat } from "./sinks/index.ts";
export { type ReplayedInput, readInputs } from "./sinks/input-tables.ts";
export { type FolderContents, readFolder } from "./sinks/parquet-folder.ts";
export { dropPartial } from "./sinks/partial-files.ts";
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
  requireOneStatement,
  runQuery,
} from "./sql/query.ts";
export { type Ask, numberIn, type Row, textIn } from "./sql/row.ts";
export { type ColumnSchema, describeSchema, type RelationSchema } from "./sql/schema.ts";
export { type SchemaFormat, schemaText } from "./sql/schema-text.ts";
export { answerOf, firstOf, kindsOf, type RowOf, rowsFrom } from "./sql/typed-rows.ts";
export type { ApplicationKey } from "./tables/table.ts";
export {
  type AnsweredOutcome,
  type AnsweredScenario,
  type WhatIfAnswer,
  type WhatIfDetail,
  type WhatIfQuestion,
  whatIfInDetail,
} from "./whatif/answer.ts";
export { type AsLogged, simulatedAsLogged } from "./whatif/as-logged.ts";
export { AskedWrongly, isSimulated, NotComparable } from "./whatif/configurations.ts";
export type { EvictionOrder } from "./whatif/eviction-order.ts";
export { type GradeLetter, isAtLeast } from "./whatif/grades.ts";
export {
  ABOUT_THE_SAME,
  judgedChanges,
  type Proposal,
  TASKS_SIMULATED_BY_EXPLAIN,
  TASKS_SIMULATED_BY_REPLAY,
  tasksOf,
} from "./whatif/judge-changes.ts";
export type { MissRatioCurve, MissRatioPoint } from "./whatif/miss-ratios.ts";
export { type RunRecord, readRun } from "./whatif/run-record.ts";
export { type PromiseName, promiseNamed, type SizeAnswer, sizeOf } from "./whatif/size.ts";
export { writeAnswer } from "./whatif/write-answer.ts";
