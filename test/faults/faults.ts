/** Runs a command with one call of the file system failing, and judges how it ends. */
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { type Ran, respark } from "../cli/run-respark.ts";
import { changedFiles, leftOver, renewed, type Trial } from "./commands.ts";
import { type Call, codesOf, type Fault, withFault } from "./fault-layer.ts";

export interface Injected {
  readonly fault: Fault;
  readonly hit: Call;
  readonly ran: Ran;
  /** empty: as it should be */
  readonly wrong: readonly string[];
}

const HANG_MILLIS = 30_000;

/** How many calls the command makes where nothing fails. */
export async function callsOf(folder: string, trial: Trial): Promise<readonly Call[]> {
  renewed(folder);
  const { result, calls } = await withFault(undefined, () => run(folder, trial));
  if (![0, 1].includes(result.code)) {
    throw new Error(`${trial.name} ended with ${result.code} without a fault: ${result.stderr}`);
  }
  const left = leftOver(folder);
  if (left.length > 0) throw new Error(`${trial.name} leaves ${left.join(", ")} without a fault`);
  return calls;
}

/**
 * All faults that can befall these calls: each code once, and room and failing disks also for good.
 */
export function faultsOf(calls: readonly Call[]): Fault[] {
  return calls.flatMap(({ kind }, at) =>
    codesOf[kind].flatMap((code): Fault[] =>
      kind === "write" || code === "EMFILE"
        ? [
            { at, code },
            { at, code, stays: true },
          ]
        : [{ at, code }],
    ),
  );
}

/** Faults that were tried, by call site and code: how often. */
export type Tried = Map<string, number>;

/** A fault of a code at one site, tried in this many commands, is not tried in others. */
const COMMANDS_EACH = 2;

/**
 * Of each call site its first, middle and last call: what a call of the same line does when it is
 * refused is the same but at the ends of a loop. Each code is tried there in two commands; in
 * later ones, which reach the same line in another stage, one code a site.
 */
export function chosenFaults(calls: readonly Call[], tried: Tried): Fault[] {
  const bySite = new Map<string, number[]>();
  for (const [at, { site }] of calls.entries()) {
    const known = bySite.get(site);
    if (known === undefined) bySite.set(site, [at]);
    else known.push(at);
  }
  return [...bySite].flatMap(([site, places]) => {
    const ends = [places[0], places[places.length >> 1], places.at(-1)];
    const chosen = [...new Set(ends.filter((at) => at !== undefined))];
    const [call] = places.map((at) => calls[at]);
    if (call === undefined) return [];
    const codes = faultsOf([call]);
    const due = codes.filter(({ code, stays }) => {
      const key = `${site} ${code} ${stays === true}`;
      const before = tried.get(key) ?? 0;
      tried.set(key, before + 1);
      return before < COMMANDS_EACH;
    });
    if (due.length > 0) return chosen.flatMap((at) => due.map((fault) => ({ ...fault, at })));
    const turn = codes[(tried.get(`${site} ${codes[0]?.code} false`) ?? 0) % codes.length];
    return turn === undefined ? [] : [{ ...turn, at: places[places.length >> 1] ?? 0 }];
  });
}

/** undefined: this time the command made fewer calls. */
export async function inject(
  folder: string,
  trial: Trial,
  fault: Fault,
): Promise<Injected | undefined> {
  renewed(folder);
  const { result: ran, hit } = await withFault(fault, () => run(folder, trial));
  if (hit === undefined) return undefined;
  return { fault, hit, ran, wrong: wrongOf(folder, trial, hit, ran) };
}

async function run(folder: string, { args, piped }: Trial): Promise<Ran> {
  const kept = process.env["TMPDIR"];
  process.env["TMPDIR"] = join(folder, "tmp");
  let timer: NodeJS.Timeout | undefined;
  const hang = new Promise<Ran>((resolve) => {
    timer = setTimeout(() => {
      resolve({ code: 70, stdout: "", stderr: "it hangs" });
    }, HANG_MILLIS);
  });
  try {
    const stdin = piped === undefined ? {} : { stdin: () => createReadStream(piped) };
    return await Promise.race([respark(args, stdin), hang]);
  } finally {
    clearTimeout(timer);
    if (kept === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = kept;
  }
}

function wrongOf(folder: string, trial: Trial, hit: Call, { code, stderr }: Ran): string[] {
  const wrong: string[] = [];
  const isCheck = trial.name.startsWith("check");
  // A log that could not be read is too little evidence for a check.
  const allowed = isCheck
    ? [0, 2, 3, 4, 5]
    : trial.name.startsWith("baseline")
      ? [0, 2, 3, 4]
      : [0, 2, 3];
  if (!allowed.includes(code)) wrong.push(`exit ${code}`);
  if (code !== 0) {
    const lines = stderr.trimEnd().split("\n");
    if (!/^respark: [^\n]{8,400}$/.test(lines.at(-1) ?? "")) wrong.push("no sentence");
    if (lines.length > 1 && !isCheck) wrong.push(`${lines.length} lines`);
    const old = changedFiles(folder);
    if (old.length > 0) wrong.push(`${old.join(", ")} changed`);
  }
  // What could not be removed is still there: said, or else the next run takes it away.
  if (hit.kind !== "remove") {
    const left = leftOver(folder);
    if (left.length > 0) wrong.push(`left: ${left.join(", ")}`);
  }
  return wrong;
}
