/** Memory that ran out: whose it was, what stood in it, and what would have given more. */
import { counted } from "@respark/core";
import { relations } from "../../sql/relations.ts";
import { flagIn, numberIn, type Of, textIn, textsIn } from "../../sql/row.ts";
import { known } from "../../sql/typed-rows.ts";
import { bytes, cutToCause, millis, share, whenInWords } from "../words.ts";
import {
  type Application,
  coresOf,
  isLocal,
  settingInWords,
  sizeOf,
  whoInWords,
} from "./application.ts";
import { type Change, COST_UNKNOWN, type Draft, type Finder } from "./finder.ts";
import { morePartitions } from "./partitions.ts";
import { fractionChange, smallFraction } from "./room.ts";

const MEBI = 2 ** 20;

const RAN_OUT = { ...relations.oom_summary, jobs_failed: "number", first_us: "number" } as const;
type OutOfMemory = Of<typeof RAN_OUT>;

export const outOfMemory: Finder = {
  where: "ooms",
  // A container's death is its executor's loss, which has a finding of its own.
  sql: (here) => `
    select o.*, coalesce(j.failed, 0) as jobs_failed, epoch_us(o.first_at) as first_us
    from (from oom_summary where ${here} and class <> 'container') o
      left join (select app_id, attempt_id, count(*) as failed from jobs where ${here}
        and status = 'failed' group by all) j
        using (app_id, attempt_id)
    order by on_driver desc, ooms desc, class`,
  stages: "stage_id",
  find: (rows, application) => known(rows, RAN_OUT).map((row) => outOf(row, application)),
};

function outOf(row: OutOfMemory, application: Application): Draft {
  const kind = textIn(row, "class") ?? "unknown";
  const onDriver = flagIn(row, "on_driver") === true;
  const failed = numberIn(row, "jobs_failed") ?? 0;
  const lost = numberIn(row, "executors_lost") ?? 0;
  const stageId = numberIn(row, "stage_id");
  const [, lostMillis] = [row, numberIn(row, "tasks_lost_ms")];
  return {
    id: `oom_${kind}${onDriver ? "_driver" : ""}`,
    kind: "oom",
    severity: "dead",
    ended: failed > 0 || onDriver,
    cost:
      lostMillis === undefined
        ? COST_UNKNOWN
        : { best: lostMillis, min: lostMillis, max: lostMillis },
    stageId,
    title: titleOf(kind, row, application),
    evidence: [
      `In the log: “${cutToCause(wordsOf(row), 240)}”${whenInWords(numberIn(row, "first_us"))}.`,
      ...stageInWords(row, application),
      ...stateInWords(row, kind),
      ...userCode(row, kind),
      ...(lost === 0
        ? []
        : [
            onDriver
              ? "The driver ended with it."
              : `${counted(lost, "executor")} ${lost === 1 ? "was" : "were"} lost to it.`,
          ]),
      ...(failed === 0 ? [] : [`${counted(failed, "job")} failed in this run.`]),
    ],
    change: onDriver ? driverChange(kind, application) : executorChange(kind, row, application),
    certainty: certaintyOf(kind, row),
    more: {
      why: "the state at that moment",
      ask: `explain --oom ${numberIn(row, "first_ordinal") ?? 1}`,
    },
    place: { row, says: "the first of the errors" },
    facts: {
      ...row,
      oom: { executor_id: row["first_executor_id"] ?? null, ts: row["first_at"] ?? null },
    },
  };
}

function wordsOf(row: OutOfMemory): string {
  const [line = ""] = (textIn(row, "message") ?? "").split("\n");
  return line.replace(/^:\s*/, "");
}

/** One death has no count: a process may say its error more often than it dies. */
function titleOf(kind: string, row: OutOfMemory, application: Application): string {
  const onDriver = flagIn(row, "on_driver") === true;
  const ooms = numberIn(row, "ooms") ?? 0;
  const ofAny = OUT_OF[kind] ?? "Memory ran out";
  const title = onDriver ? (DRIVER[kind] ?? OUT_OF[kind] ?? "The driver's memory ran out") : ofAny;
  const times = ooms === 1 ? "" : `${counted(ooms, "time")}, `;
  return `${title} (${times}${whoInWords(textsIn(row, "executors"), 4, application)})`;
}

