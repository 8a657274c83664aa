/**
 * How fast lines of an executor log become records, beside `wc -l` and `grep -c` on the same file:
 * `node --conditions=@respark/source --import tsx bench/executor-log/executor-log.ts <file>`.
 */
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { LogDecoder } from "../../packages/events/src/executor-log/log-decoder.ts";
import type { LineSlice } from "../../packages/events/src/lines/lines.ts";

const CHUNK_BYTES = 4 << 20;
const NEWLINE = 10;

/** A plain splitter, so that the figure is the decoder's and the lines' alone. */
function eachLine(path: string, onLine: (line: LineSlice) => void): void {
  const file = openSync(path, "r");
  let buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  const line = { buffer, start: 0, end: 0, number: 0, byteOffset: 0, terminated: true };
  let filled = 0;
  let base = 0;
  for (;;) {
    if (filled === buffer.length) {
      const larger = Buffer.allocUnsafeSlow(buffer.length * 2);
      buffer.copy(larger, 0, 0, filled);
      buffer = larger;
      line.buffer = larger;
    }
    const read = readSync(file, buffer, filled, buffer.length - filled, null);
    if (read === 0) break;
    const end = filled + read;
    let start = 0;
    let at = buffer.indexOf(NEWLINE, filled);
    while (at !== -1 && at < end) {
      line.start = start;
      line.end = at;
      line.number++;
      line.byteOffset = base + start;
      onLine(line);
      start = at + 1;
      at = buffer.indexOf(NEWLINE, start);
    }
    buffer.copyWithin(0, start, end);
    base += start;
    filled = end - start;
  }
  closeSync(file);
}

interface Run {
  readonly what: string;
  readonly cpuSeconds: number;
  readonly found: string;
}

function ours(what: string, work: () => string): Run {
  const before = process.cpuUsage();
  const found = work();
  const { user, system } = process.cpuUsage(before);
  return { what, cpuSeconds: (user + system) / 1e6, found };
}

/** CPU seconds of a command by the shell's own `times`. */
function peer(what: string, path: string, command: string): Run {
  const { stdout } = spawnSync(
    "bash",
    [
      "-c",
      `TIMEFORMAT='%U %S'; { time ${command} "$0" >/tmp/peer-out; } 2>&1; cat /tmp/peer-out`,
      path,
    ],
    { encoding: "utf8" },
  );
  const [times = "", found = ""] = stdout.trim().split("\n");
  const [user = 0, system = 0] = times.split(" ").map(Number);
  return { what, cpuSeconds: user + system, found: found.trim().split(" ")[0] ?? "" };
}

const path = process.argv[2];
if (path === undefined) {
  process.stderr.write("usage: executor-log.ts <executor log>\n");
  process.exit(2);
}
const megabytes = statSync(path).size / 1e6;
const runs: Run[] = [
  peer("wc -l", path, "wc -l"),
  peer(
    "grep -cE, five loggers",
    path,
    "grep -cE 'MemoryStore: |BlockManager: |BlockManagerInfo: |UnsafeExternalSorter: |TaskMemoryManager: '",
  ),
  ours("split only", () => {
    let lines = 0;
    eachLine(path, () => {
      lines++;
    });
    return `${lines} lines`;
  }),
  ours("lines to records", () => {
    let records = 0;
    const decoder = new LogDecoder({ report: () => {} });
    const emit = (): void => {
      records++;
    };
    eachLine(path, (line) => decoder.decode(line, emit));
    decoder.flush(emit);
    return `${records} facts`;
  }),
];
const wc = runs[0]?.cpuSeconds ?? 1;
for (const { what, cpuSeconds, found } of runs) {
  process.stdout.write(
    `${what.padEnd(24)} ${cpuSeconds.toFixed(2).padStart(6)} CPU s  ${(megabytes / cpuSeconds).toFixed(0).padStart(6)} MB/CPU s  ${(cpuSeconds / wc).toFixed(1).padStart(5)} x wc  ${found}\n`,
  );
}
process.stdout.write(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB\n`);
