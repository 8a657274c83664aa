/** `respark baseline`: writes down what good runs of a job measured. */
import type { Command } from "commander";
import type { BaselineOptions } from "../gate/run-baseline.ts";
import type { Host } from "../host.ts";
import {
  LOG_PATTERN,
  TIME_ZONE,
  withApplicationOptions,
  withEverywhereOptions,
} from "./command.ts";
import { sayingMachineTrouble } from "./machine-trouble.ts";

export function addBaseline(program: Command, host: Host): void {
  withEverywhereOptions(
    withApplicationOptions(
      program
        .command("baseline")
        .description("writes down what good runs of a job measured, for respark check")
        .argument("<db...>", "a database or a directory of logs for each run")
        .option("-o, --output <path>", "the file; - is standard output", "memory.baseline.json")
        .option("--add", "add these runs to the file")
        .option("--overwrite", "begin the file anew")
        .option("--config <path>", "configuration (default: respark.config.json, where it is)")
        .option("--allow-config-change", "take runs with other memory settings together")
        .option("--allow-version-change", "take runs of other Spark versions together")
        .option("--allow-other-application", "take runs of other applications together")
        .option("--allow-input-change", "take runs with other input together")
        .option(...TIME_ZONE)
        .option(...LOG_PATTERN),
    ),
  )
    .addHelpText(
      "after",
      `
Give it two runs or more: they show how much runs of one build differ by chance. From five on, check
judges by their median and spread. Commit the file; only this command changes it.

Examples:
  respark baseline run-1.duckdb run-2.duckdb -o memory.baseline.json
  respark baseline logs-of-a-third-run/ -o memory.baseline.json --add`,
    )
    .action(async (paths: string[], options: BaselineOptions) => {
      const { runBaseline } = await import("../gate/run-baseline.ts");
      await sayingMachineTrouble(() => runBaseline(host, paths, options));
    });
}
