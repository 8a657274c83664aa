/** The replay command's own part: where the result goes, and what is said about it. */
import { join } from "node:path";
import { calledAs } from "../called-as.ts";
import type { Host } from "../host.ts";
import { openInput } from "../input.ts";
import type { EverywhereOptions } from "../options.ts";
import { styleOf } from "../terminal/style.ts";
import { UserError } from "../user-error.ts";
import { checkOutput, defaultOutput, type WriteMode } from "./output-path.ts";
import { readRunSummaries } from "./read-run-summary.ts";
import { replayLogs } from "./replay-logs.ts";
import { nextCommands, runSummaryText } from "./run-summary-text.ts";

export type ReplayFormat = "duckdb" | "parquet" | "arrow";

export interface ReplayOptions extends EverywhereOptions {
  readonly output?: string;
  readonly overwrite?: true;
  readonly append?: true;
  readonly format: ReplayFormat;
  readonly timeZone?: string;
  readonly logPattern?: string;
  readonly showSecrets?: true;
}

export async function runReplay(
  host: Host,
  paths: readonly string[],
  options: ReplayOptions,
): Promise<void> {
  const mode = modeOf(options);
  const { output, format } = options;
  if (output !== undefined && output !== "-" && format === "duckdb") {
    await checkOutput(host, output, mode, paths);
  }
  const input = await openInput(host, paths);
  const scratch = format === "duckdb" && output !== "-" ? undefined : await host.scratch();
  try {
    const replayed = await replayLogs(host, {
      input,
      mode: scratch === undefined ? mode : "create",
      databasePath: async (applications) => {
        if (scratch !== undefined) return join(scratch.path, "replayed.duckdb");
        if (output !== undefined) return output;
        const path = defaultOutput(input, applications, ".duckdb");
        await checkOutput(host, path, mode, paths);
        return path;
      },
      timeZone: options.timeZone,
      logPattern: options.logPattern,
      showSecrets: options.showSecrets === true,
      quiet: options.quiet === true,
    });
  } finally {
    await scratch?.remove();
    await input.close();
  }
}

function modeOf({ overwrite, append, format, output }: ReplayOptions): WriteMode {
  if (overwrite === true && append === true) {
    throw new UserError("--overwrite and --append contradict each other: use one of them");
  }
  if (append === true && (format !== "duckdb" || output === "-")) {
    throw new UserError("--append adds to a DuckDB file: it needs --format duckdb and -o <file>");
  }
  if (output === "-" && format !== "duckdb") {
    throw new UserError(`--format ${format} writes a directory: name it with -o`);
  }
  if (append === true) return "append";
  return overwrite === true ? "overwrite" : "create";
}
