/** `respark whatif`: what memory would have done in this run under other settings. */
import type { Command } from "commander";
import type { Host } from "../host.ts";
import type { WhatIfOptions } from "../whatif/run-whatif.ts";
import {
  LOG_PATTERN,
  TIME_ZONE,
  withApplicationOptions,
  withEverywhereOptions,
} from "./command.ts";
import { sayingMachineTrouble } from "./machine-trouble.ts";

export function addWhatIf(program: Command, host: Host): void {
  withEverywhereOptions(
    withApplicationOptions(
      program
        .command("whatif")
        .description(
          "foretells evictions, misses and spills of this run under other memory settings",
        )
        .argument("<path...>", "a database of respark replay, or logs")
        .option("--set <key=value>", "a setting; twice the same key makes two scenarios", collected)
        .option("--sweep <key=a..b[:step]>", "a scenario for each step of a setting")
        .option("--level <rdd:ID=LEVEL>", "another storage level for an RDD", collected)
        .option("--draws <n>", "simulated runs a scenario (default: 40)")
        .option("--seed <n>", "the same seed gives the same answer (default: 1)")
        .option("--min-grade <letter>", "exit 4 where an outcome is less sure (default: C)")
        .option("-o, --output <file>", "also writes it into whatif_* tables of a database")
        .option(...TIME_ZONE)
        .option(...LOG_PATTERN),
    ),
  )
    .addHelpText(
      "after",
      `
Run times, out-of-memory of the heap and container kills are not foretold: no log holds what they
depend on. Grades go from A (all that is simulated was logged) to D (not foretold).
Exit codes: 0 answered · 2 usage error · 3 no application · 4 answered, but less sure than asked ·
  5 not comparable

Examples:
  respark whatif app.duckdb --set spark.executor.memory=2g
  respark whatif logs/ --set spark.memory.fraction=0.4 --set spark.memory.storageFraction=0.3 --json
  respark whatif app.duckdb --sweep spark.executor.memory=1g..4g:512m
  respark whatif app.duckdb --level rdd:3=MEMORY_AND_DISK
  respark whatif app.duckdb --sweep spark.executor.memory=1g..4g -o app.duckdb`,
    )
    .action(async (paths: string[], options: WhatIfOptions) => {
      const { runWhatIf } = await import("../whatif/run-whatif.ts");
      await sayingMachineTrouble(() => runWhatIf(host, paths, options));
    });
}

function collected(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}
