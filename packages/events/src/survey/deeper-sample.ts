/** Large event logs are read on until every log beside them has something to set its clock by. */
import { isTimed } from "./clock-bounds.ts";
import type { EventLogSample } from "./event-log-sample.ts";
import type { LogSample } from "./log-sample.ts";
import type { SampledFile } from "./sampled-file.ts";
import { scanEventLog } from "./sampler.ts";

/** Task starts and ends by which a clock is known well. */
const enoughBounds = 16;
/** Tasks of each log that are looked for, the first ones it prints. */
const wantedTasks = 64;

/** The same files, with deeper samples of the event logs that were not read whole. */
export async function withEvidence(files: readonly SampledFile[]): Promise<SampledFile[]> {
  const result: SampledFile[] = [];
  for (const file of files) {
    const { events } = file;
    if (!events || file.readWhole || file.lines !== undefined) {
      result.push(file);
      continue;
    }
    const lacking = files.filter(({ log }) => log && mayBelong(log, events) && lacks(log, events));
    if (lacking.length === 0) {
      result.push(file);
      continue;
    }
    const wanted = new Set<number>();
    let pending = lacking.flatMap(({ log }) => (log ? [firstMoments(log)] : []));
    for (const moments of pending) for (const { taskId } of moments) wanted.add(taskId);
    const deeper = await scanEventLog(file.source, wanted, (seen) => {
      pending = pending.filter((moments) => known(moments, seen) < needed(moments));
      return pending.length === 0;
    });
    // The head has already shown the tasks that another log needs.
    for (const [taskId, task] of events.tasks) {
      if (!deeper.tasks.has(taskId)) deeper.tasks.set(taskId, task);
    }
    result.push({ ...file, events: deeper });
  }
  return result;
}

function mayBelong(log: LogSample, events: EventLogSample): boolean {
  return log.appIds.size === 0 || events.appId === undefined || log.appIds.has(events.appId);
}

/** Fewer bounds than its first tasks could give. */
function lacks(log: LogSample, events: EventLogSample): boolean {
  const moments = firstMoments(log);
  return known(moments, events) < needed(moments);
}

function needed(moments: LogSample["moments"]): number {
  return Math.min(enoughBounds, moments.length);
}

function known(moments: LogSample["moments"], events: EventLogSample): number {
  let count = 0;
  for (const moment of moments) {
    const task = events.tasks.get(moment.taskId);
    if (task && isTimed(moment, task)) count++;
  }
  return count;
}

/** The first tasks that a log prints, whole. */
function firstMoments(log: LogSample): LogSample["moments"] {
  const first = new Set<number>();
  for (const moment of log.moments) {
    if (first.size >= wantedTasks) break;
    first.add(moment.taskId);
  }
  return log.moments.filter((moment) => first.has(moment.taskId));
}
