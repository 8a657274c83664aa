/**
 * What an archive holds: names and where their bytes stand. Nothing is ever written under such a
 * name.
 */
import type { StoredBytes } from "../stored-bytes.ts";
import type { EntryPacking } from "../stored-source.ts";

export interface ArchiveEntry {
  /** As the archive says; it may hold anything. */
  readonly name: string;
  readonly stored: StoredBytes;
  readonly deflated: EntryPacking | undefined;
  /** Epoch ms; zip knows no zone and is read as UTC. */
  readonly modifiedMs: number | undefined;
}

export type TellArchive = (
  code: "archive_corrupt" | "archive_entry_unsupported" | "archive_limit",
  offset: number,
  what: string,
) => void;
