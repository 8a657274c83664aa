/** Why a block found no room, by the rule that refused it. */

const WHY: Readonly<Record<string, string>> = {
  same_rdd:
    "Only blocks of the same RDD could have been evicted, and Spark evicts none of them for one another: the RDD alone is larger than storage memory.",
  too_large: "One block is larger than all of storage memory.",
  nothing_evictable:
    "Nothing could be evicted: tasks, blocks being read or those that were unrolling held all of it.",
  region_protected:
    "Tasks held memory that storage would have had to borrow: a block cannot take it from them.",
  static_unroll_cap:
    "The static manager lets blocks unroll in a part of storage memory only (spark.storage.unrollFraction).",
  own_blocks:
    "Only blocks of the same RDD could have been evicted, and Spark evicts none of them for one another.",
  unknown: "The logs do not say which rule refused them.",
};

/** `own_blocks`: as same_rdd, of an RDD that would fit but for one large block. */
export function whyInWords(rule: string | undefined, mode: "on_heap" | "off_heap"): string {
  const words = WHY[rule ?? "unknown"] ?? "";
  return mode === "off_heap" ? words.replace("storage memory", "off-heap storage memory") : words;
}
