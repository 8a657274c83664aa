/** Sizes of stored blocks as lines print them against the exact ones that the event log reports: of one executor. */
import type { ByteInterval } from "../../byte-interval.ts";
import type { Expectation } from "./expectation.ts";

/** Blocks of which a line, or a report, waits for the other; of more nothing is said. */
const WAITING = 50_000;

export class StoredSizes {
  readonly #lines = new Map<string, ByteInterval>();
  readonly #reports = new Map<string, number>();
  #compared = 0;
  #otherwise = 0;

  line(blockId: string, size: ByteInterval): void {
    const bytes = this.#reports.get(blockId);
    if (bytes !== undefined) {
      this.#reports.delete(blockId);
      this.#compare(size, bytes);
    } else if (this.#lines.size < WAITING) this.#lines.set(blockId, size);
  }

  /** @param bytes in memory */
  reported(blockId: string, bytes: number): void {
    const size = this.#lines.get(blockId);
    if (size !== undefined) {
      this.#lines.delete(blockId);
      this.#compare(size, bytes);
    } else if (this.#reports.size < WAITING) this.#reports.set(blockId, bytes);
  }

  /** Blocks whose size is another in the event log. */
  get otherwise(): Expectation {
    return { what: "sizes of blocks", expected: this.#compared, missing: this.#otherwise };
  }

  #compare({ atLeast, atMost }: ByteInterval, bytes: number): void {
    this.#compared++;
    if (bytes < atLeast || bytes > atMost) this.#otherwise++;
  }
}
