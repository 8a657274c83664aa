/**
 * What the machine refused (rights, room, a file where a folder is due): the user's to mend, and no
 * bug of ours.
 */
import { exitCode } from "../exit-code.ts";
import { machineWords } from "../machine-words.ts";
import { UserError } from "../user-error.ts";

/**
 * Calls of the system that only read; after any other one it was the place of a result that was
 * named wrongly.
 */
const READING = new Set(["open", "read", "scandir", "opendir", "stat", "lstat", "realpath"]);

/**
 * Does a command's work. A reader of standard output that has enough (`| head`) is no trouble at
 * all.
 */
export async function sayingMachineTrouble(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if ("code" in error && error.code === "EPIPE") return;
    const words = machineWords(error);
    if (words === undefined) throw error;
    const path = pathIn(error);
    const reading = "syscall" in error && READING.has(String(error.syscall));
    const where = path === undefined ? "" : `${path}: `;
    throw new UserError(`${where}${words}`, reading ? exitCode.unreadable : exitCode.askedWrongly);
  }
}

/** The file that the system or DuckDB names. */
function pathIn(error: Error): string | undefined {
  if ("path" in error && typeof error.path === "string") return error.path;
  return /file "([^"]+)"/.exec(error.message)?.[1];
}
