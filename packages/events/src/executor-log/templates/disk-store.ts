/** DiskStore (spec/log-templates.md 2.7, G12): what goes to disk, and its size there. */
import { type LogTemplate, template } from "../log-template.ts";

export const DISK_STORE: readonly LogTemplate[] = [
  template({
    name: "G12",
    level: "DEBUG",
    says: "Attempting to put block {word}",
    example: "Attempting to put block rdd_4_1",
    fact: (blockId) => ({ kind: "disk_put", blockId, size: undefined }),
  }),
  template({
    name: "G12",
    until: "1.6",
    level: "DEBUG",
    says: "Attempting to write values for block {word}",
    example: "Attempting to write values for block rdd_4_1",
    fact: (blockId) => ({ kind: "disk_put", blockId, size: undefined }),
  }),
  template({
    name: "G12",
    level: "DEBUG",
    says: "Block {word} stored as {size} file on disk in {int} ms",
    example: "Block rdd_4_1 stored as 16.7 MiB file on disk in 23 ms",
    fact: (blockId, size) => ({ kind: "disk_put", blockId, size }),
  }),
];
