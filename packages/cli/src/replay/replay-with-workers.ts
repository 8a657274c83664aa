/**
 * Applications on several cores: each worker replays some at a time into a database of their own,
 * and this process takes them over in the order in which it would have replayed them itself.
 */
import { join } from "node:path";
import type { SurveyedApplication } from "@respark/events";
import type { Host } from "../host.ts";
import type { Input } from "../input.ts";
import type { Watch } from "../look-around.ts";
import { UserError } from "../user-error.ts";
import type { Worker } from "../worker.ts";
import { fleetProgress } from "./fleet-progress.ts";
import { type PartAnswer, type PartRequest, type PartSurvey, partApplications } from "./part.ts";
import type { FailedApplication, Work } from "./replay-each.ts";

/** Of a part: an application larger than this is one by itself. */
const PART_BYTES = 32 << 20;
const PART_APPLICATIONS = 64;

export interface WorkOfMany extends Work {
  readonly workers: number;
  readonly request: {
    readonly timeZone: string | undefined;
    readonly logPattern: string | undefined;
  };
  /** what was surveyed, and what was found in it, in the order of those that are placed */
  readonly surveyed: Input;
  readonly applications: readonly SurveyedApplication[];
}

export async function replayWithWorkers(
  host: Host,
  placed: readonly SurveyedApplication[],
  work: WorkOfMany,
  watch: Watch,
): Promise<readonly FailedApplication[]> {
  const scratch = host.scratch();
  const workers: Worker[] = [];
  try {
    const parts = partsOf(placed, work.workers);
    for (let nth = 0; nth < Math.min(work.workers, parts.length); nth += 1) {
      workers.push(host.startWorker(["replay-part"]));
    }
    const first = firstLine(placed, work);
    const ready = workers.map((worker) => asked(worker, first));
    const answers = parts.map(() => later<PartAnswer>());
    let next = 0;
    const busy = workers.map(async (worker, nth) => {
      await ready[nth];
      for (let at = next++; at < parts.length; at = next++) {
        const request: PartRequest = {
          places: parts[at] ?? [],
          database: join(scratch.path, `${at}.duckdb`),
        };
        answers[at]?.resolve(await asked<PartAnswer>(worker, request));
      }
    });
    const all = Promise.all(busy);
    const failed: FailedApplication[] = [];
    const fleet = fleetProgress(watch, placed);
    for (const [at, places] of parts.entries()) {
      const answer = await Promise.race([
        answers[at]?.promise,
        all.then(() => answers[at]?.promise),
      ]);
      const database = join(scratch.path, `${at}.duckdb`);
      failed.push(...(await takeOver({ places, placed, work, database, answer })));
      await host.remove(database);
      for (const place of places) {
        const application = placed[place];
        if (application === undefined) continue;
        fleet.done(application);
        fleet.watch(application).progress.show("replaying", 0, undefined);
      }
    }
    await all;
    return failed;
  } finally {
    for (const worker of workers) worker.stop();
    await scratch.remove();
  }
}

/** The applications of a part become part of the result; those that failed are remembered. */
async function takeOver({
  places,
  placed,
  work: { sink, inputs },
  database,
  answer,
}: {
  readonly places: readonly number[];
  readonly placed: readonly SurveyedApplication[];
  readonly work: Work;
  readonly database: string;
  readonly answer: PartAnswer | undefined;
}): Promise<FailedApplication[]> {
  const reasons = new Map(answer?.failed.map(({ place, reason }) => [place, reason]));
  const failed: FailedApplication[] = [];
  const written: SurveyedApplication[] = [];
  for (const place of places) {
    const application = placed[place];
    if (application === undefined) continue;
    const reason = reasons.get(place);
    if (inputs !== undefined) sink.took(inputs.of(application, reason));
    if (reason === undefined) written.push(application);
    else failed.push({ application, reason, error: new Error(reason) });
  }
  if (written.length > 0) await sink.absorb(database, written);
  return failed;
}

function firstLine(placed: readonly SurveyedApplication[], work: WorkOfMany): PartSurvey {
  const { request, surveyed, showSecrets, applications } = work;
  const { timeZone, logPattern } = request;
  return {
    paths: surveyed.paths,
    timeZone,
    logPattern,
    showSecrets,
    applications: partApplications(applications, placed),
  };
}

async function asked<Answer>(worker: Worker, question: unknown): Promise<Answer> {
  const line = await worker.ask(JSON.stringify(question));
  if (line === undefined) {
    throw new UserError(
      "a process that replays applications ended before its work was done: --resume goes on, --workers 1 needs least memory",
    );
  }
  // It comes from this same program.
  return JSON.parse(line) as Answer;
}

/** Places of applications that follow each other: enough parts that each worker has some. */
function partsOf(placed: readonly SurveyedApplication[], workers: number): number[][] {
  const most = Math.max(1, Math.min(PART_APPLICATIONS, Math.ceil(placed.length / (2 * workers))));
  const parts: number[][] = [];
  let open: number[] = [];
  let bytes = 0;
  for (const [place, { files }] of placed.entries()) {
    const own = files.reduce((sum, file) => sum + (file.bytes ?? 0), 0);
    if (open.length > 0 && (open.length >= most || bytes + own > PART_BYTES)) {
      parts.push(open);
      open = [];
      bytes = 0;
    }
    open.push(place);
    bytes += own;
  }
  if (open.length > 0) parts.push(open);
  return parts;
}

function later<Value>(): { readonly promise: Promise<Value>; resolve(value: Value): void } {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
