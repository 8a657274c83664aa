/**
 * What failed for other reasons than an out-of-memory or a lost executor, in the log's own words;
 * and logs without an end.
 */
import { counted } from "@respark/core";
import { flagIn, numberIn, textIn, textsIn } from "../../sql/row.ts";
import { known } from "../../sql/typed-rows.ts";
import { bytes, cutTo, cutToCause, instant, whenInWords } from "../words.ts";
import { type Application, isLocal, settingInWords, whoInWords } from "./application.ts";
import { exactCost } from "./costs.ts";
import { FAILED, type FailedKind, isTriedAgain, titleOf, wasKilled } from "./failure-titles.ts";
import { type Change, COST_UNKNOWN, type Draft, type Finder } from "./finder.ts";
import { memoryOfNobody } from "./out-of-memory.ts";

/** Kinds of failures with findings of their own; the others are one finding together. */
const SHOWN = 5;

export const failures: Finder = {
  where: "failures",
  // Of an out-of-memory and of a lost executor other findings speak; a task that the loss took is
  // theirs where it is logged.
  sql: (here) => `
    select f.*, epoch_us(f.first_at) as first_us,
      -- An input of a stream that a task asks for, and that had left memory.
      (select epoch_us(max(b.ts)) from block_events b
        where b.app_id = f.app_id and b.attempt_id = f.attempt_id and b.block_id like 'input-%'
          and b.op in ('remove', 'evict') and contains(f.message, 'block ' || b.block_id || ' not found')
      ) as input_left_us
    from failure_summary f
    -- A heap that runs out says so in either of two ways, one JVM in both.
    where ${here} and what <> 'error' and replace(class, 'gc_overhead', 'jvm_heap') not in (
      select replace(class, 'gc_overhead', 'jvm_heap') from oom_events o
      where o.app_id = f.app_id and o.attempt_id = f.attempt_id
        and not (o.class = 'container' and f.what = 'application'))
      and (class not in ('signal', 'stopped') or what = 'application')
      -- The exit code of a driver whose own error is told.
      and not (class = 'crash' and what = 'application' and exists (
        from oom_events o where o.app_id = f.app_id and o.attempt_id = f.attempt_id
          and o.executor_id = 'driver'))
      -- The report of a JVM that crashed, pasted below the loss of its executor.
      and not (class = 'crash' and contains(message, 'fatal error has been detected') and exists (
        from lost_executors l where l.app_id = f.app_id and l.attempt_id = f.attempt_id
          and regexp_matches(l.reason, '(code|status):? ?\\(?(134|139)\\b', 'i')))
      -- A fetch that no task failed of: tasks' ends, a loss or an out-of-memory say more.
      and not (class = 'fetch' and what = 'process' and tasks = 0 and (
        exists (from tasks t where t.app_id = f.app_id and t.attempt_id = f.attempt_id)
        or exists (from lost_executors l where l.app_id = f.app_id and l.attempt_id = f.attempt_id)
        or exists (from oom_events o where o.app_id = f.app_id and o.attempt_id = f.attempt_id)))
      and not (class = 'executor_lost' and exists (
        from lost_executors l where l.app_id = f.app_id and l.attempt_id = f.attempt_id))
    order by what = 'application' desc, failures desc, class, error_class`,
  stages: "stage_id",
  find: (found, application) => {
    const rows = known(found, FAILED);
    const told = rows.filter(
      (row) =>
        !isQuote(row, rows, application) &&
        !isToldByItsCause(row, rows) &&
        !isToldByItsTasks(row, rows),
    );
    const given = rows.find((row) => textIn(row, "class") === "aborted");
    const drafts = told.slice(0, SHOWN).map((row, index) => {
      const draft = failureOf(row, index, application);
      const isOfStage =
        given !== undefined && given !== row && row["stage_id"] === given["stage_id"];
      return isOfStage
        ? {
            ...draft,
            evidence: [
              ...draft.evidence,
              `${wordsOf(given).startsWith("Job ") ? "A job failed with it" : "Spark gave the stage up"}: “${cutTo(wordsOf(given), 160)}”.`,
            ],
          }
        : draft;
    });
    const rest = told.slice(SHOWN);
    if (rest.length === 0) return drafts;
    const times = rest.reduce((sum, row) => sum + (numberIn(row, "failures") ?? 0), 0);
    return [
      ...drafts,
      {
        id: "failures_others",
        kind: "failure",
        severity: "dead",
        cost: COST_UNKNOWN,
        title: `${counted(times, "more failure")} of ${counted(rest.length, "other kind")}`,
        evidence: [],
        certainty: "the failures are logged",
        more: { why: "all of them", ask: "query failure_summary" },
        facts: { failures: times, kinds: rest.length },
      },
    ];
  },
};

