/** A text's first bytes tell its encoding: UTF-8 passes as it is, UTF-16 is converted, a byte order mark is taken off. */
import type { ReportDiagnostic } from "../diagnostic.ts";

interface Told {
  readonly report?: ReportDiagnostic;
  readonly sourceFileId?: number;
}

const nothing = Buffer.alloc(0);

export class TextEncoding {
  readonly #told: Told;
  #head: Buffer | undefined = nothing;
  #utf16: InstanceType<typeof TextDecoder> | undefined;
  #markBytes = 0;

  constructor(told: Told) {
    this.#told = told;
  }

  /** The text of these bytes as UTF-8; it may be the same memory. */
  push(chunk: Uint8Array): Buffer {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#head === undefined) return this.#convert(bytes);
    const head = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes]);
    if (head.length < 3) {
      this.#head = Buffer.from(head);
      return nothing;
    }
    return this.#begin(head);
  }

  /** What is left once the bytes are over. */
  end(): Buffer {
    const begun = this.#head === undefined ? nothing : this.#begin(this.#head);
    if (this.#utf16 === undefined) return begun;
    return Buffer.concat([begun, Buffer.from(this.#utf16.decode())]);
  }

  /** Length of the mark, once. */
  takeMarkBytes(): number {
    const bytes = this.#markBytes;
    this.#markBytes = 0;
    return bytes;
  }

  #begin(head: Buffer): Buffer {
    this.#head = undefined;
    if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) {
      this.#mark(3, "text_byte_order_mark", "info", "begins with a UTF-8 byte order mark");
      return head.subarray(3);
    }
    const littleEndian = head[0] === 0xff && head[1] === 0xfe;
    if (littleEndian || (head[0] === 0xfe && head[1] === 0xff)) {
      this.#utf16 = new TextDecoder(littleEndian ? "utf-16le" : "utf-16be");
      this.#mark(
        2,
        "text_utf16",
        "warning",
        "is UTF-16: converted, byte offsets are those of the UTF-8 text",
      );
      return this.#convert(head.subarray(2));
    }
    return head;
  }

  #mark(bytes: number, code: string, severity: "info" | "warning", what: string): void {
    const { report, sourceFileId } = this.#told;
    this.#markBytes = bytes;
    report?.({ sourceFileId, line: 1, byteOffset: 0, code, severity, message: `the file ${what}` });
  }

  #convert(bytes: Buffer): Buffer {
    if (this.#utf16 === undefined) return bytes;
    return Buffer.from(this.#utf16.decode(bytes, { stream: true }));
  }
}
