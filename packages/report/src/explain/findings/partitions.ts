/** Partitions too few: which setting or which operation of the program makes more of them. */
import type { relations } from "../../sql/relations.ts";
import { numberIn, type Of, textIn } from "../../sql/row.ts";
import { type Application, settingInWords } from "./application.ts";

type Partitions = Of<typeof relations.stage_partitions>;

/** How to get more partitions, in words. */
export interface MorePartitions {
  readonly key: string;
  readonly text: string;
}

/** Only operators of Spark SQL use these. */
const OF_SQL: ReadonlySet<string> = new Set([
  "UnsafeExternalSorter",
  "UnsafeKVExternalSorter",
  "BytesToBytesMap",
]);

/**
 * `where` is the stage as a sentence names it; `consumer` what spilled there, as far as a log says.
 */
export interface FewPartitions {
  readonly stageId: number | undefined;
  readonly where: string;
  readonly consumer?: string | undefined;
  /** undefined: how many would do is unknown */
  readonly wanted?: number | undefined;
}

export function morePartitions(
  { stageId, where, consumer, wanted }: FewPartitions,
  application: Application,
): MorePartitions {
  const stage = application.partitionsOf(stageId);
  const tasks = numberIn(stage, "partitions");
  const instead =
    wanted === undefined
      ? tasks === undefined
        ? ""
        : ` than its ${tasks}`
      : `, about ${wanted}${tasks === undefined ? "" : ` instead of ${tasks}`}`;
  const more = `more partitions in ${where}${instead}`;
  const isOfSql = numberIn(stage, "sql_execution_id") !== undefined || OF_SQL.has(consumer ?? "");
  if (stage === undefined && !isOfSql) {
    return {
      key: "partitions",
      text: `${more}: in SQL a larger spark.sql.shuffle.partitions; of RDDs numPartitions of the operation that shuffles, or minPartitions of the one that reads`,
    };
  }
  if (!isOfSql) return ofRdds(more, stage, application);
  if (numberIn(stage, "parents") === 0) return ofInput(more, stage, application);
  return ofShuffles(more, { tasks, wanted }, application);
}

function ofRdds(
  more: string,
  stage: Partitions | undefined,
  application: Application,
): MorePartitions {
  const parallelism = settingInWords(application, "spark.default.parallelism");
  const [shuffled, read] = [textIn(stage, "shuffled_by"), textIn(stage, "read_by")];
  const how =
    numberIn(stage, "parents") === 0
      ? `a larger minPartitions where its data is read${read === undefined ? "" : ` (${read})`}, or repartition(n) behind it`
      : shuffled === undefined
        ? `numPartitions of the operation that shuffles (reduceByKey(f, n), join(other, n)), or ${parallelism}`
        : `numPartitions of ${shuffled}; where it is not given, ${parallelism}`;
  return { key: "partitions", text: `${more}: ${how}` };
}

function ofInput(
  more: string,
  stage: Partitions | undefined,
  application: Application,
): MorePartitions {
  const key = "spark.sql.files.maxPartitionBytes";
  return (numberIn(stage, "input_bytes") ?? 0) > 0
    ? { key, text: `${more}: a smaller ${settingInWords(application, key)}` }
    : { key: "partitions", text: `${more}: repartition(n)` };
}

function ofShuffles(
  more: string,
  { tasks, wanted }: { readonly tasks: number | undefined; readonly wanted: number | undefined },
  application: Application,
): MorePartitions {
  const key = "spark.sql.shuffle.partitions";
  const set = application.settings.get(key) ?? (application.settingsLogged ? "200" : undefined);
  const partitions = set === undefined ? undefined : Number(set);
  if (partitions === undefined || tasks === undefined || partitions === tasks) {
    const now = partitions === undefined ? "" : `, now ${partitions}`;
    return {
      key,
      text:
        wanted === undefined || tasks === undefined
          ? `${more}: a larger ${key}${now}`
          : `${key} from ${tasks} to about ${wanted}`,
    };
  }
  const size = "spark.sql.adaptive.advisoryPartitionSizeInBytes";
  return tasks < partitions
    ? {
        key: size,
        text: `${more}: a smaller ${settingInWords(application, size)} (adaptive execution made one of several), or a larger ${key}, now ${partitions}`,
      }
    : { key: "partitions", text: `${more} (${key}, now ${partitions}, if its shuffle is of SQL)` };
}
