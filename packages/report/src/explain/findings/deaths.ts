/** Executors that were lost, and memory that ran out. */
import { counted } from "@respark/core";
import { sqlText } from "../../sql/literal.ts";
import { flagIn, numberIn, type Row, textIn, textsIn } from "../../sql/row.ts";
import { type Investigation, thereIs } from "../investigation.ts";
import { shellWord } from "../shell-word.ts";
import { stageWords } from "../stage-name.ts";
import type { Finding } from "../story.ts";
import { bytes, capital, cutTo, executorsWords, instant, listed, millis, share } from "../words.ts";
import { type Finder, settingInWords, settingOf } from "./finder.ts";

const MEBI = 1024 * 1024;
/** Overhead is asked for with this much to spare. */
const SPARE = 1.1;

export const outOfMemory: Finder = async (investigation) => {
  if (!(await thereIs(investigation, "oom_events"))) return [];
  const rows = await investigation.ask(
    `select class, count(*) as ooms, count(distinct task_id) as tasks, list(distinct executor_id order by try_cast(executor_id as bigint), executor_id) as executors, list(distinct stage_id order by stage_id) filter (stage_id is not null) as stages,
       mode(stage_id) as stage_id, min(nth) as nth, max(jvm_max_memory_bytes) as heap_bytes, min(outside_pools_bytes) as outside_pools_bytes,
       arg_min(storage_used_bytes, outside_pools_bytes) as storage_bytes, arg_min(execution_used_bytes, outside_pools_bytes) as execution_bytes,
       max(running_tasks) as running_tasks, max(requested_bytes) as requested_bytes, min(granted_bytes) as granted_bytes, count(distinct executor_id) filter (removed_class is not null) as lost,
       arg_min(source_file_id, nth) as source_file_id, arg_min(source_line, nth) as source_line
     from (select *, ordinal as nth from oom_context where ${investigation.here()})
     group by class order by ooms desc, class`,
  );
  const cores = await settingOf(investigation, "spark.executor.cores");
  const memory = await settingInWords(investigation, "spark.executor.memory");
  const failed = numberIn(
    await investigation.one(
      `select count(*) as jobs from jobs where ${investigation.here()} and status = 'failed'`,
    ),
    "jobs",
  );
  const findings: Finding[] = [];
  for (const row of rows) {
    const kind = textIn(row, "class") ?? "unknown";
    const executors = textsIn(row, "executors");
    const stage = await oomStage(investigation, row);
    findings.push({
      id: `oom_${kind}`,
      severity: "dead",
      weight: Math.min(1, (numberIn(row, "ooms") ?? 0) / 10),
      title: `${OUT_OF[kind] ?? "Memory ran out"} (${counted(numberIn(row, "ooms") ?? 0, "time")}, ${executorsWords(executors, 4)})`,
      evidence: [
        ...(stage === undefined ? [] : [stage.words]),
        stateInWords(row, textIn(investigation.application, "evidence_level") === "debug"),
        ...lostInWords(numberIn(row, "lost") ?? 0),
        ...(failed === undefined || failed === 0
          ? []
          : [`${counted(failed, "job")} failed in this run.`]),
      ],
      change: changeFor(kind, row, {
        cores,
        memory,
        stage: stage === undefined ? undefined : numberIn(stage.row, "stage_id"),
        tasks: numberIn(stage?.row, "stage_tasks"),
      }),
      certainty:
        "the error is logged; what filled the memory is the replay's account of Spark's own pools",
      places: investigation.places([{ row, says: "the first of the errors" }]),
      facts: { ...row, failed_jobs: failed ?? null, of_stage: stage?.row ?? null },
      next: [
        {
          why: "the state at that moment",
          command: "explain",
          argument: `--oom ${numberIn(row, "nth") ?? 1}`,
        },
      ],
    });
  }
  return findings;
};

