/** Ids, and how many of them there are. */
import { NumberSet } from "../number-set.ts";

export class CountedIds {
  readonly #ids = new NumberSet();
  count = 0;
  /** added although they were there */
  repeated = 0;

  /** @param id a safe integer; a negative one is no id and not counted */
  add(id: number): boolean {
    if (id < 0) return false;
    if (this.#ids.has(id)) {
      this.repeated++;
      return false;
    }
    this.#ids.add(id);
    this.count++;
    return true;
  }

  has(id: number): boolean {
    return this.#ids.has(id);
  }

  /** How many of them are not in the other set. */
  outside(others: NumberSet): number {
    return this.#ids.countOutside(others);
  }
}
