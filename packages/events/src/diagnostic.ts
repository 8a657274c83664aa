/** What is odd in the input: said once or counted, never fatal, and safe to print. */

/** What each code of the byte and line layers means; other layers add theirs. */
export const diagnosticCodes = {
  path_missing: "a path that was asked for does not exist",
  path_unreadable: "a file or directory could not be opened or read",
  symlink_loop: "a link leads back to a directory that is already being read",
  not_a_log_file: "a file that is neither a log nor an archive (socket, device)",
  empty_file: "a file without a byte",
  duplicate_file: "a file with the same bytes as another one; it is not read",
  codec_unsupported:
    "a compression that Spark does not write (bzip2, xz, lz4 frames, framed snappy)",
  codec_mismatch: "a file's name says one codec, its content another; the content is believed",
  codec_truncated: "a compressed stream ends in the middle; what stands before the cut was read",
  codec_corrupt: "a compressed stream is damaged; what stands before the damage was read",
  codec_checksum: "a block's checksum does not fit its content",
  codec_trailing_bytes: "bytes behind the end of a compressed stream that belong to none",
  codec_limit: "a stream unpacks to more than the limit allows; the rest was not read",
  file_shrunk: "a file became shorter while it was read",
  archive_corrupt: "an archive's structure is damaged; entries may be missing",
  archive_entry_unsupported:
    "an entry of an archive that cannot be read (encrypted, unknown method, sparse)",
  archive_limit: "an archive holds more entries, bytes or nested archives than the limits allow",
  spool_full:
    "standard input needs more temporary room than there may be used; the rest was not read",
  archive_entry_name: "an entry's name points out of its archive; it is only a name here",
  rolling_first_part_missing: "a rolled log without its first part",
  rolling_part_missing: "a gap in the numbers of a rolled log's parts",
  rolling_part_twice: "two parts of a rolled log have the same number",
  split_log_joined:
    "a log, or what it is packed in, that was cut with split, joined by its files' names",
  split_part_alone: "a later part of a packed file that was split, without the part before it",
  rolling_compacted: "the history server compacted this log: events of what had finished are gone",
  rolling_part_superseded: "a part that a compacted one replaces; it is not read",
  rolling_in_progress: "a rolled log whose application has not said that it ended",
  text_byte_order_mark: "a text file begins with a byte order mark",
  text_utf16: "a text file is UTF-16; it was converted",
  text_return_line_ends: "a text file ends its lines with carriage returns alone",
  line_too_long: "a line longer than the limit was read in pieces",
} as const;

/**
 * A code of the table above, or one of a layer above: open, so that layers need not know each
 * other.
 */
export type DiagnosticCode = keyof typeof diagnosticCodes | (string & {});

/** An oddity that loses nothing, that may lose something, or that lost something. */
export type DiagnosticSeverity = "info" | "warning" | "error";

/** One oddity. Absent is unknown; `count` absent is 1. */
export interface Diagnostic {
  readonly sourceFileId?: number | undefined;
  /** 1-based. */
  readonly line?: number | undefined;
  /** In the decoded bytes of the file; of a codec's or archive's damage in the stored ones. */
  readonly byteOffset?: number | undefined;
  readonly code: DiagnosticCode;
  readonly severity: DiagnosticSeverity;
  readonly message: string;
  readonly count?: number;
}

/** A row of the table `diagnostics`. */
export interface DiagnosticLogRow {
  sourceFileId: number | undefined;
  line: number | undefined;
  byteOffset: number | undefined;
  code: DiagnosticCode;
  severity: DiagnosticSeverity;
  message: string;
  count: number;
}

/** Takes a diagnostic; called as soon as the oddity is met. */
export type ReportDiagnostic = (diagnostic: Diagnostic) => void;

/** Rows kept of one code in one file; the rest is one row with a count. */
const rowsEach = 20;
const maxMessageChars = 500;
/** Different (file, code) pairs; a directory of a million broken files must not fill the memory. */
const maxKinds = 50_000;

/** Collects diagnostics in bounded memory: ten million bad lines are twenty rows and a count. */
export class DiagnosticLog {
  readonly #rows: DiagnosticLogRow[] = [];
  readonly #kinds = new Map<string, { seen: number; folded: DiagnosticLogRow | undefined }>();

  /** Usable as a callback. */
  readonly report = (diagnostic: Diagnostic): void => {
    const { sourceFileId, code } = diagnostic;
    let key = `${sourceFileId ?? ""} ${code}`;
    if (!this.#kinds.has(key) && this.#kinds.size >= maxKinds) key = `* ${code}`;
    let kind = this.#kinds.get(key);
    if (kind === undefined) {
      kind = { seen: 0, folded: undefined };
      this.#kinds.set(key, kind);
    }
    kind.seen++;
    if (kind.folded !== undefined) {
      kind.folded.count += diagnostic.count ?? 1;
      return;
    }
    const row = rowOf(diagnostic);
    if (kind.seen > rowsEach) {
      row.message = safeMessage(`and more like this, from here on: ${row.message}`);
      kind.folded = row;
    }
    this.#rows.push(row);
  };

  /** In the order of first appearance. */
  rows(): readonly DiagnosticLogRow[] {
    return this.#rows;
  }
}

function rowOf(diagnostic: Diagnostic): DiagnosticLogRow {
  return {
    sourceFileId: diagnostic.sourceFileId,
    line: diagnostic.line,
    byteOffset: diagnostic.byteOffset,
    code: diagnostic.code,
    severity: diagnostic.severity,
    message: safeMessage(diagnostic.message),
    count: diagnostic.count ?? 1,
  };
}

/** One line without control or invisible formatting characters, at most 500 characters. */
export function safeMessage(text: string): string {
  const cut = text.length > maxMessageChars ? `${text.slice(0, maxMessageChars - 1)}…` : text;
  return cut.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}
