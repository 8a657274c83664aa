/** The story of one out-of-memory: what ran out, what held it, what became of it. */
import { counted } from "@respark/core";
import { relations } from "../../sql/relations.ts";
import { numberIn, type Of, textIn } from "../../sql/row.ts";
import { type Investigation, type RowNumber, rowNamed } from "../investigation.ts";
import { placeAmong, type TaskRow, taskKnown } from "../scene.ts";
import { shellWord } from "../shell-word.ts";
import type { Story, StoryLine } from "../story.ts";
import { bytes, cutTo, executorWords, instant, share } from "../words.ts";

const OOM = { ...relations.oom_context, us: "number" } as const;
type Oom = Of<typeof OOM>;

export async function oomStory(investigation: Investigation, wanted: RowNumber): Promise<Story> {
  const { row, nth, of } = await rowNamed(investigation, wanted, {
    shape: OOM,
    from: "(select *, epoch_us(ts) as us from oom_context)",
    order: "ordinal",
    what: "out-of-memory",
    named: "class",
  });
  const executorId = textIn(row, "executor_id") ?? "";
  const task = await taskKnown(investigation, numberIn(row, "task_id"));
  const lines: StoryLine[] = [
    { about: "when", text: `${instant(numberIn(row, "us"))} on ${executorWords(executorId)}.` },
    { about: "what", text: `${WHAT[textIn(row, "class") ?? ""] ?? "Memory ran out."}` },
    { about: "request", text: requestInWords(row, task?.words) },
    {
      about: "state",
      text: poolsInWords(row, textIn(investigation.application, "evidence_level") === "debug"),
    },
    { about: "beside", text: outsideInWords(row) },
    { about: "who", text: holdersInWords(row) },
    { about: "after", text: afterInWords(row, task?.row) },
    {
      about: "certain",
      text: "The error is logged; what the pools held then is the replay's, within its bounds.",
    },
    { about: "words", text: `“${firstLine(textIn(row, "message"))}”` },
  ];
  return {
    kind: "oom",
    appId: investigation.appId,
    attemptId: investigation.attemptId,
    title: `Out of memory ${placeAmong(nth, of)}: ${textIn(row, "class") ?? "unknown"} on ${executorWords(executorId)}`,
    lines,
    places: investigation.places([{ row, says: "the error" }]),
    next: [
      {
        why: "the whole life of the executor",
        command: "explain",
        argument: `--executor ${shellWord(executorId)}`,
      },
      { why: "what lay beside Spark's pools", command: "query", argument: "memory_outside_pools" },
    ],
    facts: { ...row, task: task?.row ?? null },
  };
}

const WHAT: Readonly<Record<string, string>> = {
  jvm_heap:
    "The Java heap was full: an object could not be allocated, in Spark's pools or outside them.",
  gc_overhead:
    "The JVM spent its time collecting garbage and freed next to nothing: the heap was as good as full.",
  container:
    "The container held more memory than it may, and its manager killed it; the heap itself need not have been full.",
  task_memory:
    "A task could not get the execution memory that it cannot do without, even after spilling.",
  direct: "Direct buffers (network and shuffle, outside the heap) reached their limit.",
};

function requestInWords(row: Oom, task: string | undefined): string {
  const asked = numberIn(row, "requested_bytes");
  const got = numberIn(row, "granted_bytes");
  const who = task === undefined ? "No task is named" : `It hit ${task}`;
  if (asked === undefined) return `${who}.`;
  return `${who}: it asked for ${bytes(asked)}${got === undefined ? "" : ` and got ${bytes(got)}`}.`;
}

function poolsInWords(row: Oom, grantsLogged: boolean): string {
  const storage = numberIn(row, "storage_used_bytes");
  const execution = numberIn(row, "execution_used_bytes");
  if (storage === undefined && execution === undefined)
    return "What Spark's pools held is not known.";
  // Below DEBUG no grant is logged: an estimate of nothing is no knowledge of it.
  const tasks = execution === 0 && !grantsLogged ? "an unknown amount" : bytes(execution);
  return `Spark's pools held ${bytes(storage)} of blocks and ${tasks} of tasks' memory, of ${bytes(numberIn(row, "max_memory_bytes"))}.`;
}

function outsideInWords(row: Oom): string {
  const heap = numberIn(row, "jvm_max_memory_bytes");
  const outside = numberIn(row, "outside_pools_bytes");
  if (heap === undefined || outside === undefined)
    return "How much of the heap lay outside the pools is not known.";
  return `Up to ${bytes(outside)} (${share(outside, heap)}) of the ${bytes(heap)} heap could be filled by what Spark does not count: records being read, user objects, Spark itself.`;
}

function holdersInWords(row: Oom): string {
  const parts = [`${counted(numberIn(row, "running_tasks") ?? 0, "task")} ran on it`];
  const biggest = numberIn(row, "biggest_task_id");
  if (biggest !== undefined)
    parts.push(`task ${biggest} held most (${bytes(numberIn(row, "biggest_task_bytes"))})`);
  const rdd = numberIn(row, "biggest_rdd_id");
  if (rdd !== undefined)
    parts.push(
      `of the blocks, those of RDD ${rdd} held most (${bytes(numberIn(row, "biggest_rdd_bytes"))})`,
    );
  return `${parts.join("; ")}.`;
}

function afterInWords(row: Oom, task: TaskRow | undefined): string {
  const removed = textIn(row, "removed_class");
  const status = textIn(task, "status");
  const failed =
    status === undefined ? "" : `The task ${OUTCOMES[status] ?? `ended as ${status}`}. `;
  return `${failed}${removed === undefined ? "The executor lived on, as far as the logs tell." : `The executor was lost (${removed.replaceAll("_", " ")}).`}`;
}

const OUTCOMES: Readonly<Record<string, string>> = {
  success: "succeeded all the same",
  failed: "failed",
  killed: "was killed",
};

function firstLine(message: string | undefined): string {
  const [line = ""] = (message ?? "").split("\n");
  return cutTo(line, 240);
}