/** The stage whose tasks it hit most, how many of them, and what became of their time. */
async function oomStage(
  investigation: Investigation,
  oom: Row,
): Promise<{ readonly row: Row; readonly words: string } | undefined> {
  const stage = numberIn(oom, "stage_id");
  if (stage === undefined) return undefined;
  const row = await investigation.one(
    `select ${stage} as stage_id, count(*) as tasks, sum(run_ms)::bigint as run_ms, sum(gc_ms)::bigint as gc_ms,
       (select max(tasks) from stages where ${investigation.here()} and stage_id = ${stage}) as stage_tasks
     from tasks where ${investigation.here()} and stage_id = ${stage} and task_id in (
       select task_id from oom_events where ${investigation.here()} and class = ${sqlText(textIn(oom, "class") ?? "")})`,
  );
  if (row === undefined) return undefined;
  const [run, gc] = [numberIn(row, "run_ms"), numberIn(row, "gc_ms")];
  const time =
    run === undefined || gc === undefined || run === 0
      ? ""
      : `, which spent ${share(gc, run)} of their ${millis(run)} collecting garbage`;
  return {
    row,
    words: `It hit ${counted(numberIn(row, "tasks") ?? 0, "task")} of ${await stageWords(investigation, stage)}${time}.`,
  };
}

const OUT_OF: Readonly<Record<string, string>> = {
  jvm_heap: "The Java heap ran out",
  gc_overhead: "Collecting garbage freed next to nothing",
  container: "A container held more memory than it may",
  task_memory: "Tasks could not get the execution memory they need",
  direct: "Direct buffers ran out",
};

function lostInWords(executors: number): string[] {
  return executors === 0
    ? []
    : [`${counted(executors, "executor")} ${executors === 1 ? "was" : "were"} lost of it.`];
}

function stateInWords(row: Row, grantsLogged: boolean): string {
  const [heap, outside] = [numberIn(row, "heap_bytes"), numberIn(row, "outside_pools_bytes")];
  const execution = numberIn(row, "execution_bytes");
  const tasks = execution === 0 && !grantsLogged ? "an unknown amount" : bytes(execution);
  const pools = `Spark's pools held ${bytes(numberIn(row, "storage_bytes"))} of blocks and ${tasks} of tasks' memory`;
  const rest =
    heap === undefined || outside === undefined
      ? ""
      : `; up to ${bytes(outside)} of the ${bytes(heap)} heap was left to what Spark does not count`;
  const asked = numberIn(row, "requested_bytes");
  const request =
    asked === undefined
      ? ""
      : ` A request for ${bytes(asked)} got ${bytes(numberIn(row, "granted_bytes"))}.`;
  return `${pools}${rest}; ${counted(numberIn(row, "running_tasks") ?? 0, "task")} ran there.${request}`;
}

interface Circumstances {
  readonly cores: string | undefined;
  /** spark.executor.memory with its value */
  readonly memory: string;
  /** whose tasks it hit, and how many it has */
  readonly stage: number | undefined;
  readonly tasks: number | undefined;
}

function changeFor(kind: string, row: Row, at: Circumstances): string {
  const tasks = numberIn(row, "running_tasks") ?? 0;
  const where =
    at.stage === undefined
      ? "the stage that failed"
      : `stage ${at.stage}${at.tasks === undefined ? "" : ` than its ${at.tasks}`}`;
  const more = `more partitions in ${where}, so that one task holds less`;
  const fewer =
    tasks > 1
      ? `fewer tasks at once: spark.executor.cores below ${at.cores ?? String(tasks)} (each then has more of the heap); or ${more}`
      : more;
  switch (kind) {
    case "direct":
      return "a larger spark.executor.memoryOverhead and, with it, -XX:MaxDirectMemorySize in spark.executor.extraJavaOptions; or smaller fetches (spark.reducer.maxSizeInFlight)";
    case "container":
      return "a larger spark.executor.memoryOverhead: the heap is not what grew";
    case "task_memory":
      return fewer;
    default: {
      const [storage, execution] = [
        numberIn(row, "storage_bytes") ?? 0,
        numberIn(row, "execution_bytes") ?? 0,
      ];
      const heap = numberIn(row, "heap_bytes");
      return heap !== undefined && storage + execution > heap / 2
        ? `a smaller spark.memory.fraction (Spark's pools fill most of the heap and leave too little for user objects), or a larger ${at.memory}`
        : fewer;
    }
  }
}

