/** docs/compatibility.md as text: tables of what was found. The same logs give the same page. */
import type { ApplicationFound, Found, LogFound } from "./found.ts";

export function compatibilityPage(runs: readonly Found[], thirdParty: readonly Found[]): string {
  return `# Compatibility

What respark finds in real logs. \`node --conditions=@respark/source --import tsx test/compatibility/compatibility.ts [data directory]\`
writes this page; nothing in it is written by hand.

*Exit* is what \`respark replay\` ends with: 0, or 3 where an input holds no Spark application. *Diagnostics* are rows of the
table \`diagnostics\`, by code. *Executors* are those the event log names, without the driver; *stages* are attempts that ended.

## Real runs

Event logs and executor logs that Spark wrote for programs of our own (\`runs/<run>/logs\`). The name says Spark's line, the
program and its settings. ${exits(runs)}

${table(
  ["run", "Spark", "event log", "exit", ...eventColumns, "diagnostics"],
  runs.flatMap(runRows),
)}

## Logs of others

Event logs of Apache Spark's own tests and of NVIDIA's spark-rapids-tools, and a YARN executor log of logpai/loghub. ${exits(thirdParty)}

${table(
  ["input", "kind", "codec", "exit", "Spark", "application", ...eventColumns, "diagnostics"],
  thirdParty.flatMap(thirdPartyRows),
)}
${complaints([...runs, ...thirdParty])}
## Memory statements of executor and driver logs

Lines that state memory (found by the words that the accuracy bars count, without respark's parser), and those of them
from which an observation came.

${statementTables([...runs, ...thirdParty])}

## Clocks

The zone that was found for each run's executor and driver logs, on what evidence, and how many lines about the start and
end of tasks then stand within the task's life in the event log, to the resolution of the line.

${table(["run", "zone", "evidence", "confidence", "task lines", "agree", "worst"], runs.flatMap(clockRows))}

${NATIVE_ENGINES}`;
}

/** What is known of logs of engines beside Spark's own, and why it is not read. */
const NATIVE_ENGINES = `## Native engines

What Gluten and Comet take from Spark's off-heap pool goes through \`TaskMemoryManager\`, and is read like all else where
\`org.apache.spark.memory\` logs at DEBUG. Their own lines are not turned into memory events:

- Comet with \`spark.comet.debug.memory=true\` prints \`[Task 7] MemoryPool[ExternalSorter[0]].try_grow(1048576) returning Ok\`,
  and \`grow\` and \`shrink\` alike (\`native/core/src/execution/memory_pools/logging_pool.rs\`). The number is what the consumer
  held before the call, not what it asked for or gave back, and several consumers of a task share a name: no sum of these
  lines is what a task holds.
- Gluten prints \`Memory consumer stats:\` with a tree of \`Task.526: Current used bytes: 2041.0 MiB, peak bytes: N/A\`
  (\`SparkMemoryUtil\`) inside the error of a task that failed, once it has failed. A child's bytes are part of its parent's,
  and none says when it was taken. The error itself, with the bytes asked for and granted, is a row of \`oom_events\`.
`;

const eventColumns = ["lines", "executors", "jobs", "stages", "tasks", "block updates"];

function eventCells({ events }: ApplicationFound): string[] {
  const { lines, executors, jobs, stages, tasks, blockUpdates } = events;
  return [lines, executors, jobs, stages, tasks, blockUpdates].map(String);
}

function exits(found: readonly Found[]): string {
  const byCode = new Map<number, number>();
  for (const { exitCode } of found) byCode.set(exitCode, (byCode.get(exitCode) ?? 0) + 1);
  const parts = [...byCode].sort(([a], [b]) => a - b).map(([code, n]) => `${n} end with ${code}`);
  return `Of ${found.length} inputs, ${parts.join(", ")}.`;
}

function runRows(found: Found): string[][] {
  return found.applications.map((one) => {
    const logs = one.application.files.filter(({ kind }) => kind === "event_log");
    return [
      found.name,
      one.application.sparkVersion ?? "?",
      logs.map(({ path, codec }) => `${shapeOf(path)} ${codec}`).join(", ") || "none",
      String(found.exitCode),
      ...eventCells(one),
      diagnosticsOf(found),
    ];
  });
}

function shapeOf(path: string): string {
  if (/eventlog_v2_/.test(path)) return "rolling";
  return path.endsWith(".inprogress") ? "in progress" : "single";
}

