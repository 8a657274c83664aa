/**
 * The files beside a database that is being written: what an earlier run of ours left may be
 * removed, anything else is refused.
 */
import { renameSync, rmSync } from "node:fs";
import { lstat, open, readdir, rm } from "node:fs/promises";
import { DatabaseError, openingError } from "../database-error.ts";
import { duckdb } from "../duckdb.ts";

/** `<out>.partial`, its write-ahead log, and what DuckDB moved out of memory. */
export function partialPaths(partial: string): readonly [string, string, string] {
  return [partial, `${partial}.wal`, `${partial}.tmp`];
}

/**
 * Throws a DatabaseError (exists) for the first that no replay wrote: no DuckDB file, a foreign
 * folder, a link, a device.
 */
export async function requireOurPartial(path: string, partial: string): Promise<void> {
  const [file, log, spilled] = partialPaths(partial);
  const ours =
    (await isAbsentOr(file, isDuckDbFile)) &&
    (await isAbsentOr(log, async (at) => (await lstat(at)).isFile())) &&
    (await isAbsentOr(spilled, isDuckDbTemporary));
  if (ours) return;
  throw new DatabaseError(
    "exists",
    path,
    `${partial}* is in the way and was not written by respark: move it, or name another output`,
  );
}

/** What an earlier run left behind may go; what another one is writing now may not. */
export async function requireUnused(path: string, partial: string): Promise<void> {
  if (await isAbsentOr(partial, async (at) => !(await lstat(at)).isFile())) return;
  try {
    const instance = await duckdb.DuckDBInstance.create(partial);
    instance.closeSync();
  } catch (error) {
    const trouble = openingError(path, error);
    if (trouble.trouble !== "locked") return;
    throw new DatabaseError("locked", path, `${path} is being written by another program`, error);
  }
}

/** Removes what an interrupted replay into this database left; throws as `requireOurPartial`. */
export async function dropPartial(path: string): Promise<void> {
  const partial = `${path}.partial`;
  await requireOurPartial(path, partial);
  await removePartial(partial);
}

/** Tells of all of them; the returned function takes that back. */
export function leavingBehind(
  partial: string,
  leavesBehind: ((path: string) => () => void) | undefined,
): () => void {
  const forgets = partialPaths(partial).map((path) => leavesBehind?.(path));
  return () => {
    for (const forget of forgets) forget?.();
  };
}

/**
 * Gives a whole partial file its name, in one go: no signal is heard between the steps. A
 * write-ahead log beside the file that it replaces would be taken for the new one's: it goes with
 * that file, and stays where that stays.
 */
export function replaceDatabase(partial: string, path: string): void {
  const aside = logAside(partial);
  renamedIfThere(`${path}.wal`, aside);
  try {
    renameSync(partial, path);
  } catch (error) {
    renamedIfThere(aside, `${path}.wal`);
    throw error;
  }
  try {
    rmSync(aside, { force: true });
  } catch {
    // The result is whole: what cannot be removed now, the next run removes.
  }
}

/** Where the replaced file's write-ahead log waits for the rename. */
function logAside(partial: string): string {
  return `${partial}.replaced`;
}

function renamedIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
}

/** Only after `requireOurPartial`, or of files that this process wrote. */
export async function removePartial(partial: string): Promise<void> {
  // A run that was killed before its rename: the log belongs to the file that still has the name.
  const isRenamed = await isAbsentOr(partial, async (at) => !(await lstat(at)).isFile());
  if (!isRenamed) renamedIfThere(logAside(partial), `${partial.replace(/\.partial$/, "")}.wal`);
  else await rm(logAside(partial), { force: true });
  for (const path of partialPaths(partial)) await rm(path, { recursive: true, force: true });
}

async function isAbsentOr(
  path: string,
  isOurs: (path: string) => Promise<boolean>,
): Promise<boolean> {
  try {
    return await isOurs(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return true;
    throw error;
  }
}

/** A regular file that is empty or begins as DuckDB's do: a checksum of 8 bytes, then `DUCK`. */
export async function isDuckDbFile(path: string): Promise<boolean> {
  const stats = await lstat(path);
  if (!stats.isFile()) return false;
  if (stats.size === 0) return true;
  const file = await open(path, "r");
  try {
    const head = Buffer.alloc(12);
    await file.read(head, 0, 12, 0);
    return head.toString("latin1", 8, 12) === "DUCK";
  } finally {
    await file.close();
  }
}

async function isDuckDbTemporary(path: string): Promise<boolean> {
  if (!(await lstat(path)).isDirectory()) return false;
  return (await readdir(path)).every((name) => name.startsWith("duckdb_temp"));
}
