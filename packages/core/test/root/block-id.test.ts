/** Ids in names of blocks: numbers that are held exactly, or none. */
import { expect, test } from "vitest";
import { parseBlockId, rddIdOf } from "../../src/block-id.ts";

test.each([
  ["rdd_3_14", 3, 14],
  ["rdd_999999999999999_1", 999_999_999_999_999, 1],
  ["rdd_9007199254740993_1", undefined, undefined],
  ["rdd_1_9007199254740993", 1, undefined],
  ["rdd_99999999999999999999_1", undefined, undefined],
])("%s", (blockId, rddId, partitionId) => {
  expect(rddIdOf(blockId)).toBe(rddId);
  expect(parseBlockId(blockId)).toMatchObject({ rddId, partitionId });
});
