/**
 * What ended a process, in the words of those around it: its kernel, init, shell, container
 * service, batch system, editor or notebook. No layout is theirs, and no Spark prints them.
 */
import type { LogFact } from "@respark/core";
import { Literal, viewOf } from "./line-bytes.ts";

/** A longer line is no such word. */
const MOST_CHARACTERS = 1000;

/** Signals as exit codes of shells and containers, as Python's, and by name. */
const SIGNAL = String.raw`(?:Negsignal\.)?(?:-?9|-?15|134|137|139|143|SIG(?:KILL|TERM|SEGV|ABRT|BUS))\b`;

const ENDS: readonly RegExp[] = [
  // A container, task, step or process "exited with code 137", "return code Negsignal.SIGKILL".
  new RegExp(
    String.raw`\b(?:exit(?:ed|ing|s)?|return(?:ed)?|terminated|finished|completed|failed|killed|died)\b[^.:]{0,60}?\b(?:code|status|signal)\W{1,3}${SIGNAL}`,
  ),
  /\bexited with 1(?:34|37|39|43) code\b/,
  // Airflow and the Spark operator, of the driver's pod: `'exit_code': 137`, `ExitCode: 137`.
  new RegExp(String.raw`\b[Ee]xit[ _]?[Cc]ode\W{1,4}${SIGNAL}`),
  // bash, of a command in the foreground; of one in a script with its line.
  /^Killed$/,
  /^\S+: line \d+: +\d+ (?:Killed|Aborted|Segmentation fault|Terminated)\b/,
  // Linux (oom_kill.c) and systemd; Slurm; LSF; PBS; ECS.
  /\b[Oo]ut of memory: Kill(?:ed)? process \d/,
  /\b(?:killed|Killed) (?:\w+ ){0,3}by the OOM killer\b/,
  /: Main process exited, code=(?:killed|dumped)\b/,
  /: Failed with result 'oom-kill'/,
  /^slurmstepd: error: Detected \d+ oom/,
  /^srun: error: \S+: tasks? [^:]+: Out Of Memory/,
  /\bTERM_MEMLIMIT\b/,
  /\bPBS: job killed: [pv]?mem\b/,
  /\bOutOfMemoryError: Container killed due to memory usage/,
  // Databricks, Jupyter, Py4J: the JVM or the kernel behind them is gone.
  /^The spark driver has stopped unexpectedly\b/,
  /^Driver is (?:up but is not responsive|down)\b/,
  /\bPython kernel (?:is unresponsive|died)\b/,
  /^py4j\.protocol\.Py4JNetworkError: Answer from Java side is empty/,
];

/** YARN's diagnostics, which stand below the loss of any container. */
const OF_ANOTHER =
  /^(?:\[\d{4}-[^\]]{5,40}\] ?)?(?:Container exited with a non-zero |Container killed on request|Exit code: )/;

/** One word that each of them has: most lines have none. */
const SOME_WORD =
  /exit|Exit|code|kill|Kill|signal|status|memory|Memory|stopped|responsive|down|kernel|Java side|line /;

/** `kubectl get events`: a node's, whose processes are any pod's. */
const OF_A_NODE = /\bOOMKilling\b|\bnode\/\S+\s/;

const RETURNED = new Literal("Task exited with return code");

/** A scheduler's word (Airflow's) on what it ran: no part of a trace or a reason above it. */
export function endsWrapper(buffer: Buffer, start: number, end: number): boolean {
  return RETURNED.standsAt(viewOf(buffer), start, end);
}

/** The end that a line without a layout tells; undefined: it tells none. */
export function lastWordsIn(line: string): LogFact | undefined {
  if (line.length > MOST_CHARACTERS || !SOME_WORD.test(line)) return undefined;
  if (OF_ANOTHER.test(line) || !ENDS.some((end) => end.test(line))) return undefined;
  return OF_A_NODE.test(line)
    ? { kind: "trouble_logged", what: "process", message: line.trim(), isNobodys: true }
    : { kind: "process_ended", reason: line.trim() };
}
