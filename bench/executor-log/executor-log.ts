/**
 * How fast lines of an executor log become records, beside `wc -l` and `grep -c` on the same file:
 * `node --conditions=@respark/source --import tsx bench/executor-log/executor-log.ts <file>`.
 */
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { LogDecoder } from "../../packages/events/src/executor-log/log-decoder.ts";
import { LineReader, type LineSlice } from "../../packages/events/src/lines/lines.ts";

const CHUNK_BYTES = 1 << 20;
/** All executor logs of the recorded runs at INFO: 139 files, 30,712 lines. */
const RECORDED =
  "recorded at INFO: 85 % of lines of loggers that are read, 78 % facts, 101 bytes a line";

/** As a replay reads it: chunks of the file into a LineReader. */
function eachLine(path: string, onLine: (line: LineSlice) => void): void {
  const file = openSync(path, "r");
  const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  const lines = new LineReader({ onLine });
  for (;;) {
    const read = readSync(file, chunk, 0, CHUNK_BYTES, null);
    if (read === 0) break;
    lines.push(chunk.subarray(0, read));
  }
  lines.end();
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
let density = "";
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
  ours("bytes to records", () => {
    let facts = 0;
    const decoder = new LogDecoder({ report: () => {} });
    const emit = (): void => {
      facts++;
    };
    eachLine(path, (line) => decoder.decode(line, emit));
    decoder.flush(emit);
    const { lines, relevant } = decoder.counts;
    const percent = (part: number): string => `${((100 * part) / lines).toFixed(0)} %`;
    density = `${percent(relevant)} of lines of loggers that are read, ${percent(facts)} facts, ${((megabytes * 1e6) / lines).toFixed(0)} bytes a line`;
    return `${facts} facts`;
  }),
];
const wc = runs[0]?.cpuSeconds ?? 1;
const grep = runs[1]?.cpuSeconds ?? 1;
for (const { what, cpuSeconds, found } of runs) {
  process.stdout.write(
    `${what.padEnd(24)} ${cpuSeconds.toFixed(2).padStart(6)} CPU s  ${(megabytes / cpuSeconds).toFixed(0).padStart(6)} MB/CPU s  ${(cpuSeconds / wc).toFixed(1).padStart(5)} x wc  ${(cpuSeconds / grep).toFixed(1).padStart(4)} x grep  ${found}\n`,
  );
}
process.stdout.write(`density: ${density} (${RECORDED})\n`);
process.stdout.write(`peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB\n`);
