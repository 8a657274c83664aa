/**
 * The explain command's own part: databases or logs, one application's verdict or many on one
 * screen, or one event's story.
 */
import { safeJson } from "@respark/core";
import { adviceFor } from "@respark/events";
import {
  type ApplicationKey,
  type Ask,
  type Database,
  explain,
  judgedChanges,
  NotThereError,
  type Question,
  type RowNumber,
  type RunVerdict,
  shellWord,
  TASKS_SIMULATED_BY_EXPLAIN,
  TASKS_SIMULATED_BY_REPLAY,
  tasksOf,
} from "@respark/report";
import { calledAs } from "../called-as.ts";
import { applicationsIn } from "../database/applications.ts";
import { sayingTrouble } from "../database/database-trouble.ts";
import { databaseOf, databasesAt, withOpened } from "../database/databases-at.ts";
import { type Fleet, fleetText, readFleet } from "../database/fleet.ts";
import { oneApplication } from "../database/one-application.ts";
import type { Host } from "../host.ts";
import type { ApplicationOptions, EverywhereOptions } from "../options.ts";
import { withDatabase } from "../replay/replayed-for-now.ts";
import { inLocale } from "../terminal/in-locale.ts";
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
  readonly timeZone?: string;
  readonly logPattern?: string;
}

export async function runExplain(
  host: Host,
  paths: readonly string[],
  options: ExplainOptions,
): Promise<void> {
  const question = questionOf(options);
  await sayingTrouble(async () => {
    const databases = await databasesAt(host, paths);
    if (databases.length === 0) {
      const answer = (database: Database, named: string | undefined): Promise<void> =>
        answerFrom(host, { database, named: named ?? paths.join(", ") }, options, question, named);
      await withDatabase(host, paths, options, answer, { simulates: true });
      return;
    }
    if (options.app === undefined && question === undefined) {
      await explainFleet(host, databases, options);
      return;
    }
    const path = await databaseOf(databases, options);
    await withOpened([path], ([database]) =>
      database === undefined
        ? Promise.resolve()
        : answerFrom(host, { database, named: path }, options, question, path),
    );
  });
}

/**
 * What one database answers. `asked`: as the user would ask it again; undefined: logs, of which
 * nothing stays.
 */
async function answerFrom(
  host: Host,
  { database, named }: { readonly database: Database; readonly named: string },
  options: ExplainOptions,
  question: Question | undefined,
  asked: string | undefined,
): Promise<void> {
  const ask = (sql: string) => database.rows(sql);
  const applications = await applicationsIn(ask);
  if (applications.length > 1 && options.app === undefined && question === undefined) {
    await writeFleet(host, await readFleet([{ ask, path: asked }]), options);
    return;
  }
  const application = await oneApplication(ask, named, options);
  const place: TextPlace = {
    database: asked,
    command: calledAs(host),
    application:
      applications.length > 1
        ? ` --app ${shellWord(application.appId)} --attempt ${shellWord(application.attemptId)}`
        : "",
    columns: host.stdout.columns,
    style: styleOf(host),
  };
  const found = await explain(database, application, question).catch((error: unknown) => {
    throw error instanceof NotThereError ? new UserError(error.message) : error;
  });
  const answer =
    found.kind === "verdict" && found.findings.every(({ effect }) => effect === undefined)
      ? await withEffects(ask, application, found, applications.length === 1)
      : found;
  const advice = answer.kind === "verdict" ? adviceFor(answer.logs) : [];
  await host.stdout.write(
    options.json === true
      ? `${safeJson(answer.kind === "verdict" ? { ...answer, advice } : answer, 2)}\n`
      : inLocale(
          answer.kind === "verdict" ? verdictText(answer, advice, place) : storyText(answer, place),
          host,
        ),
  );
}

/** What the replay of one small application has simulated is not simulated again. */
async function withEffects(
  ask: Ask,
  application: ApplicationKey,
  verdict: RunVerdict,
  isAlone: boolean,
): Promise<RunVerdict> {
  if (isAlone && (await tasksOf(ask, application)) <= TASKS_SIMULATED_BY_REPLAY) return verdict;
  const { findings } = verdict;
  return {
    ...verdict,
    findings: await judgedChanges(ask, application, findings, TASKS_SIMULATED_BY_EXPLAIN),
  };
}

async function explainFleet(
  host: Host,
  paths: readonly string[],
  options: ExplainOptions,
): Promise<void> {
  await withOpened(paths, async (databases) => {
    const asked = databases.map((database, index) => ({
      ask: (sql: string) => database.rows(sql),
      path: paths[index],
    }));
    await writeFleet(host, await readFleet(asked), options);
  });
}

async function writeFleet(host: Host, fleet: Fleet, options: ExplainOptions): Promise<void> {
  await host.stdout.write(
    options.json === true
      ? `${safeJson({ kind: "fleet", ...fleet }, 2)}\n`
      : inLocale(
          fleetText(fleet, {
            command: calledAs(host),
            columns: host.stdout.columns,
            style: styleOf(host),
          }),
          host,
        ),
  );
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
