/** `respark explain`: who did it, and what to change. */
import type { Command } from "commander";
import type { ExplainOptions } from "../explain/run-explain.ts";
import type { Host } from "../host.ts";
import {
  LOG_PATTERN,
  TIME_ZONE,
  withApplicationOptions,
  withEverywhereOptions,
} from "./command.ts";
import { sayingMachineTrouble } from "./machine-trouble.ts";

export function addExplain(program: Command, host: Host): void {
  withEverywhereOptions(
    withApplicationOptions(
      program
        .command("explain")
        .description(
          "says what went wrong with memory, why, and what to change; or tells one event's story",
        )
        .argument(
          "<path...>",
          "a database written by respark replay, or a folder of them; or logs, replayed for this answer alone",
        )
        .option("--eviction <n>", "the n-th eviction; or executor:seq")
        .option("--spill <n>", "the n-th spill; or executor:seq")
        .option("--oom <n>", "the n-th out-of-memory error")
        .option("--task <id>", "a task, by its id (TID)")
        .option("--block <id>", "a block: rdd_2_17, broadcast_3")
        .option("--executor <id>", "an executor, or driver")
        .option(...TIME_ZONE)
        .option(...LOG_PATTERN),
    ),
  )
    .addHelpText(
      "after",
      `
Without an option: the run's verdict, costliest finding first, each with the one change that would
help. Several applications come on one screen, worst first; --app names one of them.

Examples:
  respark explain app.duckdb
  respark explain logs/
  respark explain nightly.duckdb --app app-20260101120000-0001
  respark explain app.duckdb --eviction 1
  respark explain app.duckdb --eviction 0:96      the event with seq 96 of executor 0, as eviction_ledger shows it
  respark explain app.duckdb --task 45
  respark explain app.duckdb --block rdd_2_17 --json`,
    )
    .action(async (paths: string[], options: ExplainOptions) => {
      const { runExplain } = await import("../explain/run-explain.ts");
      await sayingMachineTrouble(() => runExplain(host, paths, options));
    });
}
