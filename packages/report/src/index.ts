export { DatabaseError, type DatabaseTrouble } from "./database-error.ts";
export {
  type ApplicationWriter,
  DuckDbSink,
  type DuckDbSinkOptions,
  type WriteMode,
} from "./sinks/duckdb.ts";
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
export type { ApplicationKey } from "./tables/table.ts";
