/**
 * Why an executor went, from the words of Spark, YARN and Kubernetes: one rule each, in the order
 * in which they are believed.
 */
import type { RemovedClass } from "../../rows.ts";
import { KILLED_FOR_MEMORY } from "./death-errors.ts";

/**
 * Words first: an exit code says less. (log-templates D14–D18, X13, Y1–Y4, K1; YarnAllocator,
 * ExecutorPodsLifecycleManager, ExecutorExitCode 1.2–4.2)
 */
const REASONS: readonly (readonly [RegExp, RemovedClass])[] = [
  [/GC overhead limit exceeded/i, "gc_overhead"],
  [/OutOfDirectMemoryError|of direct memory|direct buffer memory/i, "direct"],
  // Up to 2.3 one sentence names both limits, whose advice names the virtual one whichever it
  // was.
  [
    /exceeding virtual memory limits|beyond.{0,20}virtual.{0,3} memory limit|exceeding memory limits\. +[\d.]+ [KMGT]?B of [\d.]+ [KMGT]?B virtual memory used/i,
    "container_virtual",
  ],
  // Kubernetes evicts before a limit of the pod's own is reached; 137 is its signal.
  [/\blow on resource\b|brief reason: Evicted|^Evicted\b/, "killed"],
  [
    /exceeding (?:physical )?memory limits|beyond.{0,20}physical.{0,3} memory limit|OOMKilled|possible container OOM|Memory limit exceeded/i,
    "container_physical",
  ],
  [KILLED_FOR_MEMORY, "container_physical"],
  // Errors of the JVM's memory that is no heap.
  [/Metaspace|Compressed class space|native thread/i, "exited"],
  [/Java heap space|OutOfMemoryError|\(JVM OOM\)/i, "jvm_heap"],
  [/decommission/i, "decommissioned"],
  // It exited by itself with 0; pre-emption is only Spark's example.
  [/exited because of a YARN event/i, "exited"],
  [/was preempted|preempted by|preempting|preemption/i, "preempted"],
  // A standalone worker or its machine went, and why is not logged; its heartbeats are not the
  // executor's.
  [/^(?:worker|slave) lost/i, "unknown"],
  [/heartbeat/i, "lost_heartbeat"],
  [
    /killed by (?:the )?driver|removed by (?:the )?driver|requested by (?:the )?driver|Driver commanded|explicit termination request|after Application shutdown|Container released by application|\bidle\b/i,
    "killed_by_driver",
  ],
  // The node went, and why is not logged.
  [/released on a \*lost\* node/i, "unknown"],
  [
    /SIGKILL|SIGTERM|\bsignal (?:9|15)\b|status=9\/KILL|\d Killed\b|^Killed$|Killed by external signal|deleted by a user or the framework|low on resource|Executor (?:\S+ )?killed/i,
    "killed",
  ],
  [/Uncaught exception|ExternalBlockStore failed|Failed to create local directory/i, "exited"],
];

