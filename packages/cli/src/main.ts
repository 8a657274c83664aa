/**
 * Runs one command line on a host and says with which code to end. Every kind of trouble ends here.
 */
import { printable } from "@respark/core";
import { Command, CommanderError } from "commander";
import { commands } from "./commands/index.ts";
import { type ExitCode, exitCode } from "./exit-code.ts";
import type { Host } from "./host.ts";
import { machineWords } from "./machine-words.ts";
import { UserError } from "./user-error.ts";
import { version } from "./version.ts";

/** Never rejects and never ends the process: the caller decides what to do with the code. */
export async function main(host: Host): Promise<ExitCode> {
  const written: Promise<void>[] = [];
  const program = new Command("respark")
    .description(
      "Replays what a Spark application's memory did, from its event log and executor logs, into a DuckDB file.",
    )
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void written.push(host.stdout.write(text)),
      writeErr: (text) => void written.push(host.stderr.write(text)),
      outputError: (text, write) => write(text.replace(/^error: /, "respark: ")),
      getOutHelpWidth: () => host.stdout.columns,
      getErrHelpWidth: () => host.stderr.columns,
    })
    .showSuggestionAfterError()
    .showHelpAfterError("(respark --help, or respark <command> --help, shows what there is)")
    .addHelpText("after", examples);
  for (const add of commands) add(program, host);
  for (const command of program.commands) command.copyInheritedSettings(program);
  try {
    await program.parseAsync(withoutLeadingDashes(host.args), { from: "user" });
    return exitCode.fine;
  } catch (error) {
    return await explain(host, error);
  } finally {
    await Promise.allSettled(written);
  }
}

const examples = `
Examples:
  respark replay logs/                      one DuckDB file of per-executor memory timelines
  respark explain app.duckdb                what went wrong, and what to change
  respark report app.duckdb -o report.html  the same in pictures, as one file for the ticket
  respark inspect logs/                     what is there, and which settings would tell more
  respark query app.duckdb executor_memory_summary
  respark query app.duckdb "select * from eviction_ledger" --format json
  respark export app.duckdb --format parquet -o tables/
  respark whatif app.duckdb --set spark.executor.memory=2g
  respark check app.duckdb --baseline memory.baseline.json

Exit codes: 0 fine · 1 a check failed · 2 usage error · 3 input unreadable or no application in it ·
  4 accuracy or evidence below the floor asked for · 5 not comparable · 70 a bug of ours`;

/**
 * pnpm hands its own `--` on to the script, where commander would take every flag behind it for an
 * operand.
 */
function withoutLeadingDashes(args: readonly string[]): readonly string[] {
  return args[0] === "--" ? args.slice(1) : args;
}

async function explain(host: Host, error: unknown): Promise<ExitCode> {
  if (error instanceof CommanderError) {
    // Help and version come here too, with code 0; their text is written already.
    return error.exitCode === 0 ? exitCode.fine : exitCode.askedWrongly;
  }
  if (error instanceof UserError) {
    await host.stderr.write(`respark: ${printable(error.message)}\n`);
    return error.exitCode;
  }
  // Wherever it happens: a module that could not be opened, a buffer that could not be had.
  const words = isExhaustion(error) ? machineWords(error) : undefined;
  if (words !== undefined) {
    await host.stderr.write(`respark: ${words}\n`);
    return exitCode.askedWrongly;
  }
  await host.stderr.write(bugReport(host, error));
  return exitCode.bug;
}

const EXHAUSTED = new Set(["EMFILE", "ENFILE", "ENOMEM", "ENOSPC", "EDQUOT", "EIO"]);

/** The machine ran out of something, or failed: not what was asked, and no bug. */
function isExhaustion(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return !("code" in error) || EXHAUSTED.has(String(error.code));
}

function bugReport(host: Host, error: unknown): string {
  const shown = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `respark: this is a bug in respark, not in your logs.

${printable(shown.split("\n").slice(0, 12).join("\n"))}

respark ${version}, ${host.runtime}
Please send these lines, the command and, if you may share it, the smallest log that shows it: see
"Reporting a bug" in the README of respark. To get further meanwhile: respark inspect <path> --full
names the files that look odd.
`;
}
