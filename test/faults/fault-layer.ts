/// <reference types="node" />
/**
 * A layer of faults under our own calls of the file system, in the manner of SQLite's tests: calls
 * are counted, and one of them, or it and all later ones of its kind, fails with a code. Nothing of
 * respark knows of it.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/** What a call is to the disk; which codes can befall it depends on that. */
type Kind = "look" | "open" | "read" | "write" | "make" | "name" | "remove" | "close";

/** Codes that the system gives to calls of a kind. */
export const codesOf: Readonly<Record<Kind, readonly string[]>> = {
  look: ["EIO", "EACCES", "ENOENT"],
  open: ["EIO", "EMFILE", "EACCES", "ENOENT"],
  read: ["EIO"],
  write: ["ENOSPC", "EIO"],
  make: ["ENOSPC", "EACCES", "EIO"],
  name: ["ENOSPC", "EACCES", "EIO"],
  remove: ["EIO", "EACCES"],
  close: ["EIO"],
};

const ASYNC: Readonly<Record<string, Kind>> = {
  access: "look",
  stat: "look",
  lstat: "look",
  realpath: "look",
  readdir: "look",
  open: "open",
  readFile: "read",
  writeFile: "write",
  copyFile: "write",
  mkdir: "make",
  mkdtemp: "make",
  rename: "name",
  rm: "remove",
};
const SYNC: Readonly<Record<string, Kind>> = {
  statSync: "look",
  lstatSync: "look",
  realpathSync: "look",
  readdirSync: "look",
  fstatSync: "look",
  statfsSync: "look",
  openSync: "open",
  readSync: "read",
  writeSync: "write",
  closeSync: "close",
  mkdirSync: "make",
  mkdtempSync: "make",
  renameSync: "name",
  rmSync: "remove",
};
const HANDLE: Readonly<Record<string, Kind>> = {
  read: "read",
  write: "write",
  writev: "write",
  writeFile: "write",
  close: "close",
  sync: "write",
};

export interface Call {
  readonly name: string;
  readonly kind: Kind;
  readonly path: string | undefined;
  /** which call of ours it is: its name, and the lines of ours that led to it */
  readonly site: string;
}

export interface Fault {
  /** 0: the first call */
  readonly at: number;
  readonly code: string;
  /** It and all later calls of its kind, as on a disk that stays full. */
  readonly stays?: boolean;
}

interface Armed {
  readonly fault: Fault | undefined;
  readonly calls: Call[];
  hit: Call | undefined;
}

let armed: Armed | undefined;

type Function = (this: unknown, ...args: unknown[]) => unknown;

/** Does the work with calls counted, and one of them failing. */
export async function withFault<Result>(
  fault: Fault | undefined,
  work: () => Promise<Result>,
): Promise<{
  readonly result: Result;
  readonly calls: readonly Call[];
  readonly hit: Call | undefined;
}> {
  const now: Armed = { fault, calls: [], hit: undefined };
  const undo = await installed();
  armed = now;
  try {
    return { result: await work(), calls: now.calls, hit: now.hit };
  } finally {
    armed = undefined;
    undo();
  }
}

function refusal(name: string, kind: Kind, path: unknown): Error | undefined {
  // Modules that are read on their first use are the program, not its data.
  if (armed === undefined || (typeof path === "string" && isProgram(path))) return undefined;
  const given = typeof path === "string" ? path : undefined;
  const call = { name, kind, path: given, site: `${name} ${linesThatLedHere()}` };
  const at = armed.calls.push(call) - 1;
  const { fault, hit } = armed;
  if (fault === undefined) return undefined;
  const isDue = at === fault.at || (fault.stays === true && hit?.kind === kind);
  if (!isDue) return undefined;
  armed.hit ??= call;
  const shown = call.path === undefined ? "" : ` '${call.path}'`;
  return Object.assign(new Error(`${fault.code}: injected, ${name}${shown}`), {
    code: fault.code,
    errno: -5,
    syscall: name.replace(/Sync$/, "").replace(/^readdir$/, "scandir"),
    ...(call.path === undefined ? {} : { path: call.path }),
  });
}

/** The nearest four lines of respark's own on the stack. */
function linesThatLedHere(): string {
  const lines = new Error().stack?.match(/[\w-]+\/src\/[\w./-]+:\d+/g) ?? [];
  return lines.slice(0, 4).join(" < ");
}

function isProgram(path: string): boolean {
  return /\/node_modules\/|\/packages\/|^node:|\/tsx-/.test(path);
}

/** Puts the layer in; the returned function takes it out. */
async function installed(): Promise<() => void> {
  const undo: (() => void)[] = [];
  const wrap = (on: object, kinds: Readonly<Record<string, Kind>>, isSync: boolean): void => {
    for (const [name, kind] of Object.entries(kinds)) {
      const original: unknown = Reflect.get(on, name);
      if (typeof original !== "function") continue;
      const call = original as Function;
      const wrapped = function (this: unknown, ...args: unknown[]): unknown {
        // A file that is open is written without its name.
        const error = refusal(name, kind, kinds === HANDLE ? undefined : args[0]);
        if (error === undefined) return call.apply(this, args);
        if (kind === "close") void call.apply(this, args);
        if (isSync) throw error;
        return Promise.reject(error);
      };
      Object.assign(wrapped, original);
      Reflect.set(on, name, wrapped);
      undo.push(() => void Reflect.set(on, name, original));
    }
  };
  const handle = await fs.promises.open("/dev/null", "r");
  const prototype: unknown = Object.getPrototypeOf(handle);
  await handle.close();
  if (typeof prototype === "object" && prototype !== null) wrap(prototype, HANDLE, false);
  wrap(fs.promises, ASYNC, false);
  wrap(fs, SYNC, true);
  syncBuiltinESMExports();
  return () => {
    for (const one of undo) one();
    syncBuiltinESMExports();
  };
}
