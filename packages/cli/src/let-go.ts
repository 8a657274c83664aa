/**
 * What DuckDB answered is held outside V8's heap, of whose size V8 knows nothing, until V8 next
 * collects: of a thousand applications' questions that is 20 MB and more.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Ask } from "@respark/report";

/** Rows in which answers are let go; what one holds is that of so many rows at least. */
const ROWS_HELD = 512;
const LEAST_ROWS = 16;

/** The same questions; what answers were read from is let go before there is much of it. */
export function lettingGo(ask: Ask): Ask {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as (options: { readonly type: "minor" }) => void;
  let held = 0;
  return async (sql) => {
    const rows = await ask(sql);
    held += Math.max(rows.length, LEAST_ROWS);
    // One small application has a dozen short answers.
    if (held < ROWS_HELD) return rows;
    held = 0;
    // Only what is young and dead: a millisecond or two.
    collect({ type: "minor" });
    return rows;
  };
}
