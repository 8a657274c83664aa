/** Which consumer spills next for a request that came short: one rule a Spark line (spec 4.1). */
import { assertNever } from "../assert.ts";
import type { SparkBehaviour } from "../spark-behaviour.ts";
import type { MemoryConsumer } from "./memory-consumer.ts";

/** Hands out consumers one at a time and hears what each spill released. */
export interface SpillCandidates {
  /** Who spills now, with `missingBytes` still to get; `undefined` when none is left. */
  next(missingBytes: number): MemoryConsumer | undefined;
  spilled(releasedBytes: number): void;
}

/** Without a requester (1.6 alone): the others, and no requester last. */
export function spillCandidates(
  order: SparkBehaviour["spillOrder"],
  registered: readonly MemoryConsumer[],
  requester: MemoryConsumer | undefined,
): SpillCandidates {
  if (requester !== undefined && (registered.length === 0 || isAlone(requester, registered)))
    return new OnlySelf(requester, timesAlone(order, registered.length === 1, requester));
  const inOrder = [...registered].sort((a, b) => a.id - b.id);
  const others = inOrder.filter((consumer) => consumer !== requester && consumer.usedBytes > 0);
  if (requester === undefined) return new InTurn(others);
  const sameMode = others.filter((consumer) => consumer.mode === requester.mode);
  switch (order) {
    case "hash_any_mode_then_self":
      return new InTurn([...others, requester]);
    case "hash_then_self":
      return new InTurn([...sameMode, requester]);
    case "tree_each_once_then_self":
      return new TreeThenSelf(new ByUse(sameMode), requester, { treeOnce: true, selfOnce: true });
    case "tree_until_zero_then_self":
      return new TreeThenSelf(new ByUse(sameMode), requester, { treeOnce: false, selfOnce: true });
    case "tree_until_zero_then_self_until_zero":
      return new TreeThenSelf(new ByUse(sameMode), requester, { treeOnce: false, selfOnce: false });
    case "one_tree_self_last": {
      const selfIncluded = registered.includes(requester) && requester.usedBytes > 0;
      const tree = new ByUse(
        selfIncluded ? inOrder.filter((c) => c === requester || sameMode.includes(c)) : sameMode,
        requester,
      );
      return new WholeTree(tree);
    }
    default:
      return assertNever(order);
  }
}

function isAlone(requester: MemoryConsumer, registered: readonly MemoryConsumer[]): boolean {
  return registered.length === 1 && registered.includes(requester);
}

/** What the orders below come to where there is no other consumer. */
function timesAlone(
  order: SparkBehaviour["spillOrder"],
  isRegistered: boolean,
  { usedBytes }: MemoryConsumer,
): "never" | "once" | "until_zero" {
  if (order === "one_tree_self_last") return isRegistered && usedBytes > 0 ? "until_zero" : "never";
  return order === "tree_until_zero_then_self_until_zero" ? "until_zero" : "once";
}

/** The requester alone: in a task with one consumer, which is most. */
class OnlySelf implements SpillCandidates {
  readonly #requester: MemoryConsumer;
  readonly #once: boolean;
  #isDone: boolean;

  constructor(requester: MemoryConsumer, times: "never" | "once" | "until_zero") {
    this.#requester = requester;
    this.#once = times === "once";
    this.#isDone = times === "never";
  }

  next(): MemoryConsumer | undefined {
    return this.#isDone ? undefined : this.#requester;
  }

  spilled(releasedBytes: number): void {
    if (this.#once || releasedBytes <= 0) this.#isDone = true;
  }
}

/** Each once, in the order given. */
class InTurn implements SpillCandidates {
  readonly #left: MemoryConsumer[];

  constructor(consumers: readonly MemoryConsumer[]) {
    this.#left = [...consumers].reverse();
  }

  next(): MemoryConsumer | undefined {
    return this.#left.pop();
  }

  spilled(_releasedBytes: number): void {}
}

interface Place {
  readonly key: number;
  readonly consumers: MemoryConsumer[];
}

/**
 * Consumers by what they held when the search began; the key is not refreshed. A `last` consumer
 * has key 0.
 */
class ByUse {
  readonly #places: Place[] = [];

  constructor(consumers: readonly MemoryConsumer[], last?: MemoryConsumer) {
    for (const consumer of consumers)
      this.#add(consumer === last ? 0 : consumer.usedBytes, consumer);
    this.#places.sort((a, b) => a.key - b.key);
  }

  #add(key: number, consumer: MemoryConsumer): void {
    const place = this.#places.find((known) => known.key === key);
    if (place === undefined) this.#places.push({ key, consumers: [consumer] });
    else place.consumers.push(consumer);
  }

  /** The place with the smallest key that suffices, else the one with the largest. */
  find(missingBytes: number): Place | undefined {
    return this.#places.find((place) => place.key >= missingBytes) ?? this.#places.at(-1);
  }

  /** Takes the last added consumer of a place out. */
  removeFrom(place: Place): void {
    place.consumers.pop();
    if (place.consumers.length === 0) this.#places.splice(this.#places.indexOf(place), 1);
  }
}

/** 3.3+: one tree, whoever gives nothing leaves it. */
class WholeTree implements SpillCandidates {
  readonly #tree: ByUse;
  #place: Place | undefined;

  constructor(tree: ByUse) {
    this.#tree = tree;
  }

  next(missingBytes: number): MemoryConsumer | undefined {
    this.#place = this.#tree.find(missingBytes);
    return this.#place?.consumers.at(-1);
  }

  spilled(releasedBytes: number): void {
    if (releasedBytes <= 0 && this.#place !== undefined) this.#tree.removeFrom(this.#place);
  }
}

/** 2.2–3.2: the others first, the requester when they are through. */
class TreeThenSelf implements SpillCandidates {
  readonly #tree: ByUse;
  readonly #requester: MemoryConsumer;
  readonly #treeOnce: boolean;
  readonly #selfOnce: boolean;
  #place: Place | undefined;
  #selfDone = false;

  constructor(
    tree: ByUse,
    requester: MemoryConsumer,
    rule: { readonly treeOnce: boolean; readonly selfOnce: boolean },
  ) {
    this.#tree = tree;
    this.#requester = requester;
    this.#treeOnce = rule.treeOnce;
    this.#selfOnce = rule.selfOnce;
  }

  next(missingBytes: number): MemoryConsumer | undefined {
    this.#place = this.#tree.find(missingBytes);
    const consumer = this.#place?.consumers.at(-1);
    if (this.#place !== undefined && consumer !== undefined) {
      if (this.#treeOnce) this.#tree.removeFrom(this.#place);
      return consumer;
    }
    if (this.#selfDone) return undefined;
    this.#selfDone = this.#selfOnce;
    return this.#requester;
  }

  spilled(releasedBytes: number): void {
    if (releasedBytes > 0) return;
    if (this.#place === undefined) this.#selfDone = true;
    else if (!this.#treeOnce) this.#tree.removeFrom(this.#place);
  }
}
