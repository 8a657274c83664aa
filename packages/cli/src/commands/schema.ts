/** `respark schema`: every table and column, with its unit and meaning. Needs no database. */
import type { Command } from "commander";
import type { SchemaOptions } from "../database/run-schema.ts";
import type { Host } from "../host.ts";
import { withEverywhereOptions } from "./command.ts";

export function addSchema(program: Command, host: Host): void {
  withEverywhereOptions(
    program
      .command("schema")
      .description("shows every table, view and column, with its type, unit and meaning")
      .argument("[names...]", "tables or views to show; all of them without"),
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
      await runSchema(host, names, options);
    });
}
