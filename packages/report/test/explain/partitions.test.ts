/** More partitions, in the words of whoever made too few: a file's reader, a shuffle, an RDD. */
import { expect, test } from "vitest";
import { morePartitions } from "../../src/explain/findings/partitions.ts";
import { relations } from "../../src/sql/relations.ts";
import type { Row } from "../../src/sql/row.ts";
import { applicationOf, rowOf } from "./found-by-hand.ts";

function said(
  stage: Row | undefined,
  settings: readonly (readonly [string, string])[] = [],
  wanted?: number,
) {
  const partitions = stage === undefined ? undefined : rowOf(relations.stage_partitions, stage);
  const application = applicationOf({ settings, partitions });
  return morePartitions({ stageId: 4, where: "stage 4", wanted }, application);
}

const sql = { partitions: 8, sql_execution_id: 0 };

test("a stage of SQL that reads files has as many as maxPartitionBytes makes", () => {
  const key = "spark.sql.files.maxPartitionBytes";
  expect(said({ ...sql, parents: 0, input_bytes: 1000 })).toEqual({
    key,
    text: `more partitions in stage 4 than its 8: a smaller ${key}`,
  });
  expect(said({ ...sql, parents: 0, input_bytes: 0 }).text).toBe(
    "more partitions in stage 4 than its 8: repartition(n)",
  );
});

test("one behind a shuffle has as many as its setting, unless adaptive execution made fewer of them", () => {
  const shuffled = { ...sql, parents: 1 };
  const key = "spark.sql.shuffle.partitions";
  expect(said(shuffled, [[key, "8"]])).toEqual({
    key,
    text: `more partitions in stage 4 than its 8: a larger ${key}, now 8`,
  });
  expect(said(shuffled, [[key, "8"]], 24).text).toBe(`${key} from 8 to about 24`);
  expect(said(shuffled).key).toBe("spark.sql.adaptive.advisoryPartitionSizeInBytes");
  expect(said(shuffled, [[key, "4"]]).key).toBe("partitions");
});

test("one of RDDs has as many as the operation that reads or shuffles was told", () => {
  const rdds = { partitions: 2 };
  expect(said({ ...rdds, parents: 0, read_by: "textFile" }).text).toContain(
    "a larger minPartitions where its data is read (textFile)",
  );
  expect(said({ ...rdds, parents: 1, shuffled_by: "join" }).text).toContain(
    "numPartitions of join; where it is not given, spark.default.parallelism",
  );
  expect(said(undefined).text).toContain("in SQL a larger spark.sql.shuffle.partitions");
});
