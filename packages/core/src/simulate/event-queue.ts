/** What happens next: events by time, and of one time in the order in which they were added. */

const FIRST_CAPACITY = 256;

/**
 * A binary heap in columns. What is taken leaves a hole at the top, and the next event that is
 * added sinks from there: most events bring about just one other. An event stays at its place of
 * `#events` while its time and the number of that place move through the heap.
 */
export class EventQueue<Event> {
  /** By slot of the heap. */
  #times = new Float64Array(FIRST_CAPACITY);
  #places = new Int32Array(FIRST_CAPACITY);
  /** By place: how many had been added before. */
  #orders = new Float64Array(FIRST_CAPACITY);
  readonly #events: (Event | undefined)[] = [];
  readonly #freePlaces: number[] = [];
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
      const place = this.#places[0] ?? 0;
      this.#orders[place] = order;
      this.#events[place] = event;
      this.#sink(at, place);
      return;
    }
    if (this.#slots === this.#times.length) this.#double();
    const place = this.#freePlaces.pop() ?? this.#events.length;
    this.#orders[place] = order;
    this.#events[place] = event;
    let hole = this.#slots++;
    // What was added last comes after all of its time: only a later time makes way.
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if ((this.#times[parent] ?? 0) <= at) break;
      this.#times[hole] = this.#times[parent] ?? 0;
      this.#places[hole] = this.#places[parent] ?? 0;
      hole = parent;
    }
    this.#times[hole] = at;
    this.#places[hole] = place;
  }

  /** The next event, whose time is `now` then; `undefined` when there is none. */
  take(): Event | undefined {
    if (this.#hasHole) this.#fillHole();
    if (this.#slots === 0) return undefined;
    this.now = this.#times[0] ?? 0;
    this.#hasHole = true;
    return this.#events[this.#places[0] ?? 0];
  }

  #fillHole(): void {
    this.#hasHole = false;
    const free = this.#places[0] ?? 0;
    this.#events[free] = undefined;
    this.#freePlaces.push(free);
    const last = --this.#slots;
    if (last > 0) this.#sink(this.#times[last] ?? 0, this.#places[last] ?? 0);
  }

  #sink(at: number, place: number): void {
    const size = this.#slots;
    const times = this.#times;
    const places = this.#places;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      let time = times[child] ?? 0;
      if (child + 1 < size) {
        const other = times[child + 1] ?? 0;
        if (other < time || (other === time && this.#isEarlier(places[child + 1], places[child]))) {
          child++;
          time = other;
        }
      }
      if (time > at || (time === at && this.#isEarlier(place, places[child]))) break;
      times[hole] = time;
      places[hole] = places[child] ?? 0;
      hole = child;
    }
    times[hole] = at;
    places[hole] = place;
  }

  #isEarlier(place: number | undefined, than: number | undefined): boolean {
    return (this.#orders[place ?? 0] ?? 0) < (this.#orders[than ?? 0] ?? 0);
  }

  #double(): void {
    const capacity = 2 * this.#slots;
    const wider = <Column extends Float64Array | Int32Array>(column: Column, empty: Column) => {
      empty.set(column);
      return empty;
    };
    this.#times = wider(this.#times, new Float64Array(capacity));
    this.#orders = wider(this.#orders, new Float64Array(capacity));
    this.#places = wider(this.#places, new Int32Array(capacity));
  }
}
