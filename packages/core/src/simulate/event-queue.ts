/** What happens next: events by time, and of one time in the order in which they were added. */

/** A binary heap in columns; an entry moves into the hole that its way leaves. */
export class EventQueue<Event> {
  readonly #times: number[] = [];
  readonly #orders: number[] = [];
  readonly #events: Event[] = [];
  #added = 0;

  get size(): number {
    return this.#events.length;
  }

  add(at: number, event: Event): void {
    const order = this.#added++;
    let hole = this.#events.length;
    this.#times.push(at);
    this.#orders.push(order);
    this.#events.push(event);
    // What was added last comes after all of its time: only a later time makes way.
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if ((this.#times[parent] ?? 0) <= at) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#put(hole, at, order, event);
  }

  /** The next event and its time; `undefined` when there is none. */
  take(): { readonly at: number; readonly event: Event } | undefined {
    const at = this.#times[0];
    const event = this.#events[0];
    const lastAt = this.#times.pop();
    const lastOrder = this.#orders.pop();
    const last = this.#events.pop();
    if (at === undefined || event === undefined) return undefined;
    if (lastAt !== undefined && lastOrder !== undefined && last !== undefined)
      if (this.#events.length > 0) this.#sink(lastAt, lastOrder, last);
    return { at, event };
  }

  #sink(at: number, order: number, event: Event): void {
    const size = this.#events.length;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      if (child + 1 < size && this.#precedes(child + 1, this.#time(child), this.#order(child)))
        child++;
      if (!this.#precedes(child, at, order)) break;
      this.#move(child, hole);
      hole = child;
    }
    this.#put(hole, at, order, event);
  }

  #time(slot: number): number {
    return this.#times[slot] ?? 0;
  }

  #order(slot: number): number {
    return this.#orders[slot] ?? 0;
  }

  #precedes(slot: number, at: number, order: number): boolean {
    const time = this.#time(slot);
    return time === at ? this.#order(slot) < order : time < at;
  }

  #move(from: number, to: number): void {
    const event = this.#events[from];
    if (event !== undefined) this.#put(to, this.#time(from), this.#order(from), event);
  }

  #put(slot: number, at: number, order: number, event: Event): void {
    this.#times[slot] = at;
    this.#orders[slot] = order;
    this.#events[slot] = event;
  }
}
