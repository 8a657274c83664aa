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
  "lossy-1-dbg",
  "lossy-5-dbg",
  "lossy-1-info",
  "lossy-5-info",
  "lossy-5-alone",
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
  "lossy-1-dbg": "DEBUG logs that lost 1 % of their lines + event log",
  "lossy-5-dbg": "DEBUG logs that lost 5 % of their lines + event log",
  "lossy-1-info": "INFO logs that lost 1 % of their lines + event log",
  "lossy-5-info": "INFO logs that lost 5 % of their lines + event log",
  "lossy-5-alone": "executor logs that lost 5 % of their lines, alone",
};