const OUT_OF: Readonly<Record<string, string>> = {
  jvm_heap: "The Java heap ran out",
  gc_overhead: "Collecting garbage freed next to nothing",
  task_memory: "Tasks could not get the execution memory they need",
  direct: "Direct buffers ran out",
  broadcast: "The driver could not build a broadcast table",
  metaspace: "Metaspace, where classes are kept, ran out",
  permgen: "PermGen space, where Java 7 keeps classes, ran out",
  native_thread: "The JVM could start no more threads",
  array_size: "One object needed a larger array than a JVM can make",
  native: "The host or the container gave the JVM no more memory",
  gpu: "A GPU's memory ran out",
  native_engine: "The memory of a native engine ran out",
  python: "A Python worker's memory ran out",
};

/**
 * Of a failure that no log ties to an executor or the driver: what ran out, and what gives more of
 * it. undefined: no memory.
 */
export function memoryOfNobody(
  kind: string,
  words: string,
  application: Application,
): { readonly title: string; readonly change: Change } | undefined {
  const title = OUT_OF[kind];
  if (title === undefined || kind === "broadcast") return undefined;
  const other = otherMemory(kind, application, "executor");
  if (other !== undefined) return { title, change: other };
  const key = /off-heap execution memory/.test(words)
    ? "spark.memory.offHeap.size"
    : "spark.executor.memory";
  const driver =
    kind === "task_memory" ? "" : " (or spark.driver.memory, if it was the driver or local mode)";
  return {
    title,
    change: {
      key,
      text: () =>
        `a larger ${settingInWords(application, key)}${driver}; or more partitions, so that one task holds less`,
    },
  };
}

const DRIVER: Readonly<Record<string, string>> = {
  jvm_heap: "The driver's Java heap ran out",
  gc_overhead: "The driver's garbage collection freed next to nothing",
};

function stageInWords(row: OutOfMemory, application: Application): string[] {
  const stageId = numberIn(row, "stage_id");
  const tasks = numberIn(row, "tasks") ?? 0;
  if (stageId === undefined || tasks === 0) return [];
  const [run, gc] = [numberIn(row, "tasks_lost_ms"), numberIn(row, "tasks_gc_ms")];
  const time =
    run === undefined || gc === undefined || run === 0
      ? ""
      : `, which spent ${share(Math.min(gc, run), run)} of their ${millis(run)} collecting garbage`;
  return [`It hit ${counted(tasks, "task")} of ${application.stage(stageId)}${time}.`];
}

/** Memory that Spark's pools are a part of. */
const IN_THE_HEAP: readonly string[] = ["jvm_heap", "gc_overhead", "task_memory"];

function stateInWords(row: OutOfMemory, kind: string): string[] {
  const parts: string[] = [];
  const running = numberIn(row, "running_tasks");
  if (IN_THE_HEAP.includes(kind) && flagIn(row, "on_driver") !== true) {
    const [heap, outside] = [
      numberIn(row, "jvm_max_memory_bytes"),
      numberIn(row, "outside_pools_bytes"),
    ];
    const pools = poolsInWords(row);
    if (pools !== undefined) {
      const rest =
        heap === undefined || outside === undefined
          ? ""
          : `; up to ${bytes(outside)} of the ${bytes(heap)} heap was left to what Spark does not count`;
      parts.push(`${pools}${rest}.`);
    }
  }
  if (running !== undefined && running > 0)
    parts.push(`${counted(running, "task")} ran on the executor then.`);
  const asked = numberIn(row, "requested_bytes");
  if (asked !== undefined) {
    const got = numberIn(row, "granted_bytes");
    parts.push(`A request for ${bytes(asked)} got ${got === undefined ? "less" : bytes(got)}.`);
  }
  return parts;
}

/** undefined: nothing is known of either pool. */
function poolsInWords(row: OutOfMemory): string | undefined {
  const [storage, execution] = [poolInWords(row, "storage"), poolInWords(row, "execution")];
  const of = numberIn(row, "max_memory_bytes");
  if (numberIn(row, "storage_bytes") === undefined && execution === undefined) return undefined;
  return `Spark's pools held ${storage ?? "an unknown amount"} of blocks and ${execution ?? "an unknown amount"} of tasks' memory${of === undefined ? "" : `, of ${bytes(of)}`}`;
}

