/// <reference types="node" />
/**
 * Says where respark and the history server differ about the logs of a file of expectations.
 *
 *   node --conditions=@respark/source --import tsx test/history-server/compare.ts [expectations]
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { knownDifferences } from "./known-differences.ts";
import { differences, type Expectations } from "./numbers.ts";
import { replayedNumbers } from "./replayed-numbers.ts";

const root = join(import.meta.dirname, "../..");
const [file = join(import.meta.dirname, "expected.json")] = process.argv.slice(2);
const expected: Expectations = JSON.parse(await readFile(file, "utf8"));
let different = 0;
const byCause = new Map<string, number>();
for (const [log, attempts] of Object.entries(expected)) {
  const nothing: Awaited<ReturnType<typeof replayedNumbers>> = {};
  const found = await replayedNumbers(join(root, log)).catch((error: unknown) => {
    different++;
    process.stdout.write(`NEW ${log}: ${String(error)}\n`);
    return nothing;
  });
  for (const [attempt, numbers] of Object.entries(attempts)) {
    const ours = found[attempt];
    const said = ours === undefined ? ["not read here"] : differences(numbers, ours);
    for (const sentence of said) {
      const cause = knownDifferences.find(({ matches }) => matches.test(sentence))?.cause;
      if (cause === undefined) different++;
      else byCause.set(cause, (byCause.get(cause) ?? 0) + 1);
      process.stdout.write(`${cause ? "known" : "NEW"} ${log} ${attempt}: ${sentence}\n`);
    }
  }
}
for (const [cause, times] of byCause) process.stdout.write(`${times} × ${cause}\n`);
process.stdout.write(`${Object.keys(expected).length} logs, ${different} unknown differences\n`);
process.exitCode = different === 0 ? 0 : 1;