/** An exit code is the same death that other words give the cause of. */
function isToldByItsCause(row: FailedKind, rows: readonly FailedKind[]): boolean {
  if (textIn(row, "class") !== "crash" || (numberIn(row, "tasks") ?? 0) > 0) return false;
  const whose = textsIn(row, "executors").join();
  return rows.some(
    (other) =>
      /^(?:container|signal)$/.test(textIn(other, "class") ?? "") &&
      textsIn(other, "executors").join() === whose,
  );
}

/** What a process or a stage says of a fetch, a disk or a worker, its failed tasks say, too. */
function isToldByItsTasks(row: FailedKind, rows: readonly FailedKind[]): boolean {
  const kind = textIn(row, "class") ?? "";
  return (
    (numberIn(row, "tasks") ?? 0) === 0 &&
    !["other", "aborted", "signal", "stopped", "start_refused"].includes(kind) &&
    rows.some((other) => textIn(other, "class") === kind && (numberIn(other, "tasks") ?? 0) > 0)
  );
}

/** That a stage was given up says why only where nothing else does. */
function isQuote(
  row: FailedKind,
  rows: readonly FailedKind[],
  { row: application }: Application,
): boolean {
  return (
    textIn(row, "class") === "aborted" &&
    (rows.some((other) => textIn(other, "class") !== "aborted") ||
      (numberIn(application, "ooms") ?? 0) > 0)
  );
}

function failureOf(row: FailedKind, index: number, application: Application): Draft {
  const kind = textIn(row, "class") ?? "other";
  const [tasks, times] = [numberIn(row, "tasks") ?? 0, numberIn(row, "failures") ?? 0];
  const what = textIn(row, "what");
  const stageId = numberIn(row, "stage_id");
  const executors = textsIn(row, "executors");
  const ended =
    kind === "start_refused" || kind === "aborted" || flagIn(row, "job_failed") === true;
  const name = textIn(row, "error_class");
  const memory =
    what === "application" && executors.includes("driver")
      ? undefined
      : memoryOfNobody(kind, textIn(row, "message") ?? "", application);
  return {
    id: `failure_${index + 1}_${kind}`,
    kind: memory === undefined && kind !== "page" ? "failure" : "oom",
    severity: isTriedAgain(row) ? "risk" : "dead",
    ended,
    cost: tasks > 0 ? exactCost(numberIn(row, "lost_ms")) : COST_UNKNOWN,
    stageId,
    executorId: executors.length === 1 ? executors[0] : undefined,
    title:
      memory === undefined
        ? titleOf({ row, kind, what, tasks, times, name, executors }, (ids) =>
            whoInWords(ids, 4, application),
          )
        : `${memory.title} (${counted(times, "time")}, ${executors.length === 0 ? "in a process that these logs do not name" : whoInWords(executors, 4, application)})`,
    evidence: [
      saidOf(row, times - tasks),
      ...(isLocal(application) && executors.join() === "driver"
        ? ["It was local mode: the driver's own JVM runs the tasks."]
        : []),
      ...(stageId === undefined || tasks === 0
        ? []
        : [`${tasks === 1 ? "It was" : "Most were"} of ${application.stage(stageId)}.`]),
      ...frameInWords(row),
      ...inputInWords(numberIn(row, "input_left_us")),
      ...(flagIn(row, "job_failed") === true ? ["A job failed in this run."] : []),
    ],
    change: memory?.change ?? changeFor(kind, row, application),
    certainty:
      kind === "page"
        ? "that there was no room is logged; what filled the heap is not"
        : "the failure is logged",
    more:
      numberIn(row, "first_task_id") === undefined
        ? { why: "all failures", ask: "query failures" }
        : {
            why: "the first of the tasks",
            ask: `explain --task ${numberIn(row, "first_task_id") ?? 0}`,
          },
    place: { row, says: "the first of them" },
    facts: row,
  };
}

function wordsOf(row: FailedKind): string {
  const lines = (textIn(row, "message") ?? "").split("\n").filter((line) => line.trim() !== "");
  const [first = ""] = lines;
  const name = textIn(row, "error_class");
  const cause = lines.find((line) => line.startsWith("Caused by:"));
  const said = name === undefined || first.includes(name) ? first : `${name}: ${first}`;
  return cause === undefined || cause === first ? said : `${said} … ${cause}`;
}

/** `alone`: failures that are no task's. A process says each once in ten seconds, of any words. */
function saidOf(row: FailedKind, alone: number): string {
  const words = wordsOf(row);
  const when = whenInWords(numberIn(row, "first_us"));
  return words === ""
    ? `No error is logged with it${when}.`
    : `In the log: “${cutToCause(words, 300)}”${when}${alone > 1 ? `, and of its kind ${counted(alone, "time")} or more in all` : ""}.`;
}