function thirdPartyRows(found: Found): string[][] {
  const kinds = (of: readonly { readonly kind: string }[]): string =>
    [...new Set(of.map(({ kind }) => kind.replaceAll("_", " ")))].join(", ");
  const codecs = (of: readonly { readonly codec: string }[]): string =>
    [...new Set(of.map(({ codec }) => codec))].join(", ");
  if (found.applications.length === 0) {
    const { files } = found.surveyed;
    return [
      [
        found.name,
        kinds(files),
        codecs(files),
        String(found.exitCode),
        "",
        "none",
        ...eventColumns.map(() => ""),
        diagnosticsOf(found),
      ],
    ];
  }
  return found.applications.map((one, index) => {
    const { files, sparkVersion, appId, attemptId } = one.application;
    return [
      found.name,
      kinds(files),
      codecs(files),
      String(found.exitCode),
      sparkVersion ?? "?",
      attemptId === "1" ? appId : `${appId} attempt ${attemptId}`,
      ...eventCells(one),
      index === 0 ? diagnosticsOf(found) : "",
    ];
  });
}

function diagnosticsOf({ diagnostics }: Found): string {
  return [...diagnostics]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, count]) => (count === 1 ? code : `${code} ${count}`))
    .join(", ");
}

function complaints(found: readonly Found[]): string {
  const failed = found.filter(({ exitCode }) => exitCode !== 0);
  if (failed.length === 0) return "";
  const lines = failed.map(({ name, exitCode, complaint }) => {
    const [first = ""] = complaint.split("\n");
    return `- ${name}: exit ${exitCode}, “${first.replace(/in \/\S*\//, "in ")}”`;
  });
  return `\nWhat does not end with 0 says:\n\n${lines.join("\n")}\n`;
}

function statementTables(all: readonly Found[]): string {
  const groups = new Map<string, LogFound[]>();
  const missed: string[] = [];
  for (const found of all) {
    for (const { application, logs } of found.applications) {
      for (const log of logs) {
        const key = `${application.sparkVersion ?? "unknown"}\t${log.file.kind}`;
        groups.set(key, [...(groups.get(key) ?? []), log]);
        if (log.statements.missed.length > 0) {
          missed.push(
            `- ${found.name} ${log.file.path.replace(/^.*\//, "")}: lines ${log.statements.missed.slice(0, 10).join(", ")}`,
          );
        }
      }
    }
  }
  const total = (logs: readonly LogFound[], of: (log: LogFound) => number): string =>
    String(logs.reduce((sum, log) => sum + of(log), 0));
  const rows = [...groups]
    .sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
    .map(([key, logs]) => {
      const [version = "", kind = ""] = key.split("\t");
      return [
        version,
        kind.replaceAll("_", " "),
        String(logs.length),
        layoutsOf(logs),
        total(logs, ({ lines }) => lines),
        total(logs, ({ statements }) => statements.stated),
        total(logs, ({ statements }) => statements.observed),
      ];
    });
  const lost = missed.length === 0 ? "" : `\n\nWithout an observation:\n\n${missed.join("\n")}`;
  return `${table(["Spark", "kind", "logs", "layouts", "lines", "statements", "observed"], rows)}${lost}`;
}

function layoutsOf(logs: readonly LogFound[]): string {
  const layouts = new Set(logs.map(({ file }) => file.layout ?? "unknown"));
  return [...layouts]
    .sort()
    .map((layout) => `\`${layout}\``)
    .join("<br>");
}

function clockRows(found: Found): string[][] {
  return found.applications.map(({ application, alignment }) => {
    const clocks = application.files
      .filter(({ kind }) => kind !== "event_log")
      .map(({ clock }) => clock);
    const each = (of: (clock: (typeof clocks)[number]) => string): string =>
      [...new Set(clocks.map(of))].sort().join("<br>");
    const { compared, agreeing, worst } = alignment;
    return [
      found.name,
      each(({ zone }) => zone ?? "unknown"),
      each(({ evidence }) => evidence.replace(/\d+ (?=task starts)|(?<=ends) of \d+ tasks/g, "")),
      clocks.length === 0 ? "" : String(Math.min(...clocks.map(({ confidence }) => confidence))),
      String(compared),
      String(agreeing),
      worst === 0 ? "" : `${worst / 1000} ms`,
    ];
  });
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
