/** Which part of a run's logs a replay is given, and what that part can say. */

export const logClasses = [
  "dbg",
  "info",
  "old",
  "exec",
  "exec-info",
  "event",
  "event-plain",
  "late",
  "early",
  "late-alone",
  "info-like",
] as const;
export type LogClass = (typeof logClasses)[number];

export const classTitles: Readonly<Record<LogClass, string>> = {
  dbg: "DEBUG + event log, 2.x–4.x",
  info: "INFO + event log, 2.x–4.x",
  old: "1.6, and legacy (static) of 2.4",
  exec: "executor logs alone (DEBUG; zone given)",
  "exec-info": "executor logs alone (INFO; zone given)",
  event: "event log alone (2.3+, block updates)",
  "event-plain": "event log alone (2.3+, no block updates)",
  late: "executor logs that begin late + event log",
  early: "executor logs that end early + event log",
  "late-alone": "executor logs that begin late, alone",
  "info-like": "INFO lines of DEBUG logs + event log",
};
