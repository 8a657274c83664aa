/** Amounts by holder, and what they come to: added up once between two changes, not once a look. */
import { type Amount, asBefore, NOTHING, plus } from "../amount.ts";

export class AmountsByHolder<Holder> {
  readonly #byHolder = new Map<Holder, Amount>();
  /** undefined: something changed since it was added up */
  #total: Amount | undefined = NOTHING;

  get byHolder(): ReadonlyMap<Holder, Amount> {
    return this.#byHolder;
  }

  /** The same object until something changes; `NOTHING` while there is no holder. */
  get total(): Amount {
    if (this.#total !== undefined) return this.#total;
    let total = NOTHING;
    for (const held of this.#byHolder.values()) total = plus(total, held);
    this.#total = total;
    return total;
  }

  set(holder: Holder, held: Amount): void {
    const before = this.#byHolder.get(holder);
    if (before !== undefined && asBefore(before, held) === before) return;
    this.#byHolder.set(holder, held);
    this.#total = undefined;
  }

  delete(holder: Holder): void {
    if (this.#byHolder.delete(holder)) this.#total = undefined;
  }

  clear(): void {
    this.#byHolder.clear();
    this.#total = NOTHING;
  }
}
