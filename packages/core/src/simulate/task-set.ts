/**
 * The tasks of one stage that still wait for a slot, and where each may run now. Follows
 * TaskSetManager, Spark 1.6–4.2.
 */

/** Spark's levels that matter here, nearest first. */
export const LEVELS = ["process", "node", "no_pref", "any"] as const;
export type Level = (typeof LEVELS)[number];

/** Indexes in ascending order, taken from the front; those launched elsewhere are passed by. */
class Pending {
  readonly #tasks: number[] = [];
  #next = 0;

  add(task: number): void {
    this.#tasks.push(task);
  }

  take(isLaunched: Uint8Array): number | undefined {
    this.#skip(isLaunched);
    return this.#tasks[this.#next];
  }

  isEmpty(isLaunched: Uint8Array): boolean {
    this.#skip(isLaunched);
    return this.#next >= this.#tasks.length;
  }

  #skip(isLaunched: Uint8Array): void {
    for (;;) {
      const task = this.#tasks[this.#next];
      if (task === undefined || isLaunched[task] !== 1) return;
      this.#next++;
    }
  }
}

export class TaskSet {
  /** Levels there are tasks for. */
  readonly levels: readonly Level[];
  readonly #isLaunched: Uint8Array;
  readonly #byExecutor = new Map<number, Pending>();
  readonly #byHost = new Map<string, Pending>();
  readonly #noPreference = new Pending();
  readonly #all = new Pending();
  readonly #retries: number[] = [];
  readonly #waits: Readonly<Record<Level, number>>;
  #level = 0;
  #levelSince: number;
  #left: number;

  constructor(given: {
    readonly tasks: number;
    /** Executors that a task prefers; `undefined`: none. */
    readonly preferred: (task: number) => readonly number[] | undefined;
    readonly hostOf: (executor: number) => string;
    readonly waitMillis: { readonly process: number; readonly node: number };
    readonly now: number;
  }) {
    this.#isLaunched = new Uint8Array(given.tasks);
    this.#left = given.tasks;
    this.#levelSince = given.now;
    this.#waits = { ...given.waitMillis, no_pref: 0, any: 0 };
    let anyoneWithout = false;
    for (let task = 0; task < given.tasks; task++) {
      this.#all.add(task);
      const preferred = given.preferred(task);
      if (preferred === undefined) {
        anyoneWithout = true;
        this.#noPreference.add(task);
        continue;
      }
      const hosts = new Set<string>();
      for (const executor of preferred) {
        pendingIn(this.#byExecutor, executor).add(task);
        hosts.add(given.hostOf(executor));
      }
      for (const host of hosts) pendingIn(this.#byHost, host).add(task);
    }
    const levels: Level[] = this.#byExecutor.size > 0 ? ["process", "node"] : [];
    if (anyoneWithout) levels.push("no_pref");
    levels.push("any");
    this.levels = levels;
  }

  /** Tasks not launched. */
  get left(): number {
    return this.#left;
  }

  /**
   * The task that runs on an executor when offers at this level are made; `undefined`: none may.
   */
  offer(executor: number, host: string, offered: Level, now: number): number | undefined {
    if (this.#left === 0) return undefined;
    const allowed = offered === "no_pref" ? offered : this.#nearer(offered, this.#allowed(now));
    const task = this.#find(executor, host, allowed, offered);
    if (task === undefined) return undefined;
    this.#isLaunched[task] = 1;
    this.#left--;
    if (offered !== "no_pref") this.#levelSince = now;
    return task;
  }

  #nearer(one: Level, other: Level): Level {
    return LEVELS.indexOf(one) < LEVELS.indexOf(other) ? one : other;
  }

  /** `dequeueTask`. */
  #find(executor: number, host: string, allowed: Level, offered: Level): number | undefined {
    const launched = this.#isLaunched;
    const near = this.#byExecutor.get(executor)?.take(launched);
    if (near !== undefined) return near;
    if (allowed !== "process") {
      const there = this.#byHost.get(host)?.take(launched);
      if (there !== undefined) return there;
    }
    if (offered === "no_pref" || offered === "any") {
      const free = this.#noPreference.take(launched) ?? this.#retried();
      if (free !== undefined) return free;
    }
    return allowed === "any" ? this.#all.take(launched) : undefined;
  }

  #retried(): number | undefined {
    return this.#retries.find((task) => this.#isLaunched[task] === 0);
  }

  /** A task that failed waits again. */
  retry(task: number): void {
    if (this.#isLaunched[task] !== 1) return;
    this.#isLaunched[task] = 0;
    this.#left++;
    // Its own lists are past it or gone: it may run anywhere.
    this.#retries.push(task);
  }

  /** When the level that may be offered next becomes a farther one; `undefined`: it does not. */
  nextLevelAt(): number | undefined {
    const level = this.levels[this.#level];
    if (level === undefined || level === "any") return undefined;
    return this.#levelSince + this.#waits[level];
  }

  /**
   * `getAllowedLocalityLevel`: farther once nothing waits at a level, or nothing was launched there
   * for its wait.
   */
  #allowed(now: number): Level {
    for (;;) {
      const level = this.levels[this.#level] ?? "any";
      if (this.#level >= this.levels.length - 1) return level;
      if (!this.#hasPendingAt(level)) this.#levelSince = now;
      else if (now - this.#levelSince < this.#waits[level]) return level;
      else this.#levelSince += this.#waits[level];
      this.#level++;
    }
  }

  #hasPendingAt(level: Level): boolean {
    if (level === "process") return this.#hasPendingIn(this.#byExecutor);
    if (level === "node") return this.#hasPendingIn(this.#byHost);
    return !this.#noPreference.isEmpty(this.#isLaunched);
  }

  /** The first list that is not empty yet ends the search; empty ones are forgotten. */
  #hasPendingIn<Key>(lists: Map<Key, Pending>): boolean {
    for (const [key, pending] of lists) {
      if (!pending.isEmpty(this.#isLaunched)) return true;
      lists.delete(key);
    }
    return false;
  }
}

function pendingIn<Key>(map: Map<Key, Pending>, key: Key): Pending {
  let pending = map.get(key);
  if (pending === undefined) {
    pending = new Pending();
    map.set(key, pending);
  }
  return pending;
}
