/**
 * The simulated runs of one demand: by configuration and draw, each made once and as far as it is
 * needed. A draw that got all it asked for under one configuration tells of every other with as
 * much room.
 */
import {
  Draws,
  goesTheSame,
  type Outcomes,
  type Room,
  type SimulatedConfiguration,
  simulateUntil,
  TooLongToSimulate,
  type WantedMemory,
} from "@respark/core";
import { NotComparable } from "./configurations.ts";

interface Kept {
  readonly outcomes: Outcomes;
  readonly isWhole: boolean;
}

/** A draw under a configuration whose memory was enough for all of it. */
interface Unrefused {
  readonly configuration: SimulatedConfiguration;
  readonly room: Room;
  readonly outcomes: Outcomes;
}

const NEVER = (): boolean => false;

export class SimulatedDraws {
  readonly #wanted: WantedMemory;
  readonly #seed: number;
  readonly #takesPages: boolean;
  /** By draw. */
  readonly #kept = new Map<SimulatedConfiguration, Kept[]>();
  readonly #unrefused: Unrefused[] = [];

  constructor(wanted: WantedMemory, seed: number) {
    this.#wanted = wanted;
    this.#seed = seed;
    this.#takesPages = wanted.stages.some(({ tasks }) =>
      tasks.some(({ consumers }) => consumers.some(({ kind }) => kind !== "spillable")),
    );
  }

  /** What a draw comes to. Throws NotComparable where that would take too long to simulate. */
  outcomes(configuration: SimulatedConfiguration, draw: number): Outcomes {
    return this.#simulated(configuration, draw, NEVER).outcomes;
  }

  /**
   * Whether a draw comes to something, asked of counts that only grow: it is simulated no further
   * than that. Throws NotComparable.
   */
  comesTo(
    configuration: SimulatedConfiguration,
    draw: number,
    isReached: (counts: Outcomes) => boolean,
  ): boolean {
    return isReached(this.#simulated(configuration, draw, isReached).outcomes);
  }

  #simulated(
    configuration: SimulatedConfiguration,
    draw: number,
    isReached: (counts: Outcomes) => boolean,
  ): Kept {
    const kept = this.#kept.get(configuration) ?? [];
    this.#kept.set(configuration, kept);
    const before = kept[draw];
    if (before !== undefined && (before.isWhole || isReached(before.outcomes))) return before;
    const now = this.#asElsewhere(configuration, draw) ?? this.#run(configuration, draw, isReached);
    kept[draw] = now;
    return now;
  }

  #asElsewhere(configuration: SimulatedConfiguration, draw: number): Kept | undefined {
    const known = this.#unrefused[draw];
    if (known === undefined) return undefined;
    const { room, outcomes } = known;
    return goesTheSame(room, this.#takesPages, known.configuration, configuration)
      ? { outcomes, isWhole: true }
      : undefined;
  }

  #run(
    configuration: SimulatedConfiguration,
    draw: number,
    isReached: (counts: Outcomes) => boolean,
  ): Kept {
    try {
      const draws = new Draws(this.#seed, draw);
      const run = simulateUntil(this.#wanted, configuration, draws, isReached);
      const { room, outcomes } = run;
      if (room !== undefined) this.#unrefused[draw] = { configuration, room, outcomes };
      return run;
    } catch (failure) {
      if (failure instanceof TooLongToSimulate)
        throw new NotComparable(`the run cannot be simulated: ${failure.message}`);
      throw failure;
    }
  }
}

/** The simulated runs of a demand by one seed: the same for the same demand. */
export function drawsByDemand(seed: number): (wanted: WantedMemory) => SimulatedDraws {
  const known = new Map<WantedMemory, SimulatedDraws>();
  return (wanted) => {
    const runs = known.get(wanted) ?? new SimulatedDraws(wanted, seed);
    known.set(wanted, runs);
    return runs;
  };
}
