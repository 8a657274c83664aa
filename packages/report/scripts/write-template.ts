/**
 * Writes the bundle's empty database: write-template <path>. Run by scripts/bundle.mjs, in the
 * bundle itself.
 */
import { writeTemplate } from "../src/sinks/duckdb.ts";

const path = process.argv.at(2);
if (path === undefined) throw new Error("write-template needs the path to write to");
await writeTemplate(path);
