/** What happens next: events by time, and of one time in the order in which they were added. */

export class EventQueue<Event> {
  readonly #times: number[] = [];
  readonly #orders: number[] = [];
  readonly #events: Event[] = [];
  #added = 0;

  get size(): number {
    return this.#events.length;
  }

  add(at: number, event: Event): void {
    let slot = this.#events.length;
    const order = this.#added++;
    this.#times.push(at);
    this.#orders.push(order);
    this.#events.push(event);
    while (slot > 0) {
      const parent = (slot - 1) >> 1;
      if (!this.#precedes(slot, parent)) return;
      this.#swap(slot, parent);
      slot = parent;
    }
  }

  /** The next event and its time; `undefined` when there is none. */
  take(): { readonly at: number; readonly event: Event } | undefined {
    const at = this.#times[0];
    const event = this.#events[0];
    if (at === undefined || event === undefined) return undefined;
    const last = this.#events.length - 1;
    this.#swap(0, last);
    this.#times.pop();
    this.#orders.pop();
    this.#events.pop();
    this.#sink(last);
    return { at, event };
  }

  #sink(size: number): void {
    let slot = 0;
    for (;;) {
      let least = slot;
      for (const child of [2 * slot + 1, 2 * slot + 2])
        if (child < size && this.#precedes(child, least)) least = child;
      if (least === slot) return;
      this.#swap(slot, least);
      slot = least;
    }
  }

  #precedes(left: number, right: number): boolean {
    const before = (this.#times[left] ?? 0) - (this.#times[right] ?? 0);
    return before === 0 ? (this.#orders[left] ?? 0) < (this.#orders[right] ?? 0) : before < 0;
  }

  #swap(left: number, right: number): void {
    swapIn(this.#times, left, right);
    swapIn(this.#orders, left, right);
    swapIn(this.#events, left, right);
  }
}

function swapIn<Item>(items: Item[], left: number, right: number): void {
  const [a, b] = [items[left], items[right]];
  if (a === undefined || b === undefined) return;
  items[left] = b;
  items[right] = a;
}
