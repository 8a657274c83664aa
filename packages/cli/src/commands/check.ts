/**
 * `respark check`: the memory gate. Fails where a run's memory got worse than its baseline's, and
 * only then.
 */
import type { Command } from "commander";
import type { CheckOptions } from "../gate/run-check.ts";
import type { Host } from "../host.ts";
import {
  LOG_PATTERN,
  oneOf,
  TIME_ZONE,
  withApplicationOptions,
  withEverywhereOptions,
} from "./command.ts";
import { sayingMachineTrouble } from "./machine-trouble.ts";

export function addCheck(program: Command, host: Host): void {
  withEverywhereOptions(
    withApplicationOptions(
      program
        .command("check")
        .description("fails where a run's memory got worse than its baseline's")
        .argument("[path...]", "a database of respark replay, or logs")
        .option("--baseline <path>", "what good runs measured: a file of respark baseline")
        .option("--config <path>", "limits and checks (default: respark.config.json, where it is)")
        .option("--allow-config-change", "compare although memory settings differ")
        .option(
          "--under-baseline-conf",
          "compare what a simulation of this run under the baseline's settings comes to",
        )
        .option("--allow-version-change", "compare although Spark's version differs")
        .option("--allow-other-application", "compare although the application is another one")
        .option(
          "--normalise-by <what>",
          "input: scale limits where the input's size differs",
          oneOf(["input"]),
        )
        .option("--junit <path>", "write JUnit XML; - is standard output, here and below")
        .option("--sarif <path>", "write SARIF 2.1.0")
        .option("--markdown <path>", "write Markdown, for a pull-request comment")
        .option(
          "--report <path>",
          "write an HTML file: the run's memory in pictures, and this check",
        )
        .option("--github", "print annotations, and write the step summary of GitHub Actions")
        .option("--config-schema", "print the JSON schema of respark.config.json, for editors")
        .option(...TIME_ZONE)
        .option(...LOG_PATTERN),
    ),
  )
    .addHelpText(
      "after",
      `
Exit codes: 0 no worse · 1 worse · 2 usage error · 3 input unreadable · 4 too little evidence ·
  5 not comparable

Examples:
  respark check run.duckdb --baseline memory.baseline.json
  respark check logs/ --baseline memory.baseline.json --junit memory.xml --markdown comment.md
  respark check run.duckdb --baseline memory.baseline.json --allow-config-change --json
  respark check run.duckdb --baseline memory.baseline.json --under-baseline-conf
  respark check --config-schema > respark.schema.json`,
    )
    .action(async (paths: string[], options: CheckOptions) => {
      const { runCheck } = await import("../gate/run-check.ts");
      await sayingMachineTrouble(() => runCheck(host, paths, options));
    });
}
