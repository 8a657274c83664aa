/// <reference types="node" />
/**
 * Writes docs/compatibility.md: what respark finds in every log at hand, beside what is in it.
 *
 *   node --conditions=@respark/source --import tsx test/compatibility/compatibility.ts [data directory] [output]
 *
 * The data directory holds `runs/<run>/logs` and `third-party/<collection>/<log>`; default:
 * ../shared/data.
 */
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { compatibilityPage } from "./compatibility-page.ts";
import { type Found, find } from "./found.ts";

const root = join(import.meta.dirname, "../..");
const [data = join(root, "../shared/data"), output = join(root, "docs/compatibility.md")] =
  process.argv.slice(2);

/** Names in a directory; only of directories where asked. */
async function namesIn(directory: string, only?: "directories"): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries
    .filter((entry) => only === undefined || entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

const runs: Found[] = [];
for (const run of await namesIn(join(data, "runs"), "directories")) {
  process.stderr.write(`${run}\n`);
  runs.push(await find(run, join(data, "runs", run, "logs")));
}
const thirdParty: Found[] = [];
for (const collection of await namesIn(join(data, "third-party"), "directories")) {
  for (const name of await namesIn(join(data, "third-party", collection))) {
    process.stderr.write(`${collection}/${name}\n`);
    thirdParty.push(
      await find(`${collection}/${name}`, join(data, "third-party", collection, name)),
    );
  }
}
await writeFile(output, compatibilityPage(runs, thirdParty) + (await fieldCasesIn(output)));

/** The section that field-cases.ts wrote; empty where it has not. */
async function fieldCasesIn(page: string): Promise<string> {
  const before = await readFile(page, "utf8");
  const at = before.indexOf("## Field cases");
  return at < 0 ? "" : `\n${before.slice(at)}`;
}
