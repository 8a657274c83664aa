/** A collection that spills itself, filled over a task's time. */
import type { SpillLedger } from "../consumers/spill-ledger.ts";
import { Spillable } from "../consumers/spillable.ts";
import type { ExecutionRequest } from "../memory/execution-memory-pool.ts";
import type { TaskMemoryManager, TaskStep } from "../tasks/task-memory-manager.ts";
import type { SpillableDemand, WantedTask } from "./demand.ts";
import { drawn } from "./drawn.ts";
import { PURPOSE } from "./draws.ts";
import type { StageSurroundings } from "./stage-surroundings.ts";
import type { TaskClock, TaskSteps } from "./task-course.ts";

/**
 * By how much a look finds a collection past its threshold at most: a share of the threshold, times
 * u⁶ of a uniform number at the first look and u⁸ at later ones. From 531 first and 472 later
 * requests of recorded collections (Spark 2.1 to 4.1), whose medians were 0.2 % and 0.05 %, and
 * ninth deciles 5 % and 1 %.
 */
const FIRST_OVERSHOOT = 0.12;
const LATER_OVERSHOOT = 0.04;

/** An operator of a task, about to be filled. */
export interface Filling {
  /** Its place among the task's operators. */
  readonly id: number;
  readonly memory: TaskMemoryManager;
  readonly ledger: SpillLedger;
  readonly task: WantedTask;
  readonly around: StageSurroundings;
  readonly clock: TaskClock;
  /** How long filling takes where nothing spills. */
  readonly millis: number;
}

/** The collection of one task: it looks at its size whenever that passes its threshold. */
export class SpillableFilling implements TaskSteps {
  readonly #filling: Filling;
  readonly #collection: Spillable;
  /** Of its draws. */
  readonly #key: number;
  readonly #totalBytes: number;
  #insertedBytes = 0;
  /** Size at the look that is due; 0: none is. */
  #sizeBytes = 0;
  #looks = 0;
  /** A look whose request has to be answered first. */
  #asking: TaskStep<boolean> | undefined;

  constructor(demand: SpillableDemand, filling: Filling) {
    const { id, memory, ledger, task } = filling;
    const { draws, stage, configuration, settings } = filling.around;
    this.#filling = filling;
    this.#key = task.partition + id * 1_000_003;
    this.#totalBytes = drawn(demand.bytes, draws, PURPOSE.demand, stage.stageId, this.#key);
    this.#collection = new Spillable({
      id,
      name: demand.consumer,
      memory,
      ledger,
      initialThresholdBytes: settings.initialThresholdBytes,
      asksAsConsumer: configuration.behaviour.consumerRequired,
      diskRatio: drawn(demand.diskRatio, draws, PURPOSE.spillRatio, stage.stageId, 0),
    });
  }

  advance(answer: number): number | ExecutionRequest | undefined {
    const looked = this.#asking === undefined ? this.#look() : this.#answered(answer);
    if (looked !== undefined) return looked;
    const collection = this.#collection;
    const size = collection.thresholdBytes * (1 + overshoot(this.#filling, this.#key, this.#looks));
    const upTo = this.#insertedBytes - collection.sizeBytes + size;
    if (upTo >= this.#totalBytes) {
      this.#finish();
      return undefined;
    }
    this.#insert(upTo);
    this.#sizeBytes = size;
    this.#looks++;
    return this.#filling.clock.due();
  }

  #insert(upTo: number): void {
    const { clock, millis } = this.#filling;
    clock.spend(((upTo - this.#insertedBytes) / this.#totalBytes) * millis);
    this.#insertedBytes = upTo;
  }

  #look(): ExecutionRequest | undefined {
    if (this.#sizeBytes === 0) return undefined;
    const looked = this.#collection.look(this.#sizeBytes);
    if (typeof looked === "boolean") {
      this.#lookedAt(looked);
      return undefined;
    }
    this.#asking = looked;
    return this.#answered(0);
  }

  #answered(answer: number): ExecutionRequest | undefined {
    const turn = this.#asking?.next(answer);
    if (turn?.done === false) return turn.value;
    this.#asking = undefined;
    this.#lookedAt(turn?.value === true);
    return undefined;
  }

  #lookedAt(spilled: boolean): void {
    if (spilled)
      this.#filling.clock.spend(this.#sizeBytes * spillMillisPerByte(this.#filling, this.#key));
  }

  /** The rest goes in; below its threshold it asks for nothing. */
  #finish(): void {
    const collection = this.#collection;
    const rest = this.#totalBytes - this.#insertedBytes + collection.sizeBytes;
    this.#insert(this.#totalBytes);
    collection.look(Math.min(rest, collection.thresholdBytes - 1));
    collection.startReading();
  }
}

function spillMillisPerByte({ around }: Filling, key: number): number {
  const spread = around.draws.logNormal(0.6, PURPOSE.spillCost, around.stage.stageId, key);
  return (0.025 * spread) / 1_048_576;
}

/** How far a size is past the threshold at the look that finds it so. */
function overshoot({ around }: Filling, key: number, look: number): number {
  const drawn = around.draws.uniform(PURPOSE.overshoot, around.stage.stageId, key * 64 + look);
  const square = drawn * drawn;
  const sixth = square * square * square;
  return look === 0 ? FIRST_OVERSHOOT * sixth : LATER_OVERSHOOT * sixth * square;
}
