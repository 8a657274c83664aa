/**
 * Which mutants a test notices. Each is held alone against the tests that are nearest to it; those
 * that live through these are few, and live together through one run of all tests. Where a test
 * file fails then, halves of them say whose it is.
 */
import type { NearestTests } from "./nearest-tests.ts";
import type { Drawn } from "./sampled.ts";
import type { Scratch } from "./scratch.ts";
import { WarmTests } from "./warm-tests.ts";

/** Test files of the first two rounds; the third has all others of the package. */
const NEAREST = [3, 10] as const;
const ALL_TESTS = [
  ...["core", "events", "report"].map((name) => `packages/${name}/test/`),
  ...[
    "accuracy",
    "alignment",
    "blind",
    "explain",
    "gate",
    "golden",
    "oracle",
    "page",
    "whatif",
  ].map((name) => `test/${name}/`),
];
/** More than ten times what a round takes on a quiet machine. */
const HUNG_MILLIS = { near: 300_000, all: 3_000_000 };

export class Judge {
  readonly #scratch: Scratch;
  readonly #nearest: NearestTests;
  readonly #near: WarmTests;
  /** test files that pass without a mutant: only in these a failure says anything */
  readonly #sound = new Set<string>();
  /** test files that wait for the last round */
  readonly #slow = new Set<string>();
  /** test files that fail without a mutant, here at least: they say nothing */
  readonly #unsound = new Set<string>();

  constructor(scratch: Scratch, nearest: NearestTests) {
    this.#scratch = scratch;
    this.#nearest = nearest;
    this.#near = this.#tests(false, HUNG_MILLIS.near);
  }

  #tests(all: boolean, hungMillis: number): WarmTests {
    const { directory } = this.#scratch;
    return new WarmTests({ directory, bundled: all, bail: all ? 0 : 1, hungMillis });
  }

  /** @returns whether one of the tests nearest to the mutant notices it */
  async isNoticedNearby(mutant: Drawn): Promise<boolean> {
    const near = this.#nearest.of(mutant.file);
    const quick = near.slice(NEAREST[0]).filter((test) => !this.#nearest.heavy.has(test));
    const own = mutant.file.split("/").slice(0, 2).join("/");
    const others = quick.slice(NEAREST[1]).filter((test) => test.startsWith(`${own}/`));
    for (const round of [near.slice(0, NEAREST[0]), quick.slice(0, NEAREST[1]), others])
      if (await this.#isNoticed([mutant], round, this.#near)) return true;
    return false;
  }

  /** @returns those that no test of the packages and of whole runs notices */
  async livingOf(mutants: readonly Drawn[], told: (noticed: Drawn) => void): Promise<Drawn[]> {
    this.#near.stop();
    if (mutants.length === 0) return [];
    const all = this.#tests(true, HUNG_MILLIS.all);
    const alone = this.#tests(false, HUNG_MILLIS.all);
    const changed = this.#scratch.hold(mutants);
    const found = await all.run({ tests: ALL_TESTS, changed });
    all.stop();
    if (found === undefined) throw new Error("all tests hang: draw other mutants");
    process.stderr.write(`fails with ${mutants.length}: ${found.failed.join(" ")}\n`);
    let living = [...mutants];
    for (const test of found.failed)
      while (await this.#isNoticed(living, [test], alone)) {
        const one = await this.#noticed(living, test, alone);
        // Only together they fail it.
        if (one === undefined) break;
        told(one);
        living = living.filter((other) => other !== one);
      }
    alone.stop();
    return living;
  }

  /** Halves what a test file notices until one mutant is left. */
  async #noticed(
    mutants: readonly Drawn[],
    test: string,
    by: WarmTests,
  ): Promise<Drawn | undefined> {
    let among = mutants;
    while (among.length > 1) {
      const half = among.slice(0, among.length / 2);
      among = (await this.#isNoticed(half, [test], by)) ? half : among.slice(half.length);
    }
    return (await this.#isNoticed(among, [test], by)) ? among[0] : undefined;
  }

  async #isNoticed(
    mutants: readonly Drawn[],
    round: readonly string[],
    by: WarmTests,
  ): Promise<boolean> {
    for (;;) {
      const tests = round.filter(
        (test) => !(this.#unsound.has(test) || (by === this.#near && this.#slow.has(test))),
      );
      if (tests.length === 0 || mutants.length === 0) return false;
      const found = await by.run({ tests, changed: this.#scratch.hold(mutants) });
      for (const test of found?.slow ?? []) this.#slow.add(test);
      if (found?.failed.length === 0) return false;
      if (await this.#areSound(found?.failed ?? tests, by)) return true;
    }
  }

  /** @returns whether all of them pass without a mutant; those that do not are known from then on */
  async #areSound(failed: readonly string[], by: WarmTests): Promise<boolean> {
    const tests = failed.filter((test) => !this.#sound.has(test));
    if (tests.length === 0) return true;
    const found = await by.run({ tests, changed: this.#scratch.hold([]) });
    const unsound = found?.failed ?? tests;
    for (const test of unsound) this.#unsound.add(test);
    if (unsound.length > 0) process.stderr.write(`fails without mutants: ${unsound.join(" ")}\n`);
    else for (const test of tests) this.#sound.add(test);
    return unsound.length === 0;
  }

  stop(): void {
    this.#near.stop();
    this.#scratch.remove();
  }
}
