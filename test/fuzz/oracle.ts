/**
 * What must come out of a hurt text, found without respark: lines that are events or memory
 * statements, and lines that are neither.
 */

const STATEMENT =
  /stored as (?:values|bytes) (?:in memory|to memory) \(estimated size [^)]*free|dropped from memory \(free|Storage limit = |free memory is|Not enough space to cache|Will not store |blocks selected for dropping|Memory use = |MemoryStore started with capacity/;

/** A statement that is broken before its telling words: it is told of where it begins. */
const BEGUN = /After dropping \d+ blocks,\s*$/;
const GOES_ON = /^\s*free memory is/;
const LEFT_OPEN = /After dropping \d+ blocks,(?! free memory is)/;
const FEW_LINES = 3;

/** A record of the memory store, however its line begins. */
const STORE_RECORD = /\b(?:MemoryStore|UnifiedMemoryManager|StaticMemoryManager)\b[^ ]{0,8} /;

/** A statement that tells something in its first words and goes on after the break. */
const OPEN = /Memory use = (?!.*Storage limit = )/;

/** Events that always say something. */
const telling = new Set(
  [
    "LogStart",
    "ApplicationStart",
    "ApplicationEnd",
    "EnvironmentUpdate",
    "ExecutorAdded",
    "ExecutorRemoved",
    "BlockManagerAdded",
    "BlockManagerRemoved",
    "BlockUpdated",
    "JobStart",
    "JobEnd",
    "StageSubmitted",
    "StageCompleted",
    "TaskStart",
    "TaskEnd",
    "UnpersistRDD",
    "StageExecutorMetrics",
    "ResourceProfileAdded",
  ]
    .map((name) => `SparkListener${name}`)
    .concat(
      ["Start", "End"].map(
        (name) => `org.apache.spark.sql.execution.ui.SparkListenerSQLExecution${name}`,
      ),
    ),
);

/** 1-based numbers of lines that must give an observation or a diagnostic. */
export function linesThatCount(text: Buffer, kind: "event_log" | "log"): number[] {
  const lines = text.toString("utf8").split("\n");
  const found: number[] = [];
  for (const [index, line] of lines.entries()) {
    if (!(kind === "event_log" ? countsAsEvent(line) : STATEMENT.test(line))) continue;
    const isBroken = GOES_ON.test(line) && BEGUN.test(lines[index - 1] ?? "");
    found.push(isBroken ? index : index + 1);
  }
  return found;
}

/**
 * Lines with the rest of a statement or an event that was broken, each with the line where that
 * begins: it may be told of there.
 */
export function restsOfStatements(
  text: Buffer,
  kind: "event_log" | "log",
): ReadonlyMap<number, number> {
  const lines = text.toString("utf8").split("\n");
  return kind === "log" ? restsOfRecords(lines) : restsOfEvents(lines);
}

/**
 * Only a record of the memory store that is no whole statement can be such a beginning, and a rest
 * begins no record.
 */
function restsOfRecords(lines: readonly string[]): Map<number, number> {
  const rests = new Map<number, number>();
  for (const [index, line] of lines.entries()) {
    const before = lines[index - 1] ?? "";
    const isRest = STATEMENT.test(line) && !STORE_RECORD.test(line);
    const isBegun = STORE_RECORD.test(before) && (!STATEMENT.test(before) || OPEN.test(before));
    if (isRest && isBegun) rests.set(index + 1, index);
    else if (GOES_ON.test(line)) {
      // Another line may have been torn in between.
      const above = lines.slice(Math.max(0, index - FEW_LINES), index);
      const at = above.findLastIndex((one) => LEFT_OPEN.test(one));
      if (at >= 0) rests.set(index + 1, index - above.length + at + 1);
    }
  }
  return rests;
}

/** An event that is whole in two lines. */
function restsOfEvents(lines: readonly string[]): Map<number, number> {
  const rests = new Map<number, number>();
  for (const [index, line] of lines.entries()) {
    const before = lines[index - 1] ?? "";
    if (before.startsWith("{") && !isJson(before) && isJson(before + line))
      rests.set(index + 1, index);
  }
  return rests;
}

/** Whole events in the text that say something. */
export function wholeEvents(text: Buffer): number {
  let found = 0;
  for (const line of text.toString("utf8").split("\n")) {
    if (line.startsWith('{"Event":"') && countsAsEvent(line) && isJson(line)) found++;
  }
  return found;
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function countsAsEvent(line: string): boolean {
  if (line.trim() === "") return false;
  let event: unknown;
  try {
    event = JSON.parse(line);
  } catch {
    // Damage inside an event that is not read, or words before it, lose nothing.
    const name = /^[^{"]*\{"Event":"([^"]*)"/.exec(line)?.[1];
    return name === undefined || telling.has(name);
  }
  if (typeof event !== "object" || event === null) return true;
  return "Event" in event && typeof event.Event === "string" ? telling.has(event.Event) : true;
}
