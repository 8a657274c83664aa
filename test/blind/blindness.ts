/**
 * Replays a run with one number of its log changed, and says which predictions the change reached.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EmitRow, ReplayCheckRow } from "@respark/core";
import { CollectedRows } from "../../packages/core/test/replay/collected-rows.ts";
import { replayInto, surveyed } from "../golden/replayed-run.ts";
import { type FoundStatement, perturbed, statementsIn } from "./perturbed-log.ts";

/** What stands between the replay and its rows: a rule that peeks, in the test of the test. */
export type Tamper = (row: ReplayCheckRow) => ReplayCheckRow;

export class BlindRun {
  readonly #log: string;
  readonly #lines: readonly string[];
  readonly #copy: string;
  readonly #path: string;
  readonly #tamper: Tamper | undefined;
  #asItIs: readonly ReplayCheckRow[] | undefined;

  /** A copy of a run with one executor's log alone; only that log is changed. */
  constructor(path: string, tamper?: Tamper) {
    this.#path = path;
    this.#tamper = tamper;
    this.#copy = mkdtempSync(join(tmpdir(), "respark-blind-"));
    const logs = readdirSync(path).filter((file) => file.startsWith("executor-"));
    this.#log = logs[0] ?? "";
    for (const file of readdirSync(path)) {
      if (logs.includes(file) && file !== this.#log) continue;
      cpSync(join(path, file), join(this.#copy, file), { recursive: true });
    }
    this.#lines = readFileSync(join(path, this.#log), "utf8").split("\n");
  }

  get statements(): readonly FoundStatement[] {
    return statementsIn(this.#lines);
  }

  /** Predictions of the statement's own line and of lines before it that are not what they were. */
  async reachedBy(statement: FoundStatement, by: number): Promise<string[]> {
    this.#asItIs ??= await this.#checks();
    const before = until(this.#asItIs, statement.line);
    writeFileSync(join(this.#copy, this.#log), perturbed(this.#lines, statement, by));
    const after = until(await this.#checks(), statement.line);
    writeFileSync(join(this.#copy, this.#log), readFileSync(join(this.#path, this.#log)));
    const changed = before.filter((text, at) => text !== after[at]);
    return before.length === after.length ? changed : [...changed, `${after.length} rows`];
  }

  async #checks(): Promise<readonly ReplayCheckRow[]> {
    const collected = new CollectedRows();
    const emit: EmitRow = (table, row) => {
      if (table === "replay_checks" || table === "source_files") collected.emit(table, row);
    };
    const [application] = await surveyed([this.#copy]);
    if (application === undefined) throw new Error(`no application in ${this.#copy}`);
    await replayInto(application, emit);
    const file = application.files.find(({ path }) => path.endsWith(this.#log))?.sourceFileId;
    return collected.tables.replay_checks
      .filter(({ sourceFileId }) => sourceFileId === file)
      .map(this.#tamper ?? ((row) => row));
  }

  remove(): void {
    rmSync(this.#copy, { recursive: true, force: true });
  }
}

function until(rows: readonly ReplayCheckRow[], line: number): string[] {
  return rows
    .filter(({ sourceLine }) => sourceLine <= line)
    .map(
      ({ sourceLine, quantity, replayedMin, replayedMax }) =>
        `line ${sourceLine}: ${quantity} ${replayedMin} to ${replayedMax}`,
    )
    .sort();
}
