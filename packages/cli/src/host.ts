/**
 * The machine respark runs on: the only place with a process, streams, files and signals. Tests
 * bring a host of their own.
 */
import { constants, createReadStream, mkdtempSync, rmSync, type Stats } from "node:fs";
import {
  access,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { constants as systemConstants, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { startWatchdog, type Watchdog, type WorkLimits } from "./watchdog.ts";
import { startWorker, type Worker } from "./worker.ts";

export interface Output {
  readonly isTerminal: boolean;
  /** Width to fit text into: the terminal's, or 100 where there is none. */
  readonly columns: number;
  /** Resolves when the reader is ready for more. */
  write(text: string | Uint8Array): Promise<void>;
}

/** What tells that a file is the one it was. */
export interface FileState {
  /** absolute */
  readonly path: string;
  readonly bytes: number;
  /** epoch µs */
  readonly modifiedMicros: number;
}

export interface Scratch {
  readonly path: string;
  remove(): Promise<void>;
}

export interface Host {
  /** Arguments after the program's name. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Runtime and platform, for bug reports: `node v20.20.2, linux x64`. */
  readonly runtime: string;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Milliseconds of wall clock, for progress and durations alone; never for results. */
  now(): number;
  /** What stands at a path, links followed; other: a device, pipe or socket; undefined: nothing. */
  kindOf(path: string): Promise<"file" | "directory" | "other" | undefined>;
  /**
   * Device and inode of what stands at a path: equal for two names of one file; undefined: nothing.
   */
  identityOf(path: string): Promise<string | undefined>;
  /**
   * Every file that a path names or holds, links followed, by absolute path; what cannot be looked
   * at is left out.
   */
  filesUnder(path: string): Promise<readonly FileState[]>;
  /** Names in a directory. */
  list(directory: string): Promise<string[]>;
  readText(path: string): Promise<string>;
  /** The first bytes of a file as text. */
  readHead(path: string, bytes: number): Promise<string>;
  /** Whether a file can be made in this directory. */
  mayWriteInto(directory: string): Promise<boolean>;
  /** A file appears whole or not at all; a device or a pipe gets the text as it is. */
  writeText(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** A folder in one that is there; one that exists stays as it is. */
  makeFolder(path: string): Promise<void>;
  /** Everything of standard input as text. */
  readStdin(): Promise<string>;
  /** A file's bytes to standard output. */
  copyToStdout(path: string): Promise<void>;
  /** The bytes of standard input, once. */
  stdin(): AsyncIterable<Uint8Array>;
  /** Calls back once when standard input is at its end. */
  onStdinEnd(listener: () => void): void;
  /** A GET of this address, redirects followed; rejects where nothing answers within a minute. */
  download(address: URL): Promise<Response>;
  /** An empty directory of our own; `remove` takes it away again. */
  scratch(): Scratch;
  /**
   * Aborted when a signal ends the first process of a container: that waits for what other threads
   * compute.
   */
  readonly ending: AbortSignal;
  /** A path in the folder for temporary files where nothing is, and where nothing stays. */
  spillFolder(): { readonly path: string; forget(): void };
  /**
   * A file or folder of ours that must not stay, should a signal end the process; the returned
   * function forgets it.
   */
  leavesBehind(path: string): () => void;
  /**
   * This program again, as a process of its own, asked in lines; what it says on standard error
   * goes to ours.
   */
  startWorker(args: readonly string[]): Worker;
  /** Ends this process where a piece of its work goes beyond these limits. */
  startWatchdog(limits: WorkLimits): Watchdog;
}

export function processHost(): Host {
  // No signal ends the first process of a container unless it listens.
  if (isFirst) listening();
  return {
    args: process.argv.slice(2),
    env: process.env,
    runtime: `node ${process.version}, ${process.platform} ${process.arch}`,
    stdout: outputTo(process.stdout),
    stderr: outputTo(process.stderr),
    now: () => performance.now(),
    kindOf,
    identityOf,
    filesUnder,
    list: (directory) => readdir(directory),
    readText: (path) => readFile(path, "utf8"),
    readHead,
    mayWriteInto,
    writeText,
    remove: (path) => rm(path, { recursive: true, force: true }),
    makeFolder,
    readStdin,
    copyToStdout: (path) => pipeline(createReadStream(path), process.stdout, { end: false }),
    stdin: () => process.stdin,
    onStdinEnd: (listener) => void process.stdin.once("end", listener),
    download: (address) => fetch(address, { signal: AbortSignal.timeout(60_000) }),
    scratch,
    ending: ending.signal,
    spillFolder,
    leavesBehind,
    startWorker: (args) =>
      endingWithUs(startWorker([process.execPath, ...process.execArgv, ...ownScript(), ...args])),
    startWatchdog,
  };
}

/** None of a single executable: there the program is what Node's own would be. */
function ownScript(): string[] {
  const [, script] = process.argv;
  return script === undefined || script === process.execPath ? [] : [script];
}

function outputTo(stream: NodeJS.WriteStream): Output {
  let closed = false;
  stream.on("error", () => {
    closed = true;
  });
  return {
    isTerminal: stream.isTTY,
    columns: stream.isTTY ? stream.columns || 80 : 100,
    write: (text) =>
      new Promise((resolve, reject) => {
        if (closed) resolve();
        else
          stream.write(text, (error) => {
            // `respark query … | head` closes the pipe early: that reader has what it wanted, and
            // nothing went wrong.
            if (error === null || error === undefined || isClosedPipe(error)) resolve();
            else reject(error);
          });
      }),
  };
}

function isClosedPipe(error: Error): boolean {
  return "code" in error && error.code === "EPIPE";
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (error instanceof Error && "code" in error) {
      if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    }
    throw error;
  }
}

async function kindOf(path: string): Promise<"file" | "directory" | "other" | undefined> {
  const stats = await statOf(path);
  if (stats === undefined) return undefined;
  if (stats.isDirectory()) return "directory";
  return stats.isFile() ? "file" : "other";
}

async function identityOf(path: string): Promise<string | undefined> {
  const stats = await statOf(path);
  return stats === undefined ? undefined : `${stats.dev}:${stats.ino}`;
}

async function readHead(path: string, bytes: number): Promise<string> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function filesUnder(path: string): Promise<readonly FileState[]> {
  const files: FileState[] = [];
  const seen = new Set<string>();
  const look = async (at: string): Promise<void> => {
    const stats = await stat(at, { bigint: true }).catch(() => undefined);
    if (stats === undefined) return;
    const { dev, ino, size, mtimeNs } = stats;
    if (stats.isFile()) {
      files.push({ path: at, bytes: Number(size), modifiedMicros: Number(mtimeNs / 1000n) });
    }
    if (!stats.isDirectory() || seen.has(`${dev}:${ino}`)) return;
    seen.add(`${dev}:${ino}`);
    for (const name of await readdir(at).catch(() => [])) await look(join(at, name));
  };
  await look(resolve(path));
  return files;
}

async function writeText(path: string, text: string): Promise<void> {
  const there = await lstat(path).catch(() => undefined);
  if (there !== undefined && !there.isFile()) {
    await writeFile(path, text);
    return;
  }
  // A name of its own, that must be new: nothing of anybody else's is replaced or removed.
  const partial = `${path}.${process.pid}.partial`;
  const forget = leavesBehind(partial);
  const file = await open(partial, "wx").catch((error: unknown) => {
    forget();
    throw error;
  });
  try {
    await file.writeFile(text);
    await file.sync();
    await file.close();
    await rename(partial, path);
  } catch (error) {
    await file.close();
    await rm(partial, { force: true });
    throw error;
  } finally {
    forget();
  }
}

async function mayWriteInto(directory: string): Promise<boolean> {
  try {
    await access(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || error.code !== "EEXIST") throw error;
  }
}

async function readStdin(): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString("utf8");
}

/** Files and folders of ours that must not outlive the process, and the workers that write some. */
const leftovers = new Set<string>();
const workers = new Set<Worker>();

function leavesBehind(path: string): () => void {
  const stopListening = listening();
  leftovers.add(path);
  return () => {
    leftovers.delete(path);
    stopListening();
  };
}

function scratch(): Scratch {
  // Nothing ends the process between the folder's making and its place among the leftovers.
  const stopListening = listening();
  try {
    const path = mkdtempSync(join(tmpdir(), "respark-"));
    const forget = leavesBehind(path);
    return {
      path,
      remove: async () => {
        await rm(path, { recursive: true, force: true });
        forget();
      },
    };
  } finally {
    stopListening();
  }
}

let spillFolders = 0;

function spillFolder(): { readonly path: string; forget(): void } {
  const path = join(tmpdir(), `respark-${process.pid}-${++spillFolders}.spilled`);
  return { path, forget: leavesBehind(path) };
}

function endingWithUs(worker: Worker): Worker {
  workers.add(worker);
  return worker;
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const isFirst = process.pid === 1;
const ending = new AbortController();
let listeners = 0;

/**
 * The system itself ends a process on a signal, at once, whatever it computes: so we listen only
 * while there is something to remove. The returned function stops that.
 */
function listening(): () => void {
  if (listeners++ === 0) for (const signal of SIGNALS) process.on(signal, endBy);
  let isListening = true;
  return () => {
    if (isListening && --listeners === 0) ignoreSignals();
    isListening = false;
  };
}

function ignoreSignals(): void {
  for (const signal of SIGNALS) process.removeListener(signal, endBy);
}

/** Removes what must not stay; then the same signal ends the process, its threads with it. */
function endBy(signal: NodeJS.Signals): void {
  for (const worker of workers) worker.stop();
  for (const path of leftovers) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // The next run removes it.
    }
  }
  ignoreSignals();
  if (isFirst) {
    ending.abort();
    process.exit(128 + systemConstants.signals[signal]);
  }
  process.kill(process.pid, signal);
}
