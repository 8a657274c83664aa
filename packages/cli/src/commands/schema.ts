/** `respark schema`: every table and column, with its unit and meaning. Needs no database. */
import type { Command } from "commander";
import type { SchemaOptionFormat, SchemaOptions } from "../database/run-schema.ts";
import type { Host } from "../host.ts";
import { oneOf, withEverywhereOptions } from "./command.ts";
import { sayingMachineTrouble } from "./machine-trouble.ts";

const FORMATS: readonly SchemaOptionFormat[] = ["table", "markdown", "json"];

export function addSchema(program: Command, host: Host): void {
  withEverywhereOptions(
    program
      .command("schema")
      .description("shows every table, view and column, with its type, unit and meaning")
      .argument("[names...]", "tables or views to show; all of them without")
      .option("--format <format>", FORMATS.join(", "), oneOf(FORMATS)),
  )
    .addHelpText(
      "after",
      `
Examples:
  respark schema
  respark schema memory_timeline block_events
  respark schema --json`,
    )
    .action(async (names: string[], options: SchemaOptions) => {
      const { runSchema } = await import("../database/run-schema.ts");
      await sayingMachineTrouble(() => runSchema(host, names, options));
    });
}
