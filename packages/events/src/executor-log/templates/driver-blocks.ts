/**
 * BlockManagerInfo and unpersisting on the driver (spec/log-templates.md 2.3): blocks as the driver
 * saw them, the weaker view.
 */
import type { ByteInterval, LogFact } from "@respark/core";
import { type LogTemplate, silent, template } from "../log-template.ts";

export const BLOCK_MANAGER_INFO: readonly LogTemplate[] = [
  template({
    name: "D2",
    level: "INFO",
    says: "Added {word} in memory on {word} (size: {size}, free: {size})",
    example: "Added rdd_2_1 in memory on localhost:41391 (size: 16.7 MiB, free: 110.5 MiB)",
    fact: (blockId, hostPort, size, free) =>
      block("added", "memory", blockId, hostPort, { size, free }),
  }),
  template({
    name: "D3",
    since: "2.2",
    level: "INFO",
    says: "Updated {word} in memory on {word}{gap}(current size: {size}, original size: {size}, free: {size})",
    example:
      "Updated rdd_2_1 in memory on localhost:41391  (current size: 16.7 MiB, original size: 8.0 MiB, free: 110.5 MiB)",
    fact: (blockId, hostPort, size, _original, free) =>
      block("updated", "memory", blockId, hostPort, { size, free }),
  }),
  template({
    name: "D4",
    level: "INFO",
    says: "Added {word} on disk on {word} (size: {size})",
    example: "Added rdd_2_1 on disk on localhost:41391 (size: 9.3 MB)",
    fact: (blockId, hostPort, size) =>
      block("added", "disk", blockId, hostPort, { size, free: undefined }),
  }),
  template({
    name: "D4",
    since: "2.2",
    level: "INFO",
    says: "Updated {word} on disk on {word}{gap}(current size: {size}, original size: {size})",
    example:
      "Updated rdd_2_1 on disk on localhost:41391 (current size: 9.3 MiB, original size: 0.0 B)",
    fact: (blockId, hostPort, size) =>
      block("updated", "disk", blockId, hostPort, { size, free: undefined }),
  }),
  template({
    name: "D5",
    level: "INFO",
    says: "Removed {word} on {word} in memory (size: {size}, free: {size})",
    example:
      "Removed broadcast_1_piece0 on localhost:41391 in memory (size: 2.6 KiB, free: 127.2 MiB)",
    fact: (blockId, hostPort, size, free) =>
      block("removed", "memory", blockId, hostPort, { size, free }),
  }),
  template({
    name: "D5",
    level: "INFO",
    says: "Removed {word} on {word} on disk (size: {size})",
    example: "Removed rdd_2_1 on localhost:41391 on disk (size: 9.3 MB)",
    fact: (blockId, hostPort, size) =>
      block("removed", "disk", blockId, hostPort, { size, free: undefined }),
  }),
  silent(
    "D6",
    "INFO",
    "Added {word} on tachyon on {text}",
    "Added rdd_2_1 on tachyon on localhost:41391 (size: 9.3 MB)",
  ),
  silent(
    "D6",
    "INFO",
    "Added {word} on ExternalBlockStore on {text}",
    "Added rdd_2_1 on ExternalBlockStore on localhost:41391 (size: 9.3 MB)",
  ),
  silent(
    "D6",
    "INFO",
    "Removed {word} on {word} on {word} (size: {size})",
    "Removed rdd_2_1 on localhost:41391 on tachyon (size: 9.3 MB)",
  ),
];

/** BroadcastExchangeExec: it waited for a table that the driver was to build. */
export const BROADCASTS_BUILT: readonly LogTemplate[] = [
  template({
    name: "X15",
    level: "ERROR",
    says: "Could not execute broadcast in {text}",
    example: "Could not execute broadcast in 300 secs.",
    fact: (text) => applicationTrouble(`Could not execute broadcast in ${text}`),
  }),
];

/** ApplicationMaster, and since 3.5 ExecutorPodsAllocator. */
export const TOO_MANY_LOST: readonly LogTemplate[] = [
  template({
    name: "X15",
    level: "ERROR",
    says: "Max number of executor failures {text}",
    example: "Max number of executor failures (6) reached",
    fact: (text) => applicationTrouble(`Max number of executor failures ${text}`),
  }),
  template({
    name: "X15",
    level: "INFO",
    says: "Final app status: FAILED, exitCode: {int}, (reason: Max number of executor failures {text}",
    example:
      "Final app status: FAILED, exitCode: 11, (reason: Max number of executor failures (6) reached)",
    fact: (_code, text) =>
      applicationTrouble(`Max number of executor failures ${text.replace(/\)$/, "")}`),
  }),
];

/** Printed by the class of the RDD itself, whatever it is. */
export const ANY_LOGGER: readonly LogTemplate[] = [
  template({
    name: "D19",
    level: "INFO",
    says: "Removing RDD {int} from persistence list",
    example: "Removing RDD 12 from persistence list",
    fact: (id) => ({ kind: "driver_unpersist", what: "rdd", id }),
  }),
  template({
    name: "X12",
    level: "ERROR",
    says: "RECEIVED SIGNAL {text}",
    example: "RECEIVED SIGNAL TERM",
    fact: (signal, { logger }) =>
      NO_APPLICATIONS.test(logger)
        ? undefined
        : { kind: "executor_stopping", how: "signal", reason: signal },
  }),
  ...BROADCASTS_BUILT,
  ...TOO_MANY_LOST,
];

/** Daemons of a cluster log their signals, too. */
const NO_APPLICATIONS = /^(?:Worker|Master|HistoryServer|ExternalShuffleService)$/;

function applicationTrouble(message: string): LogFact {
  return { kind: "trouble_logged", what: "application", message };
}

function block(
  change: "added" | "updated" | "removed",
  where: "memory" | "disk",
  blockId: string,
  hostPort: string,
  { size, free }: { size: ByteInterval; free: ByteInterval | undefined },
): LogFact {
  return { kind: "driver_block", change, where, blockId, hostPort, size, free };
}
