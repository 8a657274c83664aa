/** Writes one result file; a place that cannot be written is the user's to mend. */
import { dirname, resolve } from "node:path";
import type { Host } from "../host.ts";
import { machineWords } from "../machine-words.ts";
import { UserError } from "../user-error.ts";

export async function writeResult(host: Host, file: string, text: string): Promise<void> {
  const folder = dirname(resolve(file));
  if ((await host.kindOf(folder)) !== "directory") {
    throw new UserError(`cannot write ${file}: there is no directory ${folder}`);
  }
  if ((await host.kindOf(file)) === "directory") {
    throw new UserError(`cannot write ${file}: it is a directory, and a file is due`);
  }
  try {
    await host.writeText(file, text);
  } catch (error) {
    const words = machineWords(error);
    if (words === undefined) throw error;
    throw new UserError(`cannot write ${file}: ${words}`);
  }
}
