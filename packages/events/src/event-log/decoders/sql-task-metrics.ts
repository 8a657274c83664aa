/**
 * What a task's part of each SQL operator counted: its accumulators that tell of memory, and no
 * others.
 */
import { MEMORY_METRICS, type SqlMetricUpdate } from "@respark/core";
import { type JsonObject, objects, quantity, text } from "../json.ts";

/**
 * 2.x: `peak memory total (min, med, max)`. Such a metric begins at −1 and what is added to it
 * counts from there (SQLMetric, 2.x).
 */
const suffix = " total (min, med, max";
const needles: readonly { readonly name: string; readonly bytes: Buffer }[] = MEMORY_METRICS.map(
  (name) => ({ name, bytes: Buffer.from(`"Name":"${name}`) }),
);
const sqlMark = Buffer.from('"Metadata":"sql"');
/** Where a name was found: the identifier stands before it, the task's own share behind. */
const idBefore = /"ID":(\d{1,15}),$/;
const updateBehind =
  /^"Name":"([^"]*)","Update":"?(-?\d{1,16})"?,(?:"Value":[^,]*,)?"Internal":(?:true|false),"Count Failed Values":(?:true|false),"Metadata":"sql"/;
const beforeBytes = 24;
const behindBytes = 260;

/** From the bytes of the list; "unclear": it is written in a way that only JSON.parse reads. */
export function sqlMetricsIn(
  buffer: Buffer,
  start: number,
  end: number,
): readonly SqlMetricUpdate[] | undefined | "unclear" {
  const list = buffer.subarray(start, end);
  if (list.indexOf(sqlMark) < 0) return undefined;
  const found: SqlMetricUpdate[] = [];
  for (const { name, bytes } of needles) {
    for (let at = list.indexOf(bytes); at >= 0; at = list.indexOf(bytes, at + bytes.length)) {
      const id = idBefore.exec(list.toString("latin1", Math.max(0, at - beforeBytes), at));
      const behind = updateBehind.exec(list.toString("latin1", at, at + behindBytes));
      if (id?.[1] === undefined || behind?.[1] === undefined) return "unclear";
      if (baseName(behind[1]) !== name) continue;
      const value = Number(behind[2]) + startOf(behind[1]);
      if (value > 0) found.push({ accumulatorId: Number(id[1]), name, value });
    }
  }
  return found.sort((a, b) => a.accumulatorId - b.accumulatorId);
}

/** The same from the parsed event. */
export function sqlMetricsOf(task: JsonObject): readonly SqlMetricUpdate[] | undefined {
  let any = false;
  const found: SqlMetricUpdate[] = [];
  for (const accumulable of objects(task, "Accumulables")) {
    if (text(accumulable, "Metadata") !== "sql") continue;
    any = true;
    const fullName = text(accumulable, "Name") ?? "";
    const name = baseName(fullName);
    const accumulatorId = quantity(accumulable, "ID");
    const update = accumulable["Update"];
    const logged = typeof update === "string" ? Number(update) : quantity(accumulable, "Update");
    const value = logged === undefined ? undefined : logged + startOf(fullName);
    if (!MEMORY_METRICS.includes(name) || accumulatorId === undefined) continue;
    if (value !== undefined && Number.isSafeInteger(value) && value > 0)
      found.push({ accumulatorId, name, value });
  }
  return any ? found.sort((a, b) => a.accumulatorId - b.accumulatorId) : undefined;
}

function baseName(name: string): string {
  const at = name.indexOf(suffix);
  return at < 0 ? name : name.slice(0, at);
}

function startOf(fullName: string): number {
  return fullName.includes(suffix) ? 1 : 0;
}
