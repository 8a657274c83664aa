/**
 * A process that replays for a fleet's job: one batch of files after the other into Parquet, so
 * that its start is paid once. It says its version, then answers a line with a line.
 */
import { join, resolve } from "node:path";
import { hideSecretShapes } from "@respark/events";
import { type FleetInput, writeFleetInputs } from "@respark/report";
import { openReplayed } from "../database/open-replayed.ts";
import { exportTables } from "../database/run-export.ts";
import { exitCode } from "../exit-code.ts";
import type { Host } from "../host.ts";
import { machineWords } from "../machine-words.ts";
import { UserError } from "../user-error.ts";
import { version } from "../version.ts";
import type { WorkLimits } from "../watchdog.ts";
import { type ChangesInJson, changesInJson } from "./changes-in-json.ts";
import { linesAsked } from "./lines-asked.ts";
import { replayLogs } from "./replay-logs.ts";

interface FleetFile {
  /** where it is on this machine */
  readonly path: string;
  /** what the fleet calls it */
  readonly name: string;
  readonly bytes: number;
  /** epoch ms */
  readonly modifiedMillis: number;
}

/** Files that are read together. */
interface FleetGroup {
  /** id of the application; empty: they name none */
  readonly name: string;
  readonly files: readonly FleetFile[];
}

/** A line that is asked. */
interface FleetBatch {
  readonly groups: readonly FleetGroup[];
  /** where the tables go */
  readonly directory: string;
  /** of the process that was asked the same before: nothing is read, its end is written down */
  readonly ended?: Ending;
}

interface Ending {
  readonly exitCode: number;
  readonly reason: string;
  readonly seconds: number;
}

/** An answer that says `"last": true` is: so much memory is held that another process is due. */
export async function runBatches(host: Host, limits: WorkLimits): Promise<void> {
  const watchdog = host.startWatchdog(limits);
  try {
    await host.stdout.write(`${JSON.stringify({ version })}\n`);
    for await (const line of linesAsked(host.stdin())) {
      watchdog.begin();
      // Lines come from the job that started this process.
      const batch = JSON.parse(line) as FleetBatch;
      const inputs = await inputsOf(host, batch);
      await writeFleetInputs(batch.directory, inputs);
      const last = watchdog.end();
      await host.stdout.write(`${JSON.stringify({ counts: countsOf(inputs), last })}\n`);
      if (last) return;
    }
  } finally {
    await watchdog.close();
  }
}

async function inputsOf(host: Host, batch: FleetBatch): Promise<FleetInput[]> {
  const { groups, directory, ended } = batch;
  if (ended !== undefined) return groups.flatMap((group) => endedInputs(group, ended));
  const began = host.now();
  const seconds = (): number => Math.round(host.now() - began) / 1000;
  try {
    const changes = await replayInto(host, groups, directory);
    return groups.flatMap((group) => replayedInputs(group, changes, seconds(), groups.length));
  } catch (error) {
    const [only] = groups;
    if (groups.length > 1 || only === undefined) {
      // Every one of them failed: each has its own reason.
      const inputs: FleetInput[] = [];
      for (const group of groups) {
        inputs.push(...(await inputsOf(host, { groups: [group], directory })));
      }
      return inputs;
    }
    return endedInputs(only, endingOf(error, seconds()));
  }
}

async function replayInto(
  host: Host,
  groups: readonly FleetGroup[],
  directory: string,
): Promise<ChangesInJson> {
  const files = groups.flatMap((group) => group.files);
  const paths = files.map(({ path }) => path);
  const named = files.length === 1 ? (files[0]?.name ?? "") : "these files";
  const scratch = host.scratch();
  try {
    const database = join(scratch.path, "replayed.duckdb");
    const replayed = await replayLogs(host, {
      input: { paths, named, standardInput: undefined },
      target: () => Promise.resolve({ path: database, mode: "create" }),
      timeZone: undefined,
      logPattern: undefined,
      showSecrets: false,
      quiet: true,
    });
    const written = await openReplayed(database);
    const changes = await changesInJson(written.ask, replayed, true).finally(() => {
      written.close();
    });
    await exportTables(host, { database, directory, format: "parquet" });
    return changes;
  } finally {
    await scratch.remove();
  }
}

/** Rows of files that were read. */
function replayedInputs(
  group: FleetGroup,
  { applications, failed }: ChangesInJson,
  seconds: number,
  together: number,
): FleetInput[] {
  return group.files.flatMap((file): FleetInput[] => {
    const path = resolve(file.path);
    const common = { ...inputOf(file, group), seconds, together };
    const done = applications.filter(({ files }) => files.includes(path));
    const not = failed.filter(({ files }) => files.includes(path));
    const none = { application: undefined, reason: undefined, exitCode: exitCode.fine };
    if (done.length === 0 && not.length === 0) {
      return [{ ...common, ...none, status: "no_application", rows: undefined }];
    }
    return [
      ...done.map(({ rows, ...application }) => {
        return { ...common, ...none, application, rows, status: "replayed" as const };
      }),
      ...not.map(({ reason, ...application }) => {
        const why = { reason: hideSecretShapes(reason), exitCode: exitCode.bug };
        return { ...common, ...why, application, rows: undefined, status: "failed" as const };
      }),
    ];
  });
}

/** Rows of files none of which could be read, or in which there is nothing of Spark. */
function endedInputs(group: FleetGroup, { reason, ...ended }: Ending): FleetInput[] {
  const isNone = ended.exitCode === exitCode.unreadable;
  const isNamed = group.name !== "" && !isNone;
  return group.files.map((file) => ({
    ...inputOf(file, group),
    ...ended,
    together: 1,
    application: isNamed ? { appId: group.name, attemptId: "1" } : undefined,
    status: isNone ? "no_application" : "failed",
    reason: hideSecretShapes(reason),
    rows: undefined,
  }));
}

function inputOf({ name, bytes, modifiedMillis }: FleetFile, group: FleetGroup) {
  return { path: name, bytes, modifiedMillis, group: group.name, resparkVersion: version };
}

function endingOf(error: unknown, seconds: number): Ending {
  const said = error instanceof Error ? (machineWords(error) ?? error.message) : String(error);
  return {
    exitCode: error instanceof UserError ? error.exitCode : exitCode.bug,
    reason: said.split("\n", 1)[0] ?? said,
    seconds,
  };
}

/** Applications, and files of none, by what became of them. */
function countsOf(inputs: readonly FleetInput[]): Record<string, number> {
  const counts: Record<string, number> = {};
  const seen = new Set<string>();
  for (const { application, status, path } of inputs) {
    const one = JSON.stringify([status, application?.appId, application?.attemptId ?? path]);
    if (seen.has(one)) continue;
    seen.add(one);
    counts[status] = (counts[status] ?? 0) + 1;
  }
  return counts;
}
