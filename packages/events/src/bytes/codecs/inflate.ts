/**
 * Deflate by node's zlib, fed piece by piece: what was decoded before an error is handed on, not
 * lost with the stream.
 */
import { crc32, createInflateRaw, type InflateRaw } from "node:zlib";

/** Deflate makes at most 1,032 bytes of one: this bounds what one piece becomes. */
const pieceBytes = 16 * 1024;
/** At most this much is lost before a place that cannot be decoded. */
const outputBytes = 64 * 1024;

export class Inflater {
  readonly #stream: InflateRaw = createInflateRaw({ chunkSize: outputBytes });
  #made: Buffer[] = [];
  #failure: Error | undefined;
  #wake: (() => void) | undefined;
  #ended = false;
  #given = 0;
  #length = 0;
  #sum = 0;

  constructor() {
    const stream = this.#stream;
    // Not by "data": what a stream still holds when it meets an error is lost with it.
    stream.push = (bytes: Buffer | null): boolean => {
      if (bytes === null) {
        this.#ended = true;
        this.#wake?.();
      } else {
        this.#made.push(bytes);
        this.#length += bytes.length;
        this.#sum = crc32(bytes, this.#sum);
      }
      return true;
    };
    stream.on("error", (error: Error) => {
      this.#failure = error;
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

  /** Of what was decoded. */
  get length(): number {
    return this.#length;
  }

  /** CRC-32 of what was decoded. */
  get sum(): number {
    return this.#sum;
  }

  /** Something that does not belong to the stream stands behind it. */
  isOverrun(): boolean {
    return this.#ended || this.consumed < this.#given;
  }

  /** The decoded bytes of these packed ones. Check `failure` when it is done. */
  async *inflate(packed: Buffer): AsyncGenerator<Buffer> {
    for (
      let at = 0;
      at < packed.length && this.#failure === undefined && !this.isOverrun();
      at += pieceBytes
    ) {
      const piece = packed.subarray(at, Math.min(at + pieceBytes, packed.length));
      this.#given += piece.length;
      await this.#settled((done) =>
        this.#stream.write(piece, (error) => {
          this.#failure ??= error ?? undefined;
          done();
        }),
      );
      yield* this.#take();
    }
  }

  /** No more packed bytes. */
  async *finish(): AsyncGenerator<Buffer> {
    if (this.#failure === undefined && !this.isOverrun()) {
      await this.#settled(() => this.#stream.end());
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
