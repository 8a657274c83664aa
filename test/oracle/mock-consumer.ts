/**
 * The mock consumers of the task-memory vectors: what each policy gives back when it is asked to
 * spill.
 */
import {
  type MemoryConsumer,
  type MemoryMode,
  type MemoryPage,
  SpillFailure,
  type TaskMemoryManager,
} from "@respark/core";

/** One `spill()` call, as vectors record it. */
export interface RecordedSpill {
  readonly consumer: number;
  readonly requested: number;
  readonly trigger: number;
  readonly released?: number;
  readonly throws?: string;
}

export class MockConsumer implements MemoryConsumer {
  readonly id: number;
  readonly name: string;
  readonly mode: MemoryMode;
  readonly policy: string;
  readonly pageBytes: number;
  usedBytes = 0;
  plainBytes = 0;
  readonly pages: MemoryPage[] = [];
  readonly arrays: MemoryPage[] = [];
  readonly #manager: TaskMemoryManager;
  readonly #spills: RecordedSpill[];

  constructor(given: {
    readonly id: number;
    readonly mode: MemoryMode;
    readonly policy: string;
    readonly pageBytes: number;
    readonly manager: TaskMemoryManager;
    /** Every spill of the operation at hand goes here. */
    readonly spills: RecordedSpill[];
  }) {
    this.id = given.id;
    this.name = `c${given.id}`;
    this.mode = given.mode;
    this.policy = given.policy;
    this.pageBytes = given.pageBytes;
    this.#manager = given.manager;
    this.#spills = given.spills;
  }

  spill(bytes: number, trigger: MemoryConsumer | undefined): number {
    const asked = { consumer: this.id, requested: bytes, trigger: trigger?.id ?? -1 };
    const place = this.#spills.length;
    if (this.policy === "io" || this.policy === "interrupted") {
      this.#spills.push({
        ...asked,
        throws: this.policy === "io" ? "IOException" : "ClosedByInterruptException",
      });
      throw new SpillFailure(this.policy === "io" ? "boom" : "", {
        interrupted: this.policy === "interrupted",
      });
    }
    const released = this.#release(bytes, place + 1);
    this.#spills.splice(place, 0, { ...asked, released });
    return released;
  }

  #release(requested: number, callsInThisOp: number): number {
    switch (this.policy) {
      case "all":
        return this.#freeAllPages() + this.#freeAllArrays() + this.releasePlain(this.plainBytes);
      case "upTo":
        return this.releasePlain(Math.min(this.plainBytes, requested));
      case "half":
        return this.releasePlain(Math.floor(this.plainBytes / 2));
      case "lastPage": {
        const page = this.pages.at(-1);
        return page === undefined ? 0 : this.freePage(page);
      }
      case "none":
        return 0;
      case "lie":
        return this.plainBytes > 0 && callsInThisOp < 6 ? 1 : 0;
      default:
        throw new Error(`no spill policy ${this.policy}`);
    }
  }

  #freeAllPages(): number {
    let freed = 0;
    for (let page = this.pages[0]; page !== undefined; page = this.pages[0])
      freed += this.freePage(page);
    return freed;
  }

  #freeAllArrays(): number {
    let freed = 0;
    for (const array of this.arrays.splice(0)) {
      this.usedBytes -= array.bytes;
      this.#manager.freePage(array, this.mode);
      freed += array.bytes;
    }
    return freed;
  }

  freePage(page: MemoryPage): number {
    this.pages.splice(this.pages.indexOf(page), 1);
    this.usedBytes -= page.bytes;
    this.#manager.freePage(page, this.mode);
    return page.bytes;
  }

  releasePlain(bytes: number): number {
    if (bytes <= 0) return 0;
    this.plainBytes -= bytes;
    this.usedBytes -= bytes;
    this.#manager.releaseExecution(bytes, this.mode);
    return bytes;
  }
}
