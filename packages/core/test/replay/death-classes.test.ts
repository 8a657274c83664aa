/** The classes of removals, a row for each wording of Spark, a JVM, YARN, Kubernetes or a host. */
import { expect, test } from "vitest";
import {
  classifyRemoval,
  moreTelling,
  removalClassOf,
} from "../../src/replay/application/death-classes.ts";
import { replayText } from "./replay-text.ts";

const consider = "Consider boosting spark.yarn.executor.memoryOverhead";
const vmem = "or disabling yarn.nodemanager.vmem-check-enabled because of YARN-4714.";

test.each([
  // Java heap
  ["jvm_heap", "1.2+", "OutOfMemoryError"],
  ["jvm_heap", "standalone", "Command exited with code 52"],
  ["jvm_heap", "kubernetes 3.1+", "The executor with id 3 exited with exit code 52(JVM OOM)."],
  ["jvm_heap", "kubernetes 2.4", "The executor with id 3 exited with exit code 52."],
  [
    "jvm_heap",
    "yarn",
    "Container marked as failed: container_1_01_000002 on host: h1. Exit status: 52. Diagnostics: [2021-01-01 00:00:00.000]Exception from container-launch.",
  ],
  [
    "jvm_heap",
    "any",
    "Unable to create executor due to java.lang.OutOfMemoryError: Java heap space",
  ],
  ["gc_overhead", "any", "java.lang.OutOfMemoryError: GC overhead limit exceeded"],
  ["direct", "JDK 8", "java.lang.OutOfMemoryError: Direct buffer memory"],
  [
    "direct",
    "JDK 17",
    "java.lang.OutOfMemoryError: Cannot reserve 1048576 bytes of direct buffer memory (allocated: 1073000000, limit: 1073741824)",
  ],
  ["exited", "any", "java.lang.OutOfMemoryError: Metaspace"],
  ["exited", "any", "java.lang.OutOfMemoryError: unable to create new native thread"],
  // Containers
  [
    "container_physical",
    "yarn 1.2-2.1",
    `Container killed by YARN for exceeding memory limits. 5.5 GB of 5.5 GB physical memory used. ${consider}.`,
  ],
  [
    "container_physical",
    "yarn 2.2-2.3",
    `Container killed by YARN for exceeding memory limits.  9.4 GB of 9 GB physical memory used. ${consider} ${vmem}`,
  ],
  [
    "container_virtual",
    "yarn 2.2-2.3",
    `Container killed by YARN for exceeding memory limits.  21.1 GB of 21 GB virtual memory used. ${consider} ${vmem}`,
  ],
  [
    "container_physical",
    "yarn 2.4+",
    "Container killed by YARN for exceeding physical memory limits. 10.4 GB of 10.4 GB physical memory used. Consider boosting spark.executor.memoryOverhead.",
  ],
  [
    "container_virtual",
    "yarn 2.4+",
    "Container killed by YARN for exceeding virtual memory limits. 4.2 GB of 4.1 GB virtual memory used. Consider boosting spark.executor.memoryOverhead or boosting yarn.nodemanager.vmem-pmem-ratio or disabling yarn.nodemanager.vmem-check-enabled because of YARN-4714.",
  ],
  [
    "container_physical",
    "hadoop 2",
    "Container marked as failed: container_1_01_000252 on host: h1. Exit status: 15. Diagnostics: Container [pid=31942,containerID=container_1_01_000252] is running beyond physical memory limits. Current usage: 3.5 GB of 3.5 GB physical memory used; 5.3 GB of 7.3 GB virtual memory used. Killing container.",
  ],
  [
    "container_virtual",
    "hadoop 2",
    "Container [pid=1,containerID=container_1_01_000002] is running beyond virtual memory limits. Current usage: 347.3 MB of 1 GB physical memory used; 2.2 GB of 2.1 GB virtual memory used. Killing container.",
  ],
  [
    "container_physical",
    "hadoop 3",
    "Container from a bad node: container_1_01_000003 on host: h1. Exit status: -104. Diagnostics: [2021-01-01]Container [pid=9,containerID=container_1_01_000003] is running 110592B beyond the 'PHYSICAL' memory limit. Current usage: 1.0 GB of 1 GB physical memory used; 2.8 GB of 2.1 GB virtual memory used. Killing container.",
  ],
  [
    "container_virtual",
    "hadoop 3",
    "Container [pid=9,containerID=container_1_01_000003] is running 45514240B beyond the 'VIRTUAL' memory limit. Current usage: 185.0 MB of 1 GB physical memory used; 2.1 GB of 2.1 GB virtual memory used. Killing container.",
  ],
  ["container_virtual", "yarn", "Container marked as failed: c on host: h. Exit status: -103."],
  [
    "container_physical",
    "kubernetes 3.1+",
    "\nThe executor with id 13 exited with exit code 137(SIGKILL, possible container OOM).\n\n\n\nThe API gave the following container statuses:\n\n\n\t container name: spark-kubernetes-executor\n\t container state: terminated\n\t exit code: 137\n\t termination reason: OOMKilled\n",
  ],
  [
    "container_physical",
    "kubernetes 2.4",
    "\nThe executor with id 2 exited with exit code 137.\nThe API gave the following brief reason: null\nThe API gave the following container statuses:\n ContainerStatus(lastState=ContainerState(terminated=ContainerStateTerminated(exitCode=137, reason=OOMKilled)))",
  ],
  ["container_physical", "mesos", "Memory limit exceeded: Requested: 1408MB Maximum Used: 1408MB"],
  // Taken away
  ["preempted", "yarn", "Container container_1_01_000003 on host: h1 was preempted."],
  [
    "preempted",
    "hadoop",
    "Container marked as failed: c. Exit status: -102. Diagnostics: Container preempted by scheduler",
  ],
  ["decommissioned", "3.0", "Executor decommission."],
  [
    "decommissioned",
    "3.1+",
    "Executor decommission: worker decommissioned because of spot preemption",
  ],
  ["lost_heartbeat", "all", "Executor heartbeat timed out after 124953 ms"],
  ["lost_heartbeat", "1.5+", "Unable to send heartbeats to driver."],
  ["lost_heartbeat", "standalone", "Command exited with code 56"],
  ["killed_by_driver", "1.6+", "Executor killed by driver."],
  [
    "killed_by_driver",
    "yarn",
    "Container container_e87_1_01_000002 exited from explicit termination request.",
  ],
  [
    "killed_by_driver",
    "yarn 3+",
    "Executor for container container_1 exited after Application shutdown.",
  ],
  // In the words of a kernel, init, batch system or container service
  [
    "container_physical",
    "Linux",
    "Memory cgroup out of memory: Killed process 31 (java) total-vm:9kB",
  ],
  [
    "container_physical",
    "systemd",
    "spark.service: A process of this unit has been killed by the OOM killer.",
  ],
  [
    "container_physical",
    "Slurm",
    "slurmstepd: error: Detected 1 oom-kill event(s) in step 4711.0 cgroup.",
  ],
  ["container_physical", "ECS", "OutOfMemoryError: Container killed due to memory usage"],
  ["killed", "compose", "spark-worker-1 exited with code 137"],
  ["killed", "bash", "run.sh: line 12: 4711 Killed  java -cp app.jar"],
  ["killed", "systemd", "spark.service: Main process exited, code=killed, status=9/KILL"],
  // Killed from outside, exited, not told
  ["killed", "standalone", "Command exited with code 137"],
  ["killed", "standalone", "Command exited with code 143"],
  ["killed", "1.2+", "Unknown executor exit code (137) (died from signal 9?)"],
  [
    "killed",
    "yarn",
    "Container marked as failed: container_1_01_000252 on host: h1. Exit status: 137. Diagnostics: Container killed on request. Exit code is 137\nContainer exited with a non-zero exit code 137\nKilled by external signal\n",
  ],
  ["killed", "kubernetes", "The executor with id 5 was deleted by a user or the framework."],
  ["killed", "3.0+", "Executor killed by TaskReaper."],
  ["exited", "standalone", "Command exited with code 1"],
  ["exited", "1.2+", "Unknown executor exit code (1)"],
  ["exited", "1.2+", "Uncaught exception"],
  [
    "exited",
    "kubernetes 3.1+",
    "The executor with id 5 exited with exit code 1(generic, look at logs to clarify).",
  ],
  [
    "exited",
    "yarn",
    "Executor for container container_1 exited because of a YARN event (e.g., pre-emption) and not because of an error in the running job.",
  ],
  [
    "unknown",
    "yarn",
    "Container marked as failed: c on host: h. Exit status: -100. Diagnostics: Container released on a *lost* node",
  ],
  [
    "unknown",
    "1.6+",
    "Remote RPC client disassociated. Likely due to containers exceeding thresholds, or network issues. Check driver logs for WARN messages.",
  ],
  ["unknown", "1.x-2.x", "Slave lost"],
  ["unknown", "3.0+", "Executor Process Lost"],
  ["unknown", "standalone", "worker lost: 10.0.0.1:46767 got disassociated"],
  ["unknown", "standalone", "worker lost: Not receiving heartbeat for 60 seconds"],
  ["unknown", "1.6+", "Stale executor after cluster manager re-registered."],
] as const)("%s, %s: %s", (removedClass, _where, reason) => {
  expect(removalClassOf(reason)).toBe(removedClass);
});