function frameInWords(row: FailedKind): string[] {
  const frame = textIn(row, "user_frame");
  return frame === undefined ? [] : [`The innermost line of the program's own code: ${frame}.`];
}

function inputInWords(leftAt: number | undefined): string[] {
  if (leftAt === undefined) return [];
  return [
    `The block was gone from memory by ${instant(leftAt)}: evicted, or removed as no longer needed.`,
  ];
}

function changeFor(kind: string, row: FailedKind, application: Application): Change | undefined {
  const words = textIn(row, "message") ?? "";
  if (kind === "disk") {
    return {
      key: "spark.local.dir",
      text: () =>
        `room where spills, shuffles and cached blocks lie: ${settingInWords(application, "spark.local.dir")} (on YARN yarn.nodemanager.local-dirs, on Kubernetes a volume for it)`,
    };
  }
  const isDriver = textsIn(row, "executors").includes("driver");
  const overhead = settingInWords(
    application,
    isDriver ? "spark.driver.memoryOverhead" : "spark.executor.memoryOverhead",
  );
  switch (kind) {
    case "page":
      return pageChange(row, application);
    case "start_refused":
      return startChange(words, application);
    case "no_resources":
      return {
        key: "spark.executor.memory",
        text: () =>
          "executors that fit what the cluster has free: fewer cores or less memory each (spark.executor.memory and its overhead), or free the cluster",
      };
    case "size_limit":
      return limitChange(words, textIn(row, "error_class") ?? "", application);
    case "container":
      return {
        key: isDriver ? "spark.driver.memoryOverhead" : "spark.executor.memoryOverhead",
        text: () =>
          `a larger ${overhead}, or a larger limit of memory where it ran: heap and all beside it have to fit`,
      };
    case "crash":
      return {
        key: isDriver ? "spark.driver.memoryOverhead" : "spark.executor.memoryOverhead",
        text: () =>
          wasKilled(row)
            ? `find who killed it (the kernel's log, kubectl describe pod, the node manager's log); if it was a limit of memory, a larger ${overhead}`
            : `look at the worker's own end (a Python worker that dies without an error was often killed for memory); if it was, a larger ${overhead}`,
      };
    case "signal":
      return {
        key: "code",
        text: () =>
          "look for who sent the signal: the resource manager's or node manager's log, kubectl describe pod, or whoever stops applications there (yarn application -kill, a scheduler's time limit)",
      };
    default:
      return /beyond (?:the )?.?virtual.{0,3} memory limit/i.test(words)
        ? {
            key: "yarn.nodemanager.vmem-check-enabled",
            text: () =>
              "yarn.nodemanager.vmem-check-enabled=false, or a larger yarn.nodemanager.vmem-pmem-ratio: virtual memory is not memory in use",
          }
        : undefined;
  }
}

/** The pools had room for it, and the heap had not: something else fills it. */
function pageChange(row: FailedKind, application: Application): Change {
  const executors = textsIn(row, "executors");
  const isDriver = executors.length === 1 && executors[0] === "driver";
  const key = isDriver ? "spark.driver.memory" : "spark.executor.memory";
  return {
    key,
    text: () =>
      `a larger ${settingInWords(application, key)}; or ${
        isDriver
          ? "smaller broadcasts (spark.sql.autoBroadcastJoinThreshold)"
          : "fewer tasks at once (spark.executor.cores)"
      }`,
  };
}

function startChange(words: string, application: Application): Change {
  const driver = /spark\.driver\.memory|--driver-memory|AM memory/.test(words);
  const key = driver ? "spark.driver.memory" : "spark.executor.memory";
  return /above the max threshold/.test(words)
    ? {
        key,
        text: () =>
          `a smaller ${settingInWords(application, key)} (with its overhead it has to fit what YARN gives one container), or a larger yarn.scheduler.maximum-allocation-mb`,
      }
    : { key, text: () => `a larger ${settingInWords(application, key)}, as the error says` };
}

const LIMITS: readonly (readonly [words: RegExp, key: string, text: (now: string) => string])[] = [
  [
    /maxResultSize/i,
    "spark.driver.maxResultSize",
    (now) =>
      `fewer or smaller results to the driver (write them out, aggregate first); or a larger ${now}, with the driver's memory`,
  ],
  [
    /Kryo|KRYO/,
    "spark.kryoserializer.buffer.max",
    (now) => `a larger ${now} (at most 2047m); or smaller objects`,
  ],
  [
    /rpc\.message\.maxSize|exceeds max allowed/i,
    "spark.rpc.message.maxSize",
    (now) => `broadcast what the closure carries; or a larger ${now}`,
  ],
  [
    /akka\.frameSize/i,
    "spark.akka.frameSize",
    (now) => `broadcast what the closure carries; or a larger ${now}`,
  ],
  [
    /broadcast/i,
    "spark.sql.autoBroadcastJoinThreshold",
    (now) => `a smaller ${now}, or no broadcast hint: the table is too large to broadcast`,
  ],
  [
    /Integer\.MAX_VALUE|Too large frame/,
    "partitions",
    () => "more partitions: no block may be larger than 2 GiB",
  ],
];

