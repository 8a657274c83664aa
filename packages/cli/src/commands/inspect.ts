/**
 * `respark inspect`: what logs are here, what they can tell, and which settings would tell more.
 * Writes no more than these settings, when asked.
 */
import type { Command } from "commander";
import type { Host } from "../host.ts";
import type { InspectOptions } from "../inspect/run-inspect.ts";
import { LOG_PATTERN, TIME_ZONE, withEverywhereOptions } from "./command.ts";
import { sayingMachineTrouble } from "./machine-trouble.ts";

export function addInspect(program: Command, host: Host): void {
  withEverywhereOptions(
    program
      .command("inspect")
      .description("says what is here, what it can tell, and which settings would tell more")
      .argument("<path...>", "directories or files, or - for standard input")
      .option(
        "--full",
        "read everything, and list lines that look like memory and match no template",
      )
      .option(
        "--properties <folder>",
        "writes the settings that would tell more there: for --properties-file, and for log4j",
      )
      .option(...TIME_ZONE)
      .option(...LOG_PATTERN),
  )
    .addHelpText(
      "after",
      `
Without --full it looks at samples of each file, and says so.

Examples:
  respark inspect logs/
  respark inspect logs/ --full
  respark inspect logs/ --json
  respark inspect logs/ --properties more/`,
    )
    .action(async (paths: string[], options: InspectOptions) => {
      const { runInspect } = await import("../inspect/run-inspect.ts");
      await sayingMachineTrouble(() => runInspect(host, paths, options));
    });
}
