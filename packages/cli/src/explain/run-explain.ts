/** The explain command's own part: what is asked about, and how the answer is printed. */
import { safeJson } from "@respark/core";
import { adviceFor } from "@respark/events";
import {
  explain,
  NotThereError,
  openDatabase,
  type Question,
  type RowNumber,
  shellWord,
} from "@respark/report";
import { calledAs } from "../called-as.ts";
import { applicationsIn } from "../database/applications.ts";
import { sayingTrouble } from "../database/database-trouble.ts";
import { oneApplication } from "../database/one-application.ts";
import type { Host } from "../host.ts";
import type { ApplicationOptions, EverywhereOptions } from "../options.ts";
import { styleOf } from "../terminal/style.ts";
import { UserError } from "../user-error.ts";
import type { TextPlace } from "./next-text.ts";
import { storyText } from "./story-text.ts";
import { verdictText } from "./verdict-text.ts";

export interface ExplainOptions extends EverywhereOptions, ApplicationOptions {
  readonly eviction?: string;
  readonly spill?: string;
  readonly oom?: string;
  readonly task?: string;
  readonly block?: string;
  readonly executor?: string;
}

export async function runExplain(host: Host, path: string, options: ExplainOptions): Promise<void> {
  const question = questionOf(options);
  await sayingTrouble(async () => {
    const database = await openDatabase(path);
    try {
      const ask = (sql: string) => database.rows(sql);
      const application = await oneApplication(ask, path, options);
      const several = (await applicationsIn(ask)).length > 1;
      const place: TextPlace = {
        database: path,
        command: calledAs(host),
        application: several
          ? ` --app ${shellWord(application.appId)} --attempt ${shellWord(application.attemptId)}`
          : "",
        columns: host.stdout.columns,
        style: styleOf(host),
      };
      const answer = await explain(database, application, question);
      const advice = answer.kind === "verdict" ? adviceFor(answer.logs) : [];
      await host.stdout.write(
        options.json === true
          ? `${safeJson(answer.kind === "verdict" ? { ...answer, advice } : answer, 2)}\n`
          : answer.kind === "verdict"
            ? verdictText(answer, advice, place)
            : storyText(answer, place),
      );
    } catch (error) {
      if (error instanceof NotThereError) throw new UserError(error.message);
      throw error;
    } finally {
      database.close();
    }
  });
}

const ABOUT = ["eviction", "spill", "oom", "task", "block", "executor"] as const;

function questionOf(options: ExplainOptions): Question | undefined {
  const asked = ABOUT.filter((about) => options[about] !== undefined);
  const [about, ...others] = asked;
  if (about === undefined) return undefined;
  if (others.length > 0) {
    throw new UserError(
      `ask about one thing at a time: ${asked.map((some) => `--${some}`).join(" and ")} are two questions`,
    );
  }
  const given = options[about] ?? "";
  switch (about) {
    case "eviction":
    case "spill":
    case "oom":
      return { about, row: rowNumber(about, given) };
    case "task":
      return { about, taskId: wholeNumber(about, given) };
    case "block":
      return { about, blockId: given };
    case "executor":
      return { about, executorId: given };
  }
}

/** `3`, or `0:96` for the event with seq 96 of executor 0. */
function rowNumber(about: string, given: string): RowNumber {
  const placed = /^(.+):(\d{1,15})$/.exec(given);
  if (placed?.[1] !== undefined && about !== "oom") {
    return { executorId: placed[1], seq: Number(placed[2]) };
  }
  return { nth: wholeNumber(about, given) };
}

function wholeNumber(about: string, given: string): number {
  if (!/^\d{1,15}$/.test(given)) {
    throw new UserError(`--${about} takes a number, not ${JSON.stringify(given)}`);
  }
  return Number(given);
}
