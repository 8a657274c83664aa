/**
 * What DuckDB answered is held outside V8's heap, of whose size V8 knows nothing, until V8 next
 * collects: of a thousand applications' questions that is 20 MB and more.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Ask } from "@respark/report";

/** The same questions; what an answer was read from is let go before the next. */
export function lettingGo(ask: Ask): Ask {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as (options: { readonly type: "minor" }) => void;
  return async (sql) => {
    const rows = await ask(sql);
    // Only what is young and dead: a millisecond or two.
    collect({ type: "minor" });
    return rows;
  };
}
