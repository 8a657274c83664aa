/**
 * BlockManagerDecommissioner (3.1+; spec/log-templates.md B19): blocks that a leaving executor
 * hands to others.
 */
import { type LogTemplate, template } from "../log-template.ts";

export const BLOCK_MANAGER_DECOMMISSIONER: readonly LogTemplate[] = [
  template({
    name: "B19",
    since: "3.1",
    level: "INFO",
    says: "Block {word} migrated successfully, Removing block now",
    example: "Block rdd_2_1 migrated successfully, Removing block now",
    fact: (blockId) => ({ kind: "block_migrated", blockId }),
  }),
  template({
    name: "B19",
    since: "3.1",
    level: "INFO",
    says: "Block {word} offloaded successfully, Removing block now",
    example: "Block rdd_2_1 offloaded successfully, Removing block now",
    fact: (blockId) => ({ kind: "block_migrated", blockId }),
  }),
];
