/** Writes one result file; a place that cannot be written is the user's to mend. */
import { dirname, resolve } from "node:path";
import type { Host } from "../host.ts";
import { UserError } from "../user-error.ts";

export async function writeResult(host: Host, file: string, text: string): Promise<void> {
  const folder = dirname(resolve(file));
  if ((await host.kindOf(folder)) !== "directory") {
    throw new UserError(`cannot write ${file}: there is no directory ${folder}`);
  }
  try {
    await host.writeText(file, text);
  } catch (error) {
    throw new UserError(
      `cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
