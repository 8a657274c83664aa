/** Which blocks go hangs on the order of reads, of which not all have a line. */
import { learns, meets, type Rule } from "./rule.ts";

export const orderOfUse: Rule = {
  name: "order_of_use",
  sentence: "reads that are not logged changed the order of use, or held a block",
  source: "MemoryStore.evictBlocksToFreeSpace goes by access order and skips locked blocks",
  fixture: "order-of-use",
  applies: (line) =>
    line.quantity === "victims" || (line.quantity === "evicted_bytes" && meets(line)),
  narrows: learns,
};
