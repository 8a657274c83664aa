/** What `outcomes.csv` says happened in each run, summed over its executors. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";

export interface Outcome {
  readonly spills: number;
  readonly waits: number;
}

/** @returns by run; empty where the directory has no such file. */
export async function outcomesOf(directory: string): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  const text = await readFile(join(directory, "outcomes.csv"), "utf8").catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    },
  );
  if (text === undefined) return outcomes;
  const [header = "", ...lines] = text.trim().split("\n");
  const columns = header.split(",");
  const [run, spills, waits] = ["run_id", "spills", "exec_waits"].map((name) =>
    columns.indexOf(name),
  );
  for (const line of lines) {
    const cells = line.split(",");
    const name = cells[run ?? -1] ?? "";
    const before = outcomes.get(name) ?? { spills: 0, waits: 0 };
    outcomes.set(name, {
      spills: before.spills + Number(cells[spills ?? -1] ?? 0),
      waits: before.waits + Number(cells[waits ?? -1] ?? 0),
    });
  }
  return outcomes;
}
