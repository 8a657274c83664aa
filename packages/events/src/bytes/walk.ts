/**
 * Every file under some paths, those in archives too: opened, told apart from archives, nothing
 * decided about what they mean.
 */
import { lstatSync, readdirSync, realpathSync, type Stats, statSync } from "node:fs";
import { posix } from "node:path";
import { safeMessage } from "../diagnostic.ts";
import type { ArchiveEntry } from "./codecs/archive-entry.ts";
import { isTar, tarEntries } from "./codecs/tar.ts";
import { isZip, zipEntries } from "./codecs/zip.ts";
import type { DiscoveryLimits, DiscoveryOptions } from "./discovery-options.ts";
import { childOf, type DiskPath, pathsNamed, shownPath } from "./disk-path.ts";
import { joinSplits } from "./split-bytes.ts";
import { freeRoom, Spool, type StoredBytes, StoredFile } from "./stored-bytes.ts";
import { type EntryPacking, StoredSource } from "./stored-source.ts";
import { isSystemError, refusal } from "./system-error.ts";

export interface FoundFile {
  /** For people, and for telling which files stand side by side. */
  readonly directory: string;
  /** As it stands on disk or in the archive, without directories. */
  readonly name: string;
  readonly source: StoredSource;
}

interface Candidate {
  readonly directory: string;
  readonly name: string;
  readonly path: string;
  readonly stored: StoredBytes;
  readonly deflated: EntryPacking | undefined;
  readonly modifiedMs: number | undefined;
  readonly depth: number;
}

const usualLimits: DiscoveryLimits = {
  maxRatio: 1100,
  maxSpoolBytes: 64 * 1024 ** 3,
  maxArchiveEntries: 100_000,
  maxDepth: 3,
};

/** A zip by format only; what is in it is no log. */
const programEndings = /\.(?:jar|war|ear|whl|egg|pex|docx|xlsx|pptx|odt|ods)$/i;
/** How `-` is called wherever a path is shown or written down. */
const STANDARD_INPUT = "standard input";
/** Checksums of Hadoop, markers of committed jobs, hidden files. */
const ignoredNames = /^\.|\.crc$|^_SUCCESS$/;