test("what the executor's own log knows is nearer than the driver's words", () => {
  const lost = { removedReason: "Executor Process Lost", signalled: false, outOfMemory: undefined };
  expect(classifyRemoval(lost)).toBe("unknown");
  expect(classifyRemoval({ ...lost, signalled: true })).toBe("killed");
  expect(classifyRemoval({ ...lost, outOfMemory: "gc_overhead" })).toBe("gc_overhead");
  // A SIGTERM alone ends every executor of a standalone cluster.
  expect(classifyRemoval({ ...lost, removedReason: undefined, signalled: true })).toBeUndefined();
});

test("of two reasons the one that says more is kept, whichever came first", () => {
  const lost = "Remote RPC client disassociated. Likely due to containers exceeding thresholds";
  const killed = "Command exited with code 137";
  const memory = "Container killed by YARN for exceeding physical memory limits. 1 GB of 1 GB";
  expect(moreTelling(lost, killed)).toBe(killed);
  expect(moreTelling(killed, lost)).toBe(killed);
  expect(moreTelling("Executor killed by driver.", killed)).toBe("Executor killed by driver.");
  expect(moreTelling(killed, memory)).toBe(memory);
  expect(moreTelling("Slave lost", lost)).toBe(lost);
});

test("a container over its limit is an out-of-memory of the executor, with the line that says so", () => {
  const { executors, oom_events } = replayText(
    `
       0 1 start 1000
      10 1 run task-1
      90 1 lost Container killed by YARN for exceeding physical memory limits. 1.5 GB of 1.5 GB physical memory used.`,
    { memory: 1000 },
  );
  expect(executors).toMatchObject([{ executorId: "1", removedClass: "container_physical" }]);
  expect(oom_events).toMatchObject([
    { executorId: "1", class: "container", ts: 90_000, taskId: undefined, sourceFileId: 1 },
  ]);
});

test("a task's error and the JVM's last words of it are one out-of-memory", () => {
  const { executors, oom_events } = replayText(
    `
       0 1 start 1000
      10 1 run task-1
      20 1 fail task-1 java.lang.OutOfMemoryError Java heap space
      21 1 dies java.lang.OutOfMemoryError Java heap space on task-1
      90 1 lost Executor Process Lost`,
    { memory: 1000 },
  );
  expect(oom_events).toMatchObject([{ class: "jvm_heap", taskId: 1, ts: 20_000 }]);
  expect(executors).toMatchObject([{ removedClass: "jvm_heap" }]);
});
