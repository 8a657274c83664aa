import { expect, test } from "vitest";
import { decode } from "./decoded.ts";

const BEFORE = "26/11/21 02:36:35 INFO Executor: Running task 3.0 in stage 0.0 (TID 3)";
const endOf = (...lines: string[]) =>
  decode([BEFORE, ...lines].join("\n"))
    .records.map(({ fact }) => fact)
    .filter((fact) => fact?.kind === "process_ended");

test.each([
  "executor-1 exited with code 137",
  "Process finished with exit code 137 (interrupted by signal 9:SIGKILL)",
  "Task exited with return code Negsignal.SIGKILL",
  "The Python process exited with exit code 137 (SIGKILL: Killed).",
  "Driver received SIGTERM/SIGKILL signal and exited with 137 code, driver is killed.",
  "Killed",
  "./run.sh: line 12: 23456 Killed                  java -cp app.jar",
  "/usr/lib/spark/bin/spark-class: line 101: 12345 Segmentation fault      (core dumped)",
  "[81234.5] Memory cgroup out of memory: Killed process 31 (java) total-vm:9123456kB",
  "Out of memory: Kill process 31 (java) score 912 or sacrifice child",
  "spark.service: A process of this unit has been killed by the OOM killer.",
  "spark.service: Main process exited, code=killed, status=9/KILL",
  "slurmstepd: error: Detected 1 oom-kill event(s) in step 4711.0 cgroup.",
  "srun: error: node-4: task 1: Out Of Memory",
  "TERM_MEMLIMIT: job killed after reaching LSF memory usage limit.",
  "OutOfMemoryError: Container killed due to memory usage",
  "driver container failed with ExitCode: 137, Reason: OOMKilled",
  "remote_pod: {'state': {'terminated': {'exit_code': 137, 'reason': 'OOMKilled'}}}",
  "Driver is up but is not responsive, likely due to GC.",
  "The spark driver has stopped unexpectedly and is restarting.",
  "py4j.protocol.Py4JNetworkError: Answer from Java side is empty",
])("what stands around Spark tells that its process ended: %s", (line) => {
  expect(endOf(line)).toEqual([{ kind: "process_ended", reason: line }]);
});

test.each([
  "Job finished with 137 rows",
  "Process finished with exit code 0",
  "Exit code: 134",
  "the loop was killed by the user",
  "status: 143 files read",
  "Container exited with a non-zero exit code 137. Error file: prelaunch.err.",
])("what a program prints is no end: %s", (line) => {
  expect(endOf(line)).toEqual([]);
});

test("the end stands below a trace; the reason of another's loss is no end of this process", () => {
  const failed = "26/11/21 02:36:36 ERROR Executor: Exception in task 3.0 in stage 0.0 (TID 3)";
  const lost = "26/11/21 02:36:36 ERROR TaskSchedulerImpl: Lost executor 3 on 10.1.2.3:";
  expect(
    endOf(failed, "java.io.IOException: gone", "\tat a.B.c(B.scala:1)", "Killed"),
  ).toHaveLength(1);
  expect(endOf(lost, "", "The executor with id 3 exited with exit code 137.")).toEqual([]);
});
