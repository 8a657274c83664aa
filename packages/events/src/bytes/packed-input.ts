/** Packed bytes as decoders want them: a window that can be asked to hold the next n bytes. */

export class PackedInput {
  readonly #chunks: AsyncIterator<Uint8Array>;
  /** What was joined because a chunk's edge cut it; otherwise the window is the chunk itself. */
  #joined = Buffer.allocUnsafeSlow(0);
  /** Holds the window `at` … `end`. */
  bytes: Buffer = this.#joined;
  at = 0;
  end = 0;
  #endOffset = 0;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Of the window's first byte in the packed stream. */
  get offset(): number {
    return this.#endOffset - (this.end - this.at);
  }

  get held(): number {
    return this.end - this.at;
  }

  /**
   * Makes the window hold `count` bytes; false when the stream has fewer left (the window then
   * holds them).
   */
  async fill(count: number): Promise<boolean> {
    while (this.end - this.at < count) {
      if (!(await this.#pull())) return false;
    }
    return true;
  }

  /** The next bytes, as many as are at hand (then consumed); undefined at the end. */
  async take(): Promise<Buffer | undefined> {
    if (this.end === this.at && !(await this.#pull())) return undefined;
    const taken = this.bytes.subarray(this.at, this.end);
    this.at = this.end;
    return taken;
  }

  /** The last `count` of the bytes just taken were not wanted after all. */
  giveBack(count: number): void {
    this.at -= count;
  }

  /** Must be called when the rest is not wanted. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #pull(): Promise<boolean> {
    const held = this.end - this.at;
    // The chunk that holds the window dies with the next pull.
    if (held > 0) this.#join(this.bytes, held);
    const { done, value } = await this.#chunks.next();
    if (done === true) return false;
    const chunk = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    this.#endOffset += chunk.length;
    if (held === 0) {
      this.bytes = chunk;
      this.at = 0;
      this.end = chunk.length;
      return true;
    }
    if (this.#joined.length < held + chunk.length) {
      const grown = Buffer.allocUnsafeSlow(2 * (held + chunk.length));
      this.#joined.copy(grown, 0, 0, held);
      this.#joined = grown;
      this.bytes = grown;
    }
    chunk.copy(this.#joined, held);
    this.end = held + chunk.length;
    return true;
  }

  /** Moves the window to the beginning of our own memory. */
  #join(bytes: Buffer, held: number): void {
    if (this.#joined.length < held) this.#joined = Buffer.allocUnsafeSlow(2 * held);
    bytes.copy(this.#joined, 0, this.at, this.end);
    this.bytes = this.#joined;
    this.at = 0;
    this.end = held;
  }
}
