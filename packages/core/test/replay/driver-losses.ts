/** Losses of executors that a driver's log reports, through a whole replay. */
import type { LogFact } from "../../src/log-fact.ts";
import { Replay } from "../../src/replay/replay.ts";
import { CollectedRows } from "./collected-rows.ts";

/** A loss in a driver's words. */
export function lost(told: {
  readonly executorId?: string;
  readonly containerId?: string;
  readonly host?: string;
  readonly reason: string;
}): LogFact {
  const { executorId, containerId, host, reason } = told;
  return {
    kind: "driver_executor_lost",
    executorId,
    containerId,
    host,
    exitCode: undefined,
    reason,
  };
}

/** The losses that lines of a driver's log report, the lines a second apart. */
export function lossesOf(...facts: readonly LogFact[]) {
  return lossesAt(...facts.map((fact, at) => [at * 1_000_000, fact] as const));
}

/** The same of lines at these times, µs. */
export function lossesAt(...lines: readonly (readonly [ts: number, fact: LogFact])[]) {
  const rows = new CollectedRows();
  const replay = new Replay({
    appId: "app",
    attemptId: "1",
    emit: rows.emit,
    sparkVersion: "3.5.6",
    executorLogs: new Map(),
  });
  for (const [at, [ts, fact]] of lines.entries()) {
    replay.step({
      fact,
      source: "driver_log",
      executorId: "driver",
      taskId: undefined,
      thread: undefined,
      ts,
      tsMin: ts,
      tsMax: ts,
      sourceFileId: 1,
      line: at + 1,
    });
  }
  replay.finish();
  return rows.tables.executors
    .filter(({ removedClass }) => removedClass !== undefined)
    .map(({ executorId, removedClass, host }) => ({ executorId, removedClass, host }));
}
