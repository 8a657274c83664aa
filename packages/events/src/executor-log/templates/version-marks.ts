/**
 * Lines that say nothing of memory, but that only some Spark versions print: an executor's log
 * names no version.
 */
import { type LogTemplate, template } from "../log-template.ts";

/**
 * SPARK-32613's neighbours: `Registered` up to 3.0, `Registering` in the runs of 3.2 and later; 3.1
 * was not looked at.
 */
export const SIGNAL_UTILS: readonly LogTemplate[] = [
  template({
    name: "V1",
    since: "2.0",
    until: "3.1",
    level: "INFO",
    says: "Registered signal handler for {word}",
    example: "Registered signal handler for TERM",
  }),
  template({
    name: "V1",
    since: "3.1",
    level: "INFO",
    says: "Registering signal handler for {word}",
    example: "Registering signal handler for TERM",
  }),
];

export const SHUFFLE_BLOCK_FETCHER: readonly LogTemplate[] = [
  template({
    name: "V2",
    until: "2.3",
    level: "INFO",
    says: "Getting {int} non-empty blocks out of {int} blocks",
    example: "Getting 4 non-empty blocks out of 4 blocks",
  }),
  template({
    name: "V2",
    since: "2.4",
    until: "2.4",
    level: "INFO",
    says: "Getting {int} non-empty blocks including {int} local blocks and {int} remote blocks",
    example: "Getting 4 non-empty blocks including 2 local blocks and 2 remote blocks",
  }),
  template({
    name: "V2",
    since: "3.0",
    until: "3.1",
    level: "INFO",
    says: "Getting {int} ({size}) non-empty blocks including {int} ({size}) local and {int} ({size}) host-local and {int} ({size}) remote blocks",
    example:
      "Getting 4 (2.4 KiB) non-empty blocks including 2 (1.2 KiB) local and 0 (0.0 B) host-local and 2 (1.2 KiB) remote blocks",
  }),
  template({
    name: "V2",
    since: "3.2",
    level: "INFO",
    says: "Getting {int} ({size}) non-empty blocks including {int} ({size}) local and {int} ({size}) host-local and {int} ({size}) push-merged-local and {int} ({size}) remote blocks",
    example:
      "Getting 4 (2.4 KiB) non-empty blocks including 2 (1.2 KiB) local and 0 (0.0 B) host-local and 0 (0.0 B) push-merged-local and 2 (1.2 KiB) remote blocks",
  }),
];

export const RESOURCE_UTILS: readonly LogTemplate[] = [
  template({
    name: "V3",
    since: "3.1",
    level: "INFO",
    says: "No custom resources configured for {word}",
    example: "No custom resources configured for spark.executor.",
  }),
];
