/** `respark size`: the least memory with which a run keeps its promises. */
import type { Command } from "commander";
import type { Host } from "../host.ts";
import type { SizeOptions } from "../whatif/run-size.ts";
import {
  LOG_PATTERN,
  TIME_ZONE,
  withApplicationOptions,
  withEverywhereOptions,
} from "./command.ts";
import { sayingMachineTrouble } from "./machine-trouble.ts";

export function addSize(program: Command, host: Host): void {
  withEverywhereOptions(
    withApplicationOptions(
      program
        .command("size")
        .description("looks for the least memory with which a run keeps a promise")
        .argument("<path...>", "databases of respark replay; several runs of a job, or logs of one")
        .option(
          "--keep <promises>",
          "no-evictions, no-recomputes, no-failed-puts, no-spills, no-oom, as-before (default: all but the last)",
        )
        .option("--probability <share>", "in how many simulated runs (default: 0.95)")
        .option("--knob <key>", "the setting to size (default: spark.executor.memory)")
        .option("--between <a..b>", "sizes to try (default: a quarter to four times the run's)")
        .option("--seed <n>", "the same seed gives the same answer (default: 1)")
        .option(
          "-o, --output <file>",
          "also writes the sizes tried into whatif_* tables of a database",
        )
        .option(...TIME_ZONE)
        .option(...LOG_PATTERN),
    ),
  )
    .addHelpText(
      "after",
      `
From some size on a promise holds in all simulated runs, below another in none; the answer is the
upper of the two. --keep takes one promise or several, with commas between them.
Exit codes: 0 answered · 2 usage error · 3 no application · 4 a promise is kept at no size tried ·
  5 not comparable

Examples:
  respark size app.duckdb
  respark size app.duckdb --keep no-spills,no-oom --between 1g..8g
  respark size app.duckdb -o app.duckdb && respark query app.duckdb whatif_curve
  respark size monday.duckdb tuesday.duckdb wednesday.duckdb --keep as-before --json`,
    )
    .action(async (paths: string[], options: SizeOptions) => {
      const { runSize } = await import("../whatif/run-size.ts");
      await sayingMachineTrouble(() => runSize(host, paths, options));
    });
}