const EXIT_CODE = /exit(?:ed)?(?: with)?(?: exit)? (?:code|status):? ?\(?(-?\d+)/i;

/**
 * Of a pod with others beside it: the code in front may be theirs (ExecutorPodsLifecycleManager up
 * to 4.0 takes the first container's).
 */
const SPARKS_CONTAINER =
  /container name: (?:spark-kubernetes-)?executor\b(?:(?!container name:)[\s\S])*?exit code: (-?\d+)/;

/**
 * The exit code of Spark's own container, where a reason lists a pod's containers; undefined: it
 * lists none.
 */
export function sparksExitCode(reason: string): string | undefined {
  return SPARKS_CONTAINER.exec(reason)?.[1];
}

/** Spark's own codes, 128 + signal, and YARN's below zero. Any other: it exited. */
const EXIT_CODES: ReadonlyMap<number, RemovedClass> = new Map([
  [52, "jvm_heap"],
  [56, "lost_heartbeat"],
  [9, "killed"],
  [15, "killed"],
  [137, "killed"],
  [143, "killed"],
  [-100, "unknown"],
  [-102, "preempted"],
  [-103, "container_virtual"],
  [-104, "container_physical"],
  [-105, "killed_by_driver"],
  [-106, "killed"],
  [-107, "killed_by_driver"],
  [-108, "killed"],
]);

/**
 * The class of an executor's removal by the words of its reason. What they do not tell (`Executor
 * Process Lost`, a lost connection) is unknown.
 */
export function removalClassOf(reason: string): RemovedClass {
  const rule = REASONS.find(([pattern]) => pattern.test(reason));
  if (rule !== undefined) return rule[1];
  const code = sparksExitCode(reason) ?? EXIT_CODE.exec(reason)?.[1];
  return code === undefined ? "unknown" : (EXIT_CODES.get(Number(code)) ?? "exited");
}

/** From what says most to what says least. */
const TELLING: readonly (readonly RemovedClass[])[] = [
  ["container_physical", "container_virtual", "jvm_heap", "gc_overhead", "direct"],
  ["preempted", "decommissioned", "lost_heartbeat", "killed_by_driver"],
  ["killed"],
  ["exited"],
];

/** That it is gone, and nothing of why, besides bookkeeping. */
const GONE_ALONE =
  /^(?:got no response for the reason of its loss|is now (?:FAILED|LOST)$|Existing executor \S+ has been removed|Executor \S+ is removed$|Disabling executor |Lost executor \S+$)/;

/**
 * Words with which a driver forgets an executor's files and blocks. They follow its loss, and also
 * a mere fetch failure, after which it may live (DAGScheduler.handleExecutorLost up to 2.x,
 * removeExecutorAndUnregisterOutputs since 3.0; BlockManagerMasterEndpoint.removeExecutor).
 */
const BOOKKEEPING =
  /^(?:Executor lost: \S+ \(epoch|Removing block manager |Trying to remove executor )/;

/** Whether a reason tells only that an executor's files and blocks were forgotten. */
export function isBookkeeping(reason: string): boolean {
  return BOOKKEEPING.test(reason);
}

/**
 * Which of two reasons for one removal says more: the event log often has a lost connection where
 * the driver's log has the exit code. The first if they are alike.
 */
export function moreTelling(reason: string | undefined, other: string): string {
  if (reason === undefined) return other;
  const rank = (words: string): number => {
    if (isBookkeeping(words) || GONE_ALONE.test(words)) return TELLING.length + 1;
    const at = TELLING.findIndex((classes) => classes.includes(removalClassOf(words)));
    return at < 0 ? TELLING.length : at;
  };
  const before = rank(reason);
  const after = rank(other);
  if (before !== after) return before < after ? reason : other;
  return other.length > reason.length ? other : reason;
}

/** The memory of a JVM that it died without. */
export type JvmMemoryClass = "jvm_heap" | "gc_overhead" | "direct";

/** How long before an executor went an error in its log may be why, µs. */
const SHORTLY_BEFORE_MICROS = 60_000_000;
/** How much later than the driver it may have said so itself. */
const AFTERWARDS_MICROS = 2_000_000;

/**
 * The same with what the executor's own log knows, which is nearer to it. `undefined`: no log says
 * that it went.
 */
export function classifyRemoval(known: {
  readonly removedReason: string | undefined;
  /** µs */
  readonly removedAt?: number | undefined;
  /** It logged a SIGTERM. */
  readonly signalled: boolean;
  /** The error that ended its JVM. */
  readonly outOfMemory: JvmMemoryClass | undefined;
  /** The last one that it logged and may have lived on with; `ts` in µs. */
  readonly loggedOutOfMemory?: { readonly class: JvmMemoryClass; readonly ts: number } | undefined;
  /** Its JVM's last words name a memory that is not the heap. */
  readonly crashed?: boolean;
}): RemovedClass | undefined {
  if (known.outOfMemory !== undefined) return known.outOfMemory;
  if (known.removedReason === undefined && known.crashed === true) return "exited";
  if (known.removedReason === undefined) return undefined;
  const told = removalClassOf(known.removedReason);
  const logged = known.loggedOutOfMemory;
  if (logged !== undefined && known.removedAt !== undefined) {
    const since = known.removedAt - logged.ts;
    const isShortlyBefore = since <= SHORTLY_BEFORE_MICROS && since >= -AFTERWARDS_MICROS;
    const saysMore = told !== "unknown" && !endedUncaught(known.removedReason);
    if (isShortlyBefore && !saysMore && !known.signalled) return logged.class;
  }
  return told === "unknown" && known.signalled ? "killed" : told;
}

/**
 * SparkExitCode.UNCAUGHT_EXCEPTION and UNCAUGHT_EXCEPTION_TWICE, in figures or in
 * ExecutorExitCode's words (1.2 to 4.2).
 */
function endedUncaught(reason: string): boolean {
  if (removalClassOf(reason) !== "exited") return false;
  const code = EXIT_CODE.exec(reason)?.[1];
  return code === undefined ? /Uncaught exception/i.test(reason) : code === "50" || code === "51";
}