function poolInWords(row: OutOfMemory, pool: "storage" | "execution"): string | undefined {
  const [best, min, max] = [
    numberIn(row, `${pool}_bytes`),
    numberIn(row, `${pool}_bytes_min`),
    numberIn(row, `${pool}_bytes_max`),
  ];
  if (best === undefined) return undefined;
  // An estimate of nothing without bounds is no knowledge of it.
  if (min === undefined || max === undefined) return best === 0 ? undefined : bytes(best);
  if (bytes(min) === bytes(max)) return bytes(best);
  return `${bytes(min)} to ${bytes(max)}`;
}

/** Where the pools were small, what filled the heap is the program's own objects. */
function userCode(row: OutOfMemory, kind: string): string[] {
  const frame = textIn(row, "user_frame");
  const at = frame === undefined ? "" : ` The innermost line of the program's own code: ${frame}.`;
  if (!heldByUser(row, kind)) return at === "" ? [] : [at.trim()];
  return [
    `Spark's pools were no more than half of the heap: user code, or what it calls, held the rest.${at}`,
  ];
}

function heldByUser(row: OutOfMemory, kind: string): boolean {
  if (kind !== "jvm_heap" && kind !== "gc_overhead") return false;
  const heap = numberIn(row, "jvm_max_memory_bytes");
  const [storage, execution] = [
    numberIn(row, "storage_bytes"),
    numberIn(row, "execution_bytes_max") ?? numberIn(row, "execution_bytes"),
  ];
  return (
    heap !== undefined &&
    storage !== undefined &&
    execution !== undefined &&
    storage + execution < heap / 2
  );
}

function certaintyOf(kind: string, row: OutOfMemory): string {
  if (flagIn(row, "on_driver") === true || !IN_THE_HEAP.includes(kind))
    return "the error is logged; what filled this memory is not in Spark's accounts";
  if (poolsInWords(row) === undefined)
    return "the error is logged; these logs do not say what filled the memory";
  return "the error is logged; what filled the memory is the replay's account of Spark's own pools";
}

function driverChange(kind: string, application: Application): Change {
  const key = "spark.driver.memory";
  const memory = `a larger ${settingInWords(application, key)}`;
  const results = settingInWords(application, "spark.driver.maxResultSize");
  const threshold = settingInWords(application, "spark.sql.autoBroadcastJoinThreshold");
  if (kind === "broadcast") {
    return {
      key: "spark.sql.autoBroadcastJoinThreshold",
      text: () => `a smaller ${threshold} (-1: no table is broadcast); or ${memory}`,
    };
  }
  if (isLocal(application) && IN_THE_HEAP.includes(kind)) {
    return {
      key,
      text: () =>
        `${memory}: in local mode tasks run in the driver's heap, and spark.executor.memory sets nothing; or fewer threads (local[n]), or more partitions, so that one task holds less`,
    };
  }
  if (kind === "jvm_heap" || kind === "gc_overhead") {
    return {
      key,
      text: () =>
        `${memory}; or less on the driver: no collect() of large results, a smaller ${results}, fewer broadcasts (${threshold})`,
    };
  }
  return otherMemory(kind, application, "driver") ?? { key, text: () => memory };
}

