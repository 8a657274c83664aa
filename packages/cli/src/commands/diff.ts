/** `respark diff`: two runs side by side, for people. */
import type { Command } from "commander";
import type { RunOptions } from "../gate/measured-run.ts";
import type { Host } from "../host.ts";
import {
  LOG_PATTERN,
  TIME_ZONE,
  withApplicationOptions,
  withEverywhereOptions,
} from "./command.ts";
import { sayingMachineTrouble } from "./machine-trouble.ts";

export function addDiff(program: Command, host: Host): void {
  withEverywhereOptions(
    withApplicationOptions(
      program
        .command("diff")
        .description("shows what two runs measured, side by side")
        .argument("<first>", "a database of respark replay, or a directory of logs")
        .argument("<second>", "another one")
        .option(...TIME_ZONE)
        .option(...LOG_PATTERN),
    ),
  )
    .addHelpText(
      "after",
      `
Examples:
  respark diff before.duckdb after.duckdb
  respark diff logs-before/ logs-after/ --json`,
    )
    .action(async (first: string, second: string, options: RunOptions) => {
      const { runDiff } = await import("../gate/run-diff.ts");
      await sayingMachineTrouble(() => runDiff(host, first, second, options));
    });
}