export const executorsLost: Finder = async (investigation) => {
  const rows = await investigation.ask(
    `select coalesce(removed_class, 'unknown') as class, count(*) as lost, list(executor_id order by removed_at) as executors,
       arg_min(executor_id, removed_at) as first_executor, arg_min(removed_reason, removed_at) as reason, max(overhead_bytes) as overhead_bytes,
       epoch_us(min(removed_at)) as first_us, epoch_us(max(removed_at)) as last_us,
       arg_min((epoch_us(removed_at) - epoch_us(added_at)) // 1000, removed_at) as lived_ms, sum(blocks_bytes)::bigint as blocks_bytes, sum(lost_tasks)::bigint as lost_tasks,
       arg_min(source_file_id, removed_at) as source_file_id, arg_min(source_line, removed_at) as source_line
     from executors left join (
         select executor_id, arg_max(storage_used_bytes, seq) as blocks_bytes from memory_timeline where ${investigation.here()} and mode = 'on_heap' group by 1) using (executor_id)
       left join (
         select executor_id, count(*) as lost_tasks from tasks where ${investigation.here()} and failure_class = 'ExecutorLostFailure' group by 1) using (executor_id)
     where ${investigation.here()} and executor_id <> 'driver' and removed_at is not null
       and coalesce(removed_class, 'unknown') not in ('killed_by_driver', 'decommissioned')
       and coalesce(removed_class, 'unknown') not in (select class from oom_events where ${investigation.here()})
     group by all order by lost desc`,
  );
  if (rows.length === 0) return [];
  const beyond = numberIn(
    await investigation.one(
      `select max(rss_beyond_heap_bytes_min) as bytes from memory_outside_pools where ${investigation.here()}`,
    ),
    "bytes",
  );
  const missed = numberIn(
    await investigation.one(
      `select count(*) as reads from block_events where ${investigation.here()} and miss_kind = 'after_loss'`,
    ),
    "reads",
  );
  const contained = inContainers(await settingOf(investigation, "spark.master"));
  return rows.map((row): Finding => {
    const kind = textIn(row, "class") ?? "unknown";
    return {
      id: `lost_${kind}`,
      severity: "dead",
      weight: Math.min(1, 0.5 + (numberIn(row, "lost") ?? 0) / 20),
      title: `${capital(executorsWords(textsIn(row, "executors"), 6))} ${numberIn(row, "lost") === 1 ? "was" : "were"} lost: ${LOST[kind] ?? kind}`,
      evidence: [
        reasonInWords(textIn(row, "reason")),
        whenInWords(row),
        ...wentWithThem(row, missed),
      ],
      change: remedyFor(kind, numberIn(row, "overhead_bytes"), beyond, contained),
      certainty:
        kind === "unknown"
          ? "the loss is logged; why is not"
          : kind === "killed"
            ? "the loss and how the process ended are logged; who ended it is not"
            : "the loss and its reason are logged",
      places: investigation.places([{ row, says: "where it is added" }]),
      facts: { ...row, rss_beyond_heap_bytes_min: beyond ?? null, missed: missed ?? null },
      next: [
        {
          why: "the life of the first of them",
          command: "explain",
          argument: `--executor ${shellWord(textIn(row, "first_executor") ?? "")}`,
        },
      ],
    };
  });
};

const LOST: Readonly<Record<string, string>> = {
  jvm_heap: "the heap ran out",
  gc_overhead: "its time went into collecting garbage",
  container_physical: "the container was over its memory limit",
  container_virtual: "the container was over its virtual memory limit",
  direct: "direct buffers ran out",
  preempted: "the container was preempted",
  lost_heartbeat: "heartbeats stopped",
  killed: "killed from outside (SIGKILL or SIGTERM)",
  exited: "the process ended",
  unknown: "why is not clear from these logs",
};

function reasonInWords(reason: string | undefined): string {
  const [line = ""] = (reason ?? "").split("\n");
  return line === "" ? "No reason is given." : `Spark's words: “${cutTo(line, 240)}”.`;
}

