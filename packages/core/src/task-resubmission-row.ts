/** A finished map task whose output was lost with its executor, so that Spark ran it again. */

/** From a TaskEnd with reason Resubmitted (TaskSetManager.executorLost, Spark 1.2 … 4.2). */
export interface TaskResubmissionRow {
  /** the attempt that had finished; a row of `tasks` where its own end is logged */
  taskId: number;
  stageId: number;
  stageAttemptId: number;
  index: number;
  executorId: string;
  /** epoch µs of the event before it: the event itself has no time; undefined: none had one */
  ts: number | undefined;
  sourceFileId: number;
  sourceLine: number;
}
