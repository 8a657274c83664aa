/**
 * Connections on which a question may be running: a process that ends would wait for its answer.
 */
import type { DuckDBConnection } from "@duckdb/node-api";

const open = new Set<DuckDBConnection>();

/** The connection as it was given; the caller forgets it when it closes. */
export function keptOpen(connection: DuckDBConnection): DuckDBConnection {
  open.add(connection);
  return connection;
}

export function forgetConnection(connection: DuckDBConnection): void {
  open.delete(connection);
}

/** Cuts off every question that DuckDB is answering in this process; each of them fails. */
export function interruptQueries(): void {
  for (const connection of open) connection.interrupt();
}
