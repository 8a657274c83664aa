/// <reference types="node" />
/**
 * Lets calls of the file system fail in turn, of every command: `pnpm faults [--only a command's
 * name] [--whole]`. Each call site in its first, middle and last call with each code; `--whole`:
 * every call of every command. Prints what ends otherwise than with a sentence, exit 2 or 3, the
 * old output whole and nothing left.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { trialsIn } from "./commands.ts";
import { callsOf, chosenFaults, faultsOf, inject, type Tried } from "./faults.ts";

const { values } = parseArgs({
  options: { only: { type: "string", default: "" }, whole: { type: "boolean" } },
});
const folder = await mkdtemp(join(tmpdir(), "respark-faults-"));
let tried = 0;
let wrongs = 0;
const sites: Tried = new Map();
try {
  for (const trial of await trialsIn(folder)) {
    if (!trial.name.includes(values.only)) continue;
    await callsOf(folder, trial);
    const calls = await callsOf(folder, trial);
    const codes = new Map<number, number>();
    let wrongHere = 0;
    let triedHere = 0;
    const faults = values.whole === true ? faultsOf(calls) : chosenFaults(calls, sites);
    for (const fault of faults) {
      const injected = await inject(folder, trial, fault);
      if (injected === undefined) continue;
      const { hit, ran, wrong } = injected;
      triedHere++;
      codes.set(ran.code, (codes.get(ran.code) ?? 0) + 1);
      if (wrong.length === 0) continue;
      wrongHere++;
      process.stdout.write(
        `${trial.name}: ${fault.code}${fault.stays === true ? " for good" : ""} at call ${fault.at}, ` +
          `${hit.name} ${hit.path ?? ""}: ${wrong.join("; ")}: ${ran.stderr.trim().slice(0, 700)}\n`,
      );
    }
    const ends = [...codes].sort(([a], [b]) => a - b).map(([code, n]) => `${n} × exit ${code}`);
    process.stdout.write(
      `${trial.name}: ${calls.length} calls of ${new Set(calls.map(({ site }) => site)).size} sites, ${triedHere} faults, ${wrongHere} wrong (${ends.join(", ")})\n`,
    );
    tried += triedHere;
    wrongs += wrongHere;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
process.stdout.write(`${tried} faults, ${wrongs} wrong\n`);
process.exitCode = wrongs === 0 && tried > 0 ? 0 : 1;
