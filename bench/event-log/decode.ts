/// <reference types="node" />
/**
 * CPU of decoding an event log into facts, as a share of JSON.parse on all its lines, in one
 * process. node --conditions=@respark/source --import tsx bench/event-log/decode.ts [event log,
 * plain] [MB]
 */
import { mkdtempSync, openSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EventLogDecoder } from "../../packages/events/src/index.ts";
import { growLog } from "./grown-log.ts";

const [source = "fixtures/runs/s35-g-base-dbg/app-20261121023728-0000", megabytes = "200"] =
  process.argv.slice(2);
const rounds = 3;

type OnLine = (buffer: Buffer, start: number, end: number) => void;

/** The whole file, line by line, through one buffer; a line over 16 MB would not fit. */
function eachLine(path: string, onLine: OnLine): void {
  const file = openSync(path, "r");
  const buffer = Buffer.allocUnsafeSlow(16 << 20);
  let fill = 0;
  for (;;) {
    const read = readSync(file, buffer, fill, Math.min(4 << 20, buffer.length - fill), null);
    if (read === 0) return;
    const end = fill + read;
    let start = 0;
    let at = buffer.indexOf(10, fill);
    while (at >= 0 && at < end) {
      onLine(buffer, start, at);
      start = at + 1;
      at = buffer.indexOf(10, start);
    }
    buffer.copyWithin(0, start, end);
    fill = end - start;
  }
}

function cpuSeconds(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const folder = mkdtempSync(join(tmpdir(), "respark-bench-"));
const path = join(folder, "grown");
const lines = growLog(source, path, Number(megabytes) * 1e6);
let checksum = 0;

const cases: Record<string, () => void> = {
  split: () =>
    eachLine(path, (_, start, end) => {
      checksum += end - start;
    }),
  "JSON.parse": () =>
    eachLine(path, (buffer, start, end) => {
      const event: unknown = JSON.parse(buffer.toString("utf8", start, end));
      if (event === null) checksum++;
    }),
  decode: () => {
    const decoder = new EventLogDecoder({ report: () => checksum++ });
    let number = 0;
    eachLine(path, (buffer, start, end) => {
      const line = { buffer, start, end, number: ++number, byteOffset: 0, terminated: true };
      const fact = decoder.decode(line);
      if (fact?.kind === "task_end") checksum += fact.runMillis ?? 0;
    });
    const { facts, fastFacts } = decoder.counts();
    note = `${facts} facts, ${((100 * fastFacts) / facts).toFixed(2)} % by shape`;
  },
};
let note = "";
const best = new Map<string, number>();
for (let round = 0; round < rounds; round++) {
  for (const [name, work] of Object.entries(cases)) {
    best.set(name, Math.min(best.get(name) ?? Number.POSITIVE_INFINITY, cpuSeconds(work)));
  }
}
rmSync(folder, { recursive: true });
const parse = best.get("JSON.parse") ?? Number.NaN;
const table = [...best].map(
  ([name, cpu]) =>
    `${name.padEnd(12)} ${cpu.toFixed(3)} CPU s  ${(cpu / parse).toFixed(3)} of JSON.parse`,
);
process.stdout.write(`${lines} lines, ${note} (${checksum})\n${table.join("\n")}\n`);
