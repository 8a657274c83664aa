/** Pages freed a moment ago, to the byte: the release that follows prints them rounded. */

import type { LogStep } from "../links/lookahead.ts";

export class RecentPages {
  #freed: { readonly thread: string | undefined; readonly bytes: number }[] = [];

  add(step: LogStep, bytes: number): void {
    this.#freed.push({ thread: step.thread, bytes });
    if (this.#freed.length > 64) this.#freed.shift();
  }

  take(step: LogStep, fits: (bytes: number) => boolean): number | undefined {
    const at = this.#freed.findIndex((page) => page.thread === step.thread && fits(page.bytes));
    if (at < 0) return undefined;
    const [page] = this.#freed.splice(at, 1);
    return page?.bytes;
  }
}
