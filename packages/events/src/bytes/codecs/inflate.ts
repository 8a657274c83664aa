/** Deflate by node's zlib, fed piece by piece: what was decoded before an error is handed on, not lost with the stream. */
import type { Gunzip, InflateRaw } from "node:zlib";

/** Deflate makes at most 1,032 bytes of one: this bounds what one piece becomes. */
const pieceBytes = 16 * 1024;

export class Inflater {
  readonly #stream: Gunzip | InflateRaw;
  #made: Buffer[] = [];
  #failure: Error | undefined;
  #wake: (() => void) | undefined;
  #ended = false;
  #given = 0;

  constructor(stream: Gunzip | InflateRaw) {
    this.#stream = stream;
    stream.on("data", (bytes: Buffer) => this.#made.push(bytes));
    stream.on("error", (error: Error) => {
      this.#failure = error;
      this.#wake?.();
    });
    stream.on("end", () => {
      this.#ended = true;
      this.#wake?.();
    });
  }

  /** Packed bytes that belong to the stream; fewer than given when something else follows it. */
  get consumed(): number {
    return this.#stream.bytesWritten;
  }

  get given(): number {
    return this.#given;
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  /** The stream's own end was seen, and something else stands behind it. */
  get overrun(): boolean {
    return this.#ended || this.consumed < this.#given;
  }

  /** The decoded bytes of these packed ones. Check `failure` when it is done. */
  async *inflate(packed: Buffer): AsyncGenerator<Buffer> {
    for (
      let at = 0;
      at < packed.length && this.#failure === undefined && !this.overrun;
      at += pieceBytes
    ) {
      const piece = packed.subarray(at, Math.min(at + pieceBytes, packed.length));
      this.#given += piece.length;
      await this.#settled((done) => this.#stream.write(piece, () => done()));
      yield* this.#take();
    }
  }

  /** No more packed bytes. */
  async *finish(): AsyncGenerator<Buffer> {
    if (this.#failure === undefined && !this.overrun) {
      await this.#settled((done) => this.#stream.end(() => done()));
    }
    yield* this.#take();
  }

  close(): void {
    this.#stream.destroy();
  }

  async #settled(start: (done: () => void) => void): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      start(resolve);
    });
    this.#wake = undefined;
  }

  *#take(): Generator<Buffer> {
    const made = this.#made;
    this.#made = [];
    yield* made;
  }
}
