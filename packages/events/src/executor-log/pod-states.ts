/**
 * What Kubernetes says of a pod that ended, pasted beside or above a log: `kubectl describe pod`,
 * `kubectl get pod -o yaml`, and a line of `kubectl get pods`.
 */
import type { LogFact } from "@respark/core";
import type { Unwrapped } from "./envelopes/envelope.ts";
import { textOf } from "./line-bytes.ts";
import { lost } from "./templates/scheduler.ts";

/** A pod's end, and when it was; µs, undefined: not told. */
export interface PodEnd {
  readonly fact: LogFact;
  readonly utcMicros: number | undefined;
  /** Where that is told; undefined: in the line at hand. */
  readonly at: LinePlace | undefined;
}

interface LinePlace {
  readonly number: number;
  readonly byteOffset: number;
}

interface Ended {
  readonly at: LinePlace | undefined;
  reason: string | undefined;
  exitCode: number | undefined;
  finished: string | undefined;
}

const NOTHING_TOLD: Ended = {
  at: undefined,
  reason: undefined,
  exitCode: undefined,
  finished: undefined,
};
const NOWHERE = { utcMicros: undefined, at: undefined };
const LINE_BYTES = 400;
const NAME = /^(?:Name:|\s{2}name:)\s+"?([a-z0-9][\w.-]*)/;
const STATE = /^\s*(?:(?:Last )?State:\s+Terminated|terminated:\s*$)/;
const FIELD =
  /^\s+(Reason|Exit Code|Finished|Started|Signal|Message|reason|exitCode|finishedAt|startedAt|containerID|message|signal):\s*"?([^"]*?)"?\s*$/;
