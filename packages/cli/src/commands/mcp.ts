/** `respark mcp`: a replayed database for assistants, over standard input and output. */
import type { Command } from "commander";
import type { Host } from "../host.ts";
import { withEverywhereOptions } from "./command.ts";
import { sayingMachineTrouble } from "./machine-trouble.ts";

export function addMcp(program: Command, host: Host): void {
  withEverywhereOptions(
    program
      .command("mcp")
      .description(
        "serves a database to an assistant over standard input and output (Model Context Protocol), read-only",
      )
      .argument("<db>", "a database written by respark replay, or a folder of such databases"),
  )
    .addHelpText(
      "after",
      `
Tools: list_applications, verdict, story, query, schema. Nothing can be changed through them,
and no other file is read. An assistant starts the command by itself.

Examples:
  respark mcp app.duckdb
  claude mcp add respark -- respark mcp app.duckdb`,
    )
    .action(async (path: string) => {
      const { runMcp } = await import("../mcp/run-mcp.ts");
      await sayingMachineTrouble(() => runMcp(host, path));
    });
}