function executorChange(kind: string, row: OutOfMemory, application: Application): Change {
  const other = otherMemory(kind, application, "executor");
  if (other !== undefined) return other;
  const more = partitionsInWords(row, application);
  const tasks = numberIn(row, "running_tasks");
  const cores = coresOf(application) ?? tasks;
  const fewer =
    tasks !== undefined && tasks > 1
      ? `; or fewer tasks at once: spark.executor.cores below ${cores ?? tasks} (each then has more of the memory)`
      : "";
  if (kind === "task_memory") {
    const native = /off-heap execution memory/.test(textIn(row, "message") ?? "");
    if (native) {
      const key = "spark.memory.offHeap.size";
      return {
        key,
        text: () => `a larger ${settingInWords(application, key)}${fewer}; or ${more}`,
      };
    }
    const small = smallFraction(application);
    if (small !== undefined) {
      const change = fractionChange(application, small);
      return { ...change, text: (value) => `${change.text(value)}${fewer}; or ${more}` };
    }
    const memory = largerMemory(application);
    return { ...memory, text: (value) => `${memory.text(value)}${fewer}; or ${more}` };
  }
  const memory = largerMemory(application);
  if (heldByUser(row, kind)) {
    return {
      ...memory,
      text: (value) =>
        `less held at once by the program's own objects (what one task collects or builds); or ${memory.text(value)}${fewer}`,
    };
  }
  const [storage, execution] = [
    numberIn(row, "storage_bytes") ?? 0,
    numberIn(row, "execution_bytes") ?? 0,
  ];
  const heap = numberIn(row, "jvm_max_memory_bytes");
  const crowded = heap !== undefined && storage + execution > heap / 2;
  const fraction = settingInWords(application, "spark.memory.fraction");
  return {
    ...memory,
    text: (value) =>
      crowded
        ? `${memory.text(value)}; or a smaller ${fraction}: Spark's pools fill most of the heap and leave too little for user objects`
        : `${memory.text(value)}${fewer}; or ${more}`,
  };
}

/** Twice as much: how much is wanted no log says. */
function largerMemory(application: Application): Change {
  const key = "spark.executor.memory";
  const now = settingInWords(application, key);
  const current = sizeOf(application.settings.get(key), MEBI);
  if (current === undefined) return { key, text: () => `a larger ${now}` };
  const mib = Math.ceil((current * 2) / MEBI);
  return {
    key,
    value: { amount: mib, written: `${mib}m` },
    text: (value) => `a larger ${now}, say ${value} (no log says how much is needed)`,
  };
}

function partitionsInWords(row: OutOfMemory, application: Application): string {
  const stageId = numberIn(row, "stage_id");
  const where = stageId === undefined ? "the stage that failed" : `stage ${stageId}`;
  return `${morePartitions({ stageId, where }, application).text} (one task then holds less)`;
}

/** Memory that no pool of Spark's and no heap is: each with what limits it. */
function otherMemory(
  kind: string,
  application: Application,
  whose: "driver" | "executor",
): Change | undefined {
  const overhead = `spark.${whose}.memoryOverhead`;
  const options = `spark.${whose}.extraJavaOptions`;
  const larger = `a larger ${settingInWords(application, overhead)}`;
  switch (kind) {
    case "direct":
      return {
        key: overhead,
        text: () =>
          `${larger} and, with it, -XX:MaxDirectMemorySize in ${options}; or smaller fetches (spark.reducer.maxSizeInFlight)`,
      };
    case "metaspace":
      return {
        key: options,
        text: () => `-XX:MaxMetaspaceSize larger, or not set, in ${options}; and ${larger}`,
      };
    case "permgen":
      return { key: options, text: () => `-XX:MaxPermSize larger (512m) in ${options}` };
    case "native_thread":
      return {
        key: "code",
        text: () =>
          "a higher limit of processes for the user (ulimit -u) or of pids for the container; or fewer threads: the heap is not what ran out",
      };
    case "array_size":
      return {
        key: "partitions",
        text: () =>
          "fewer rows a partition, or smaller rows: one object over 2 GiB cannot be made, and a larger heap does not help",
      };
    case "native":
      return {
        key: overhead,
        text: () => `${larger}; or fewer processes on the host: it had no memory left to give`,
      };
    case "gpu":
      return {
        key: "spark.rapids.sql.concurrentGpuTasks",
        text: () =>
          "fewer tasks at once on the GPU (spark.rapids.sql.concurrentGpuTasks), or smaller batches (spark.rapids.sql.batchSizeBytes)",
      };
    case "native_engine": {
      const key = "spark.memory.offHeap.size";
      return {
        key,
        text: () =>
          `a larger ${settingInWords(application, key)}, or what the engine has for its own; or fewer tasks at once`,
      };
    }
    case "python":
      return {
        key: overhead,
        text: () =>
          `${larger} (or spark.executor.pyspark.memory, if it is set); or fewer rows at once in Python: its memory is beside the heap`,
      };
    default:
      return undefined;
  }
}