const LIMITS = /^\s+[Ll]imits:/;
const MEMORY = /^\s+memory:\s*"?(\d[\w.]*)/;
const EXECUTOR = /\bspark-exec-id[=:]\s*"?(\d+)|\bSPARK_EXECUTOR_ID:\s*(\d+)/;
const ROLE_DRIVER = /\bspark-role[=:]\s*"?driver\b/;
/** `my-job-exec-3   0/1   OOMKilled   0   10m` */
const LISTED = /^(\S*-(?:exec-\d+|driver))\s+\d+\/\d+\s+(OOMKilled)\s/;
/** 1 for a byte with which a line that tells of a pod may begin. */
export const POD_BEGINS: Uint8Array = new Uint8Array(256);
for (const byte of Buffer.from(" NLSabcdefghijklmnopqrstuvwxyz")) POD_BEGINS[byte] = 1;
/** `kubectl get events`. */
const EVICTED = /\bEvicted\s+pod\/(\S+-(?:exec-\d+|driver))\s+(\S.*)$/;
/** A SparkApplication of the Spark operator. */
const OPERATOR =
  /^\s+errorMessage:\s*['"]?(driver container failed with ExitCode: (\d+).*?)['"]?\s*$/;
/** 1 for the unit of an age, with which a line of `kubectl get events` begins: `5m`, `12s`. */
export const AGE_UNIT: Uint8Array = new Uint8Array(256);
for (const byte of Buffer.from("smhd")) AGE_UNIT[byte] = 1;
const LETTER_A = 97;
const LETTER_Z = 122;

export class PodStates {
  /** A description is being read: its lines are no log's. */
  isOpen = false;
  private executorId: string | undefined = undefined;
  private limit: string | undefined = undefined;
  private inState = false;
  private inLimits = false;
  private ended: Ended | undefined = undefined;

  /** The end of a pod, once this line completes it. */
  take({ buffer, start, end, number, byteOffset }: Unwrapped): PodEnd | undefined {
    const line = textOf(buffer, start, Math.min(end, start + LINE_BYTES));
    const listed = isSmallLetter(buffer[start]) ? LISTED.exec(line) : null;
    if (listed !== null) {
      const [, pod = "", reason] = listed;
      return endOf(executorOf(pod), { ...NOTHING_TOLD, reason }, undefined);
    }
    const told = otherWords(line);
    if (told !== undefined) return told;
    const name = NAME.exec(line)?.[1];
    if (name !== undefined && (!this.isOpen || line.startsWith("Name:"))) {
      const before = this.finish();
      this.executorId = executorOf(name);
      this.isOpen = true;
      return before;
    }
    if (STATE.test(line)) {
      this.isOpen = this.inState = true;
      this.ended ??= { ...NOTHING_TOLD, at: { number, byteOffset } };
      return undefined;
    }
    return this.isOpen ? this.detail(line) : undefined;
  }

  /** No line comes any more. */
  finish(): PodEnd | undefined {
    const { ended, executorId, limit } = this;
    this.isOpen = this.inState = this.inLimits = false;
    this.ended = this.executorId = this.limit = undefined;
    return ended === undefined ? undefined : endOf(executorId, ended, limit);
  }

  private detail(line: string): PodEnd | undefined {
    const field = FIELD.exec(line);
    if (this.inState && this.ended !== undefined && field !== null) {
      setField(this.ended, field[1] ?? "", field[2] ?? "");
      return undefined;
    }
    this.inState = false;
    const executor = EXECUTOR.exec(line);
    if (executor !== null) this.executorId ??= executor[1] ?? executor[2];
    else if (ROLE_DRIVER.test(line)) this.executorId ??= "driver";
    const memory = MEMORY.exec(line)?.[1];
    if (this.inLimits && memory !== undefined) this.limit ??= memory;
    else this.inLimits = LIMITS.test(line) || (this.inLimits && /^\s+\w+:/.test(line));
    // What is neither indented nor a key is a log's line again.
    return /^(?:\s|[A-Z][\w ./-]*:|[a-z]\w*:\s*$|$)/.test(line) ? undefined : this.finish();
  }
}

function otherWords(line: string): PodEnd | undefined {
  const [, pod = "", message] = EVICTED.exec(line) ?? [];
  if (message !== undefined) {
    const gone = { host: undefined, reason: `Evicted: ${message}` };
    return { ...NOWHERE, fact: lost({ executorId: executorOf(pod), ...gone }) };
  }
  const [, reason, code] = OPERATOR.exec(line) ?? [];
  if (reason === undefined) return undefined;
  const gone = { host: undefined, exitCode: Number(code), reason };
  return { ...NOWHERE, fact: lost({ executorId: "driver", ...gone }) };
}

function isSmallLetter(byte: number | undefined): boolean {
  return byte !== undefined && byte >= LETTER_A && byte <= LETTER_Z;
}

function executorOf(pod: string): string | undefined {
  if (pod.endsWith("-driver")) return "driver";
  return /-exec-(\d+)$/.exec(pod)?.[1];
}

function setField(ended: Ended, key: string, value: string): void {
  if (/^reason$/i.test(key)) ended.reason ??= value;
  else if (/^exit ?code$/i.test(key)) ended.exitCode ??= Number(value);
  else if (/^finished/i.test(key)) ended.finished ??= value;
}

/** undefined: it ended well. */
function endOf(
  executorId: string | undefined,
  { at, reason, exitCode, finished }: Ended,
  limit: string | undefined,
): PodEnd | undefined {
  if (reason === "Completed" || exitCode === 0) return undefined;
  const said = [
    ...(reason === undefined ? [] : [`Reason: ${reason}`]),
    ...(exitCode === undefined ? [] : [`Exit Code: ${exitCode}`]),
    ...(limit === undefined ? [] : [`Limits: memory ${limit}`]),
  ];
  if (said.length === 0) return undefined;
  const words = `Terminated, ${said.join(", ")}`;
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/.test(finished ?? "");
  const millis = zoned ? Date.parse(finished ?? "") : Number.NaN;
  return {
    fact:
      executorId === undefined
        ? { kind: "process_ended", reason: words }
        : lost({ executorId, host: undefined, exitCode, reason: words }),
    utcMicros: Number.isNaN(millis) ? undefined : millis * 1000,
    at,
  };
}