function whenInWords(row: Row): string {
  const [first, last] = [numberIn(row, "first_us"), numberIn(row, "last_us")];
  if (numberIn(row, "lost") !== 1)
    return `The first went ${instant(first)}, the last ${instant(last)}.`;
  const lived = numberIn(row, "lived_ms");
  return `It went ${instant(first)}${lived === undefined ? "" : `, ${millis(lived)} after it came`}.`;
}

function wentWithThem(row: Row, missed: number | undefined): string[] {
  const [blocks, tasks] = [numberIn(row, "blocks_bytes") ?? 0, numberIn(row, "lost_tasks") ?? 0];
  const parts = [
    ...(tasks === 0 ? [] : [`${counted(tasks, "task")} that had to run again`]),
    ...(blocks === 0 ? [] : [`${bytes(blocks)} of blocks`]),
  ];
  if (parts.length === 0) return [];
  const later =
    missed === undefined || missed === 0
      ? ""
      : `; ${counted(missed, "later read")} in this run missed blocks of lost executors`;
  return [
    `With ${numberIn(row, "lost") === 1 ? "it" : "them"} went ${parts.join(" and ")}${later}.`,
  ];
}

/** Whether each executor lives in a container with a limit of its own; undefined: not told. */
function inContainers(master: string | undefined): boolean | undefined {
  return master === undefined ? undefined : /^(?:yarn|k8s|mesos)/.test(master);
}

function remedyFor(
  kind: string,
  overhead: number | undefined,
  beyond: number | undefined,
  contained: boolean | undefined,
): string | undefined {
  switch (kind) {
    case "container_physical":
    case "killed":
      if (beyond !== undefined && overhead !== undefined && beyond > overhead) {
        return `spark.executor.memoryOverhead from ${bytes(overhead)} to ${Math.ceil((beyond * SPARE) / (64 * MEBI)) * 64}m: the process was polled at ${bytes(beyond)} beyond its heap`;
      }
      if (kind === "killed" && contained === false)
        return "look for who sent the signal (dmesg of its host tells of the kernel's OOM killer); if it was for memory, fewer or smaller executors a host: no container limits them here";
      return kind === "killed"
        ? `look for who sent the signal (the kernel's OOM killer, or the cluster manager); if it was for memory, a larger spark.executor.memoryOverhead${overhead === undefined ? "" : ` (it was ${bytes(overhead)})`}`
        : `a larger spark.executor.memoryOverhead${overhead === undefined ? "" : ` (it was ${bytes(overhead)})`}`;
    case "container_virtual":
      return "yarn.nodemanager.vmem-check-enabled=false, or a larger yarn.nodemanager.vmem-pmem-ratio: virtual memory is not memory in use";
    case "jvm_heap":
    case "gc_overhead":
      return "fewer tasks at once (spark.executor.cores), more partitions, or a larger spark.executor.memory";
    case "direct":
      return "a larger spark.executor.memoryOverhead and -XX:MaxDirectMemorySize";
    case "lost_heartbeat":
      return "look at the collections of garbage before it: a JVM that stands still sends no heartbeat (spark.network.timeout only hides it)";
    case "unknown":
    case "exited":
      return "look at the end of its own log, and at what its host says of that time";
    default:
      return undefined;
  }
}

export const leaks: Finder = async (investigation) => {
  const row = await investigation.one(
    `select count(*) as leaks, count(distinct task_id) as tasks, sum(leaked_bytes)::bigint as bytes, arg_max(task_id, leaked_bytes) as task_id, arg_max(source_file_id, leaked_bytes) as source_file_id, arg_max(source_line, leaked_bytes) as source_line
     from memory_leaks where ${investigation.here()}`,
  );
  const found = numberIn(row, "leaks") ?? 0;
  if (row === undefined || found === 0) return [];
  const task = numberIn(row, "task_id");
  return [
    {
      id: "leaks",
      severity: "risk",
      weight: 0.1,
      title: `${counted(numberIn(row, "tasks") ?? found, "task")} left execution memory behind (${bytes(numberIn(row, "bytes"))})`,
      evidence: [
        "Spark freed it when the task ended, so nothing was lost; an iterator that is not read to its end (limit, take) does this too.",
      ],
      change: undefined,
      certainty: "logged by Spark itself",
      places: investigation.places([{ row, says: "one of them" }]),
      facts: row,
      next:
        task === undefined
          ? []
          : [{ why: "the task that left most", command: "explain", argument: `--task ${task}` }],
    },
  ];
};