export class Walk {
  readonly #options: DiscoveryOptions;
  readonly #limits: DiscoveryLimits;
  readonly #directories = new Set<string>();
  readonly #files = new Map<string, string>();
  readonly #found: FoundFile[] = [];
  /** Files on disk, until all are known: some may be parts of one. */
  readonly #onDisk: Candidate[] = [];
  #spoolRoom: number | undefined;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    this.#limits = { ...usualLimits, ...options.limits };
  }

  /** What the user named. */
  async path(path: string): Promise<void> {
    if (path === "-") {
      await this.#standardInput();
      return;
    }
    const trimmed = path.length > 1 ? path.replace(/\/+$/, "") || "/" : path;
    const [place, other] = pathsNamed(trimmed);
    if (place === undefined) {
      this.#tell("path_missing", "error", `there is no ${path}`);
      return;
    }
    if (other !== undefined) {
      this.#tell(
        "path_missing",
        "error",
        `several files could be meant by ${path}, a name that is not UTF-8: name the folder they are in`,
      );
      return;
    }
    let stats: Stats;
    try {
      stats = statSync(place);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      const missing = error.code === "ENOENT" || error.code === "ENOTDIR";
      this.#tell(
        missing ? "path_missing" : "path_unreadable",
        "error",
        missing ? `there is no ${path}` : `${path} cannot be read: ${refusal(error)}`,
      );
      return;
    }
    if (stats.isDirectory()) this.#directory(place);
    else this.#file(place, directoryOf(shownPath(place)), stats);
  }

  /** What was named is complete: everything in it is opened. */
  async open(): Promise<readonly FoundFile[]> {
    await this.#candidates(this.#onDisk.splice(0));
    return this.#found;
  }

  /** What stands side by side: parts of a packed file are put together. */
  async #candidates(candidates: readonly Candidate[]): Promise<void> {
    const { files, lost } = joinSplits(candidates);
    for (const { whole, parts } of files) {
      const last = parts.at(-1);
      if (last !== undefined) {
        this.#tell("split_log_joined", "info", `${whole.path} to ${last.path} are one packed file`);
      }
      await this.#candidate(whole);
    }
    for (const { path } of lost) {
      this.#tell(
        "split_part_alone",
        "error",
        `${path} is a later part of a packed file that was split, and the part before it is not here: put all parts into one folder, the first of them too`,
      );
    }
  }

  #directory(place: DiskPath): void {
    const path = shownPath(place);
    let names: Buffer[];
    try {
      const real = shownPath(realpathSync.native(place, "buffer"));
      if (this.#directories.has(real)) {
        this.#tell(
          "symlink_loop",
          "info",
          `${path} leads to a directory that is read already; it is read once`,
        );
        return;
      }
      this.#directories.add(real);
      names = readdirSync(place, "buffer").sort((a, b) => a.compare(b));
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#tell("path_unreadable", "error", `${path} cannot be read: ${refusal(error)}`);
      return;
    }
    const directories: DiskPath[] = [];
    for (const name of names) {
      if (ignoredNames.test(shownPath(name))) continue;
      const child = childOf(place, name);
      try {
        const stats = statSync(child);
        if (stats.isDirectory()) directories.push(child);
        else this.#file(child, path, stats);
      } catch (error) {
        if (!isSystemError(error)) throw error;
        this.#tell(
          "path_unreadable",
          "warning",
          `${shownPath(child)} cannot be read: ${isDanglingLink(child) ? "a link to nothing" : refusal(error)}`,
        );
      }
    }
    for (const child of directories) this.#directory(child);
  }

  #file(place: DiskPath, directory: string, stats: Stats): void {
    const path = shownPath(place);
    if (!stats.isFile()) {
      this.#tell(
        "not_a_log_file",
        "info",
        `${path} is neither a file nor a directory; it is not read`,
      );
      return;
    }
    const identity = `${stats.dev}:${stats.ino}`;
    const before = this.#files.get(identity);
    if (before !== undefined && stats.ino !== 0) {
      this.#tell(
        "duplicate_file",
        "info",
        `${path} is the same file as ${before}; it is read once`,
      );
      return;
    }
    this.#files.set(identity, path);
    this.#onDisk.push({
      directory,
      name: posix.basename(path),
      path,
      stored: new StoredFile(place, stats.size),
      deflated: undefined,
      modifiedMs: Math.round(stats.mtimeMs),
      depth: 0,
    });
  }

  async #standardInput(): Promise<void> {
    const { standardInput } = this.#options;
    if (standardInput === undefined) {
      this.#tell("path_missing", "error", "there is no standard input to read");
      return;
    }
    const stored = await this.#spool(standardInput, STANDARD_INPUT);
    await this.#candidate({
      directory: "",
      name: STANDARD_INPUT,
      path: STANDARD_INPUT,
      stored,
      deflated: undefined,
      modifiedMs: undefined,
      depth: 0,
    });
  }

  /** A log, or an archive of some. */
  async #candidate(candidate: Candidate): Promise<void> {
    const { directory, name, path, stored, deflated, modifiedMs, depth } = candidate;
    let source: StoredSource;
    let head: Buffer;
    try {
      source = await StoredSource.open({
        path,
        name,
        stored,
        deflated,
        modifiedMs,
        report: this.#options.report,
        maxRatio: this.#limits.maxRatio,
        maxLayers: this.#limits.maxDepth,
      });
      head = programEndings.test(name) ? Buffer.alloc(0) : await headOf(source);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#tell("path_unreadable", "error", `${path} cannot be read: ${refusal(error)}`);
      return;
    }
    const kind = isZip(head) ? "zip" : isTar(head) ? "tar" : undefined;
    if (kind === undefined) {
      this.#found.push({ directory, name, source });
      return;
    }
    if (depth >= this.#limits.maxDepth) {
      this.#tell(
        "archive_limit",
        "warning",
        `${path} is an archive more than ${this.#limits.maxDepth} archives deep; it is not read`,
      );
      return;
    }
    const plain =
      source.codec === "none" && deflated === undefined
        ? stored
        : await this.#spool(source.chunks(), path);
    await this.#archive(kind, plain, path, depth + 1);
  }

  async #archive(
    kind: "zip" | "tar",
    stored: StoredBytes,
    path: string,
    depth: number,
  ): Promise<void> {
    const entriesOf = kind === "zip" ? zipEntries : tarEntries;
    const entries = entriesOf(stored, this.#limits.maxArchiveEntries, (code, offset, what) =>
      this.#options.report({
        byteOffset: offset,
        code,
        severity: "warning",
        message: `${path}: ${what}`,
      }),
    );
    const sorted = [...entries].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    await this.#candidates(sorted.flatMap((entry) => this.#entry(entry, path, depth) ?? []));
  }

  #entry(entry: ArchiveEntry, archive: string, depth: number): Candidate | undefined {
    const name = posix.basename(entry.name);
    if (ignoredNames.test(name)) return undefined;
    if (/^[/\\]|^[A-Za-z]:|(?:^|[/\\])\.\.(?:[/\\]|$)/.test(entry.name)) {
      this.#tell(
        "archive_entry_name",
        "info",
        `${archive} holds ${safeMessage(entry.name)}, a name that points out of it; it is read as data, nothing is written`,
      );
    }
    const folder = posix.dirname(entry.name).replace(/^\.\/?/, "");
    return {
      directory: folder === "" ? `${archive}!` : `${archive}!${folder}`,
      name,
      path: `${archive}!${entry.name.replace(/^\.\//, "")}`,
      stored: entry.stored,
      deflated: entry.deflated,
      modifiedMs: entry.modifiedMs,
      depth,
    };
  }

  /** Into a temporary file, as far as the limit goes. */
  async #spool(chunks: AsyncIterable<Uint8Array>, path: string): Promise<Spool> {
    const spool = new Spool();
    try {
      for await (const chunk of chunks) {
        this.#spoolRoom ??= Math.min(this.#limits.maxSpoolBytes, freeRoom() / 2);
        const room = Math.floor(this.#spoolRoom);
        const taken = chunk.length > room ? chunk.subarray(0, Math.max(0, room)) : chunk;
        spool.write(taken);
        this.#spoolRoom -= taken.length;
        if (taken.length < chunk.length) {
          this.#tell(
            path === STANDARD_INPUT ? "spool_full" : "archive_limit",
            "error",
            `${path} needs more temporary room than there may be used (${this.#limits.maxSpoolBytes} bytes, half of what is free); the rest is not read`,
          );
          break;
        }
      }
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#tell(
        "path_unreadable",
        "error",
        `${path} was read only in part, into a temporary file: ${refusal(error)}`,
      );
    }
    return spool;
  }

  #tell(code: string, severity: "info" | "warning" | "error", message: string): void {
    this.#options.report({ code, severity, message });
  }
}

/** The first decoded bytes, as many as tell an archive. */
async function headOf(source: StoredSource): Promise<Buffer> {
  const head: Buffer[] = [];
  for await (const chunk of source.chunks({ limitBytes: 512, report: () => {} }))
    head.push(Buffer.from(chunk));
  return Buffer.concat(head);
}

function directoryOf(path: string): string {
  const cut = path.lastIndexOf("/");
  return cut === -1 ? "." : path.slice(0, Math.max(cut, 1));
}

function isDanglingLink(path: DiskPath): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return false;
  }
}