function limitChange(words: string, name: string, application: Application): Change {
  const found = LIMITS.find(([pattern]) => pattern.test(words) || pattern.test(name));
  if (found !== undefined) {
    const [, key, text] = found;
    return { key, text: () => text(settingInWords(application, key)) };
  }
  const page = /Cannot allocate a page of (\d+) bytes/.exec(words)?.[1];
  const size = page === undefined ? "" : ` (${bytes(Number(page))} in one piece)`;
  return {
    key: "partitions",
    text: () =>
      `smaller rows or groups${size}: fewer columns, no collect_list of large groups, more partitions; a larger heap does not help`,
  };
}

const JOBS = { jobs: "number", ids: "texts", error: "text" } as const;

/** Failed jobs for which no task's failure is logged. */
export const failedJobs: Finder = {
  where: "failed_jobs",
  sql: (here) => `
    select app_id, attempt_id, count(*) as jobs, list(job_id order by job_id) as ids,
      arg_min(error, job_id) as error
    from jobs j
    where ${here} and status = 'failed'
      and not exists (from failures f where f.app_id = j.app_id and f.attempt_id = j.attempt_id
        and f.what <> 'error')
      and not exists (from oom_events o where o.app_id = j.app_id and o.attempt_id = j.attempt_id)
    group by all`,
  find: (rows) =>
    known(rows, JOBS).map((row): Draft => {
      const jobs = numberIn(row, "jobs") ?? 0;
      const [line = ""] = (textIn(row, "error") ?? "").split("\n");
      return {
        id: "failed_jobs",
        kind: "failure",
        severity: "dead",
        ended: true,
        cost: COST_UNKNOWN,
        title: `${counted(jobs, "job")} failed (${textsIn(row, "ids").slice(0, 6).join(", ")}${jobs > 6 ? " …" : ""}); no log has a failed task`,
        evidence: line === "" ? [] : [`In the log: “${cutTo(line, 300)}”.`],
        certainty: "the failure is logged",
        more: { why: "the failed jobs", ask: `query "from jobs where status = 'failed'"` },
        facts: row,
      };
    }),
};

const STOPPED = { jobs: "number", tasks: "number", last_us: "number", cut: "flag" } as const;

/** An event log that just stops: the driver died, or the application goes on. */
export const noEnd: Finder = {
  sql: (here) => `
    select a.app_id, a.attempt_id, coalesce(j.jobs, 0) as jobs, coalesce(t.tasks, 0) as tasks,
      t.last_us, f.cut
    from (from applications where ${here} and ended_at is null) a
      join (select app_id, attempt_id, bool_or(truncated) as cut from source_files where ${here}
        and kind = 'event_log' group by all) f
        using (app_id, attempt_id)
      left join (select app_id, attempt_id, count(*) as jobs from jobs where ${here}
        and status = 'running' group by all) j
        using (app_id, attempt_id)
      left join (select app_id, attempt_id, count(*) filter (status = 'running') as tasks,
          epoch_us(greatest(max(launched_at), max(finished_at))) as last_us from tasks where ${here}
            group by all) t
        using (app_id, attempt_id)`,
  find: (rows) =>
    known(rows, STOPPED).map((row): Draft => {
      const [jobs, tasks] = [numberIn(row, "jobs") ?? 0, numberIn(row, "tasks") ?? 0];
      const last = numberIn(row, "last_us");
      return {
        id: "no_end",
        kind: "no_end",
        severity: "risk",
        // Whether it died: with work under way that comes before what the rest cost.
        ended: jobs + tasks > 0,
        cost: COST_UNKNOWN,
        title: `The event log ends before the application does${jobs === 0 ? "" : `: ${counted(jobs, "job")} and ${counted(tasks, "task")} were running`}`,
        evidence: [
          `The driver died, or the application went on when the log was copied${flagIn(row, "cut") === true ? " (the log ends in the middle of a line)" : ""}.`,
          ...(last === undefined
            ? []
            : [`The last task in it began or ended at ${instant(last)}.`]),
        ],
        change: {
          key: "code",
          text: () =>
            "if it died: look at the end of the driver's own log, and at what its host or container says of that time (a driver that is killed logs nothing)",
        },
        certainty: "no end of the application is logged; why is not",
        more:
          tasks === 0
            ? { why: "its last jobs", ask: `query "from jobs order by job_id desc limit 5"` }
            : { why: "what ran then", ask: `query "from tasks where status = 'running'"` },
        facts: row,
      };
    }),
};