/** An event log that just stops: the driver died, or the application goes on. */
export const noEnd: Finder = async (investigation) => {
  const row = await investigation.one(
    `select (select count(*) from jobs where ${investigation.here()} and status = 'running') as jobs,
       (select count(*) from tasks where ${investigation.here()} and status = 'running') as tasks,
       (select epoch_us(greatest(max(launched_at), max(finished_at))) from tasks where ${investigation.here()}) as last_us,
       (select bool_or(truncated) from source_files where ${investigation.here()} and kind = 'event_log') as cut
     where (select ended_at from applications where ${investigation.here()}) is null
       and exists (from source_files where ${investigation.here()} and kind = 'event_log')`,
  );
  if (row === undefined) return [];
  const [jobs, tasks] = [numberIn(row, "jobs") ?? 0, numberIn(row, "tasks") ?? 0];
  const last = numberIn(row, "last_us");
  return [
    {
      id: "no_end",
      severity: "risk",
      weight: 1,
      title: `The event log ends before the application does${jobs === 0 ? "" : `: ${counted(jobs, "job")} and ${counted(tasks, "task")} were running`}`,
      evidence: [
        `The driver died, or the application went on when the log was copied${flagIn(row, "cut") === true ? " (the log ends in the middle of a line)" : ""}.`,
        ...(last === undefined
          ? []
          : [`The last task that it tells of began or ended ${instant(last)}.`]),
      ],
      change:
        "if it died: look at the end of the driver's own log, and at what its host or container says of that time (a driver that is killed writes no last word)",
      certainty: "no end of the application is logged; why is not told",
      places: [],
      facts: row,
      next: [
        tasks === 0
          ? {
              why: "its last jobs",
              command: "query",
              argument: `"from jobs order by job_id desc limit 5"`,
            }
          : {
              why: "what ran then",
              command: "query",
              argument: `"from tasks where status = 'running'"`,
            },
      ],
    },
  ];
};

/** Failed jobs for which no log tells of memory. */
export const otherFailures: Finder = async (investigation) => {
  const row = await investigation.one(
    `select count(*) as jobs, list(job_id order by job_id) as ids, arg_min(error, job_id) as error,
       (select count(*) from oom_events where ${investigation.here()}) as ooms,
       (select count(*) from executors where ${investigation.here()} and removed_at is not null and executor_id <> 'driver') as lost
     from jobs where ${investigation.here()} and status = 'failed'`,
  );
  const jobs = numberIn(row, "jobs") ?? 0;
  if (
    row === undefined ||
    jobs === 0 ||
    (numberIn(row, "ooms") ?? 0) > 0 ||
    (numberIn(row, "lost") ?? 0) > 0
  )
    return [];
  const [line = ""] = (textIn(row, "error") ?? "").split("\n");
  // A GPU's, or a Python worker's: memory that is not in any of Spark's accounts.
  const ofMemory = /OutOfMemory|MemoryError|\bOOM\b/.test(line);
  return [
    {
      id: "failed_jobs",
      severity: "dead",
      weight: 0.3,
      title: `${counted(jobs, "job")} failed (${listed(textsIn(row, "ids").slice(0, 6))})${ofMemory ? "; the error itself speaks of memory, and no log tells of a want of it in the JVM" : ", for no want of memory that a log tells of"}`,
      evidence: line === "" ? [] : [`“${cutTo(line, 240)}”`],
      change: undefined,
      certainty: "the failure is logged",
      places: [],
      facts: row,
      next: [
        {
          why: "the failed tasks",
          command: "query",
          argument: `"from tasks where status = 'failed'"`,
        },
      ],
    },
  ];
};
