/** Executors of one application: what is known of each one's JVM and life, from whichever log tells it best. */
import { rddIdOf } from "../block-id.ts";
import type { ByteInterval } from "../byte-interval.ts";
import type { LogFact } from "../log-fact.ts";
import type { RemovedClass } from "../rows.ts";

/** What decides an executor's memory layout, as far as heard. */
export interface ExecutorKnowledge {
  readonly executorId: string;
  host: string | undefined;
  hostPort: string | undefined;
  cores: number | undefined;
  addedAt: number | undefined;
  removedAt: number | undefined;
  removedReason: string | undefined;
  resourceProfileId: number | undefined;
  /** exact, from BlockManagerAdded */
  maxBytes: number | undefined;
  maxOnHeapBytes: number | undefined;
  maxOffHeapBytes: number | undefined;
  /** printed, from `MemoryStore started` or the driver's registration line */
  capacity: ByteInterval | undefined;
  xmxBytes: number | undefined;
  jvmFlags: readonly string[];
  /** settings inferred where none were logged */
  assumedConf: ReadonlyMap<string, string> | undefined;
  /** RDDs that the executor's log shows to live off-heap */
  readonly offHeapRdds: Set<number>;
  javaVersion: string | undefined;
  sourceFileId: number | undefined;
  sourceLine: number | undefined;
  signalled: boolean;
  outOfMemory: "jvm_heap" | "gc_overhead" | "direct" | undefined;
}

export class ExecutorRoster {
  readonly all: Map<string, ExecutorKnowledge> = new Map();

  of(executorId: string): ExecutorKnowledge {
    let known = this.all.get(executorId);
    if (known === undefined) {
      known = {
        executorId,
        host: undefined,
        hostPort: undefined,
        cores: undefined,
        addedAt: undefined,
        removedAt: undefined,
        removedReason: undefined,
        resourceProfileId: undefined,
        maxBytes: undefined,
        maxOnHeapBytes: undefined,
        maxOffHeapBytes: undefined,
        capacity: undefined,
        xmxBytes: undefined,
        jvmFlags: [],
        assumedConf: undefined,
        offHeapRdds: new Set(),
        javaVersion: undefined,
        sourceFileId: undefined,
        sourceLine: undefined,
        signalled: false,
        outOfMemory: undefined,
      };
      this.all.set(executorId, known);
    }
    return known;
  }

  byHostPort(hostPort: string): ExecutorKnowledge | undefined {
    for (const known of this.all.values()) if (known.hostPort === hostPort) return known;
    return undefined;
  }

  /** What an executor's own log says of its JVM. */
  learn(executorId: string, fact: LogFact, at: { sourceFileId: number; line: number }): void {
    const known = this.of(executorId);
    known.sourceFileId ??= at.sourceFileId;
    known.sourceLine ??= at.line;
    switch (fact.kind) {
      case "executor_command":
        known.cores ??= fact.cores;
        known.xmxBytes ??= fact.xmxBytes;
        known.jvmFlags = fact.jvmFlags;
        return;
      case "executor_started":
        known.host ??= fact.host;
        return;
      case "block_manager_registered":
        if (fact.executorId !== executorId) return;
        known.host ??= fact.host;
        known.hostPort ??= `${fact.host}:${fact.port}`;
        return;
      case "java_version_logged":
        known.javaVersion ??= fact.version;
        return;
      case "block_level": {
        const rdd = rddIdOf(fact.blockId);
        if (fact.useOffHeap && rdd !== undefined) known.offHeapRdds.add(rdd);
        return;
      }
      case "store_started":
        known.capacity ??= fact.capacity;
        return;
      default:
        return;
    }
  }
}

/** Why an executor went, from the words of Spark, YARN and Kubernetes (log-templates D14–D18, Y1–Y4, K1). */
export function classifyRemoval(known: {
  readonly removedReason: string | undefined;
  readonly signalled: boolean;
  readonly outOfMemory: ExecutorKnowledge["outOfMemory"];
}): RemovedClass | undefined {
  if (known.outOfMemory !== undefined) return known.outOfMemory;
  const reason = known.removedReason;
  if (reason === undefined) return undefined;
  const rule = REASONS.find(([pattern]) => pattern.test(reason));
  return rule?.[1] ?? "unknown";
}

const REASONS: readonly (readonly [RegExp, RemovedClass])[] = [
  [/GC overhead limit exceeded/i, "gc_overhead"],
  [/Direct buffer memory|direct memory/i, "direct"],
  [
    /beyond.{0,20}virtual memory limit|exceeding virtual memory|vmem|exit (?:code|status):? ?-103\b/i,
    "container_virtual",
  ],
  [
    /beyond.{0,20}physical.{0,3} memory limit|exceeding (?:physical )?memory limits|OOMKilled|possible container OOM|exit (?:code|status):? ?-104\b/i,
    "container_physical",
  ],
  [
    /Java heap space|OutOfMemoryError|\(JVM OOM\)|exit(?:ed with)? (?:code|status):? ?52\b|exited with code 52\b/i,
    "jvm_heap",
  ],
  [/preempt/i, "preempted"],
  [/decommission/i, "decommissioned"],
  [/heartbeat/i, "lost_heartbeat"],
  [
    /killed by driver|Executor (?:killed|removed) by (?:the )?driver|idle|requested by driver|Driver commanded/i,
    "killed_by_driver",
  ],
  [
    /exit(?:ed with)? (?:code|status):? ?(?:137|143)\b|exited with code (?:137|143|9|15)\b|SIGKILL|SIGTERM|Executor (?:\S+ )?killed/i,
    "killed",
  ],
  [/exited with code|exit code|exit status|Command exited/i, "exited"],
];
