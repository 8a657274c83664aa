/** What happens next: events by time, and of one time in the order in which they were added. */

const FIRST_CAPACITY = 256;

/**
 * A binary heap in columns. What is taken leaves a hole at the top, and the next event that is
 * added sinks from there: most events bring about just one other.
 */
export class EventQueue<Event> {
  #times = new Float64Array(FIRST_CAPACITY);
  #orders = new Float64Array(FIRST_CAPACITY);
  #events: (Event | undefined)[] = [];
  /** Slots in use, the hole with them. */
  #slots = 0;
  #hasHole = false;
  #added = 0;
  /** When the event last taken happens. */
  now = 0;

  get size(): number {
    return this.#hasHole ? this.#slots - 1 : this.#slots;
  }

  add(at: number, event: Event): void {
    const order = this.#added++;
    if (this.#hasHole) {
      this.#hasHole = false;
      this.#sink(at, order, event);
      return;
    }
    if (this.#slots === this.#times.length) this.#double();
    let hole = this.#slots++;
    // What was added last comes after all of its time: only a later time makes way.
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if ((this.#times[parent] ?? 0) <= at) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#put(hole, at, order, event);
  }

  /** The next event, whose time is `now` then; `undefined` when there is none. */
  take(): Event | undefined {
    if (this.#hasHole) this.#fillHole();
    if (this.#slots === 0) return undefined;
    this.now = this.#times[0] ?? 0;
    this.#hasHole = true;
    return this.#events[0];
  }

  #fillHole(): void {
    this.#hasHole = false;
    const last = --this.#slots;
    const event = this.#events[last];
    this.#events[last] = undefined;
    if (last > 0 && event !== undefined)
      this.#sink(this.#times[last] ?? 0, this.#orders[last] ?? 0, event);
  }

  #sink(at: number, order: number, event: Event): void {
    const size = this.#slots;
    const times = this.#times;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      let time = times[child] ?? 0;
      if (child + 1 < size) {
        const other = times[child + 1] ?? 0;
        if (other < time || (other === time && this.#isEarlier(child + 1, child))) {
          child++;
          time = other;
        }
      }
      if (time > at || (time === at && (this.#orders[child] ?? 0) > order)) break;
      this.#move(child, hole);
      hole = child;
    }
    this.#put(hole, at, order, event);
  }

  #isEarlier(slot: number, than: number): boolean {
    return (this.#orders[slot] ?? 0) < (this.#orders[than] ?? 0);
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from] ?? 0;
    this.#orders[to] = this.#orders[from] ?? 0;
    this.#events[to] = this.#events[from];
  }

  #put(slot: number, at: number, order: number, event: Event): void {
    this.#times[slot] = at;
    this.#orders[slot] = order;
    this.#events[slot] = event;
  }

  #double(): void {
    const times = new Float64Array(2 * this.#slots);
    const orders = new Float64Array(2 * this.#slots);
    times.set(this.#times);
    orders.set(this.#orders);
    this.#times = times;
    this.#orders = orders;
  }
}
