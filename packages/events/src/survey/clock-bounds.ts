/** What an executor or driver log and its event log both tell, as bounds of the log's clock. */
import type { ClockBound } from "./clock-alignment.ts";
import type { EventLogSample, SampledTask } from "./event-log-sample.ts";
import type { LogSample, SampledMoment } from "./log-sample.ts";

/** Does the event log tell when this was? Ends only of tasks that ended by themselves. */
export function isTimed(moment: SampledMoment, task: SampledTask): boolean {
  const end = moment.what === "finished" || moment.what === "driver_ended";
  return !end || task.finishedMs !== undefined;
}

/** Every moment of the log's sample that the event log's sample knows too. */
export function clockBounds(log: LogSample, events: EventLogSample): ClockBound[] {
  const bounds: ClockBound[] = [];
  for (const { what, taskId, wallMs, place } of log.moments) {
    const task = events.tasks.get(taskId);
    if (!task) continue;
    // Launch is booked before the task is sent; the executor prints `Finished` before it reports
    // (Executor.TaskRunner.run), the driver prints its own lines after booking
    // (TaskSetManager.resourceOffer, handleSuccessfulTask).
    const end = what === "finished" || what === "driver_ended";
    const eventMs = end ? task.finishedMs : task.launchedMs;
    if (eventMs === undefined) continue;
    const side =
      what === "finished" ? "not_after" : what.startsWith("driver") ? "soon_after" : "not_before";
    bounds.push({ side, eventMs, wallMs, place, taskId });
  }
  for (const { what, executorId, wallMs, place } of log.registrations) {
    const executor = events.executors.get(executorId);
    if (!executor) continue;
    const eventMs = what === "block_manager" ? executor.registeredMs.at(-1) : executor.addedMs;
    if (eventMs !== undefined) {
      bounds.push({ side: "about", eventMs, wallMs, place, taskId: undefined });
    }
  }
  return bounds;
}
