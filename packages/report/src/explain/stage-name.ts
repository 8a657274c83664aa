/**
 * What to call a stage: its own name says where Spark submitted it, which is not always where the
 * program asked for it.
 */
import { type Of, textIn } from "../sql/row.ts";
import type { Investigation } from "./investigation.ts";
import { shortened } from "./words.ts";

/** The columns that nameInWords takes. */
export const NAMES = { name: "text", details: "text", query: "text", job: "text" } as const;

/** `stage 4 “count at App.scala:12”`, `stage 4 “collect at nds.py:131” of “query9”`. */
export async function stageWords(
  investigation: Investigation,
  stageId: number | undefined,
): Promise<string> {
  if (stageId === undefined) return "stage unknown";
  const row = await investigation.rowAs(
    NAMES,
    `select s.name, s.details, q.description as query, j.description as job
     from stages s
       left join sql_executions q on ${investigation.here("q")}
         and q.execution_id = s.sql_execution_id
       left join jobs j on ${investigation.here("j")} and j.job_id = s.job_id
     where ${investigation.here("s")} and s.stage_id = ${stageId}
       order by s.stage_attempt_id limit 1`,
  );
  return `stage ${stageId}${nameInWords(row)}`;
}

/**
 * SQL for what names each stage of an application: stage_id, and the columns that nameInWords
 * takes; `here`: the condition that keeps to it, of a table.
 */
export function namedStagesSql(here: (table: string) => string): string {
  return `
    select s.stage_id, s.name, s.details, q.description as query, j.description as job
    from stages s
      left join sql_executions q on ${here("q")} and q.execution_id = s.sql_execution_id
      left join jobs j on ${here("j")} and j.job_id = s.job_id
    where ${here("s")}
    qualify row_number() over (partition by s.stage_id order by s.stage_attempt_id) = 1`;
}

/** Empty where nothing names it. */
export function nameInWords(row: Of<typeof NAMES> | undefined): string {
  const name = textIn(row, "name");
  const asked = [textIn(row, "query"), textIn(row, "job")].flatMap((words) => {
    const line = words?.replace(/<[^>]*>/g, " ");
    return line === undefined || line.trim() === "" || saysLittle(line) ? [] : [line];
  });
  const [query] = asked;
  const own = [name, textIn(row, "details")].find((words) => words !== undefined && words !== "");
  if (own === undefined) return quoted(query);
  if (name !== undefined && !saysLittle(name)) {
    return `${quoted(name)}${query === undefined || query === name ? "" : ` of${quoted(query)}`}`;
  }
  return quoted(query ?? frameOfTheProgram(textIn(row, "details")) ?? name);
}

function quoted(name: string | undefined): string {
  const words = shortened(name);
  return words === undefined || words === "" ? "" : ` “${words}”`;
}

/**
 * From 4.0 on queries run on threads of Spark's own, and Python calls through reflection: the call
 * site is then theirs.
 */
function saysLittle(name: string): boolean {
  return /^\$anonfun\$|\bat (?:CompletableFuture|ThreadPoolExecutor|FutureTask|\w*MethodAccessor\w*|DirectMethodHandleAccessor|Thread|<unknown>)(?:\.java)?:/.test(
    name,
  );
}

const NOT_THE_PROGRAM =
  /^(?:java\.base\/|java\.|javax\.|jdk\.|sun\.|scala\.|py4j\.|org\.apache\.spark\.|\$line)/;

/**
 * The innermost frame of the call stack that is neither Spark's nor Java's:
 * `com.example.Job.run(Job.scala:44)` is `run at Job.scala:44`.
 */
function frameOfTheProgram(details: string | undefined): string | undefined {
  for (const line of (details ?? "").split("\n")) {
    const frame = /^([\w$.<>/]+)\(([^()]+:\d+)\)$/.exec(line.trim());
    if (frame?.[1] === undefined || NOT_THE_PROGRAM.test(frame[1])) continue;
    const method = (frame[1].split(".").at(-1) ?? frame[1]).replace(/^\$anonfun\$|\$\d+$/g, "");
    return `${method} at ${frame[2] ?? ""}`;
  }
  return undefined;
}
