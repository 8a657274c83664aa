/** What was added up before a change is not what stands after it. */
import { expect, test } from "vitest";
import { fc } from "../../../../test/seeded.ts";
import { type Amount, amount, plus } from "../../src/amount.ts";
import { AmountsByHolder } from "../../src/replay/amounts-by-holder.ts";
import { ModeLedger } from "../../src/replay/mode-ledger.ts";
import type { PoolRules } from "../../src/replay/pool-laws.ts";

const anAmount = fc
  .tuple(fc.nat(90), fc.nat(90), fc.nat(90))
  .map((of) => of.toSorted((a, b) => a - b))
  .map(([atLeast = 0, best = 0, atMost = 0]) => amount({ atLeast, atMost }, best));

test("the sum is that of its holders after each change, looked at between or not", () => {
  const aChange = fc.tuple(fc.constantFrom("set", "delete", "clear"), fc.nat(3), anAmount);
  fc.assert(
    fc.property(fc.array(aChange), (changes) => {
      const held = new AmountsByHolder<number>();
      for (const [what, holder, bytes] of changes) {
        if (what === "set") held.set(holder, bytes);
        else if (what === "delete") held.delete(holder);
        else held.clear();
        expect(held.total).toEqual([...held.byHolder.values()].reduce(plus, amount(NONE)));
      }
    }),
  );
});

const NONE = { atLeast: 0, atMost: 0 };

test("a ledger that is looked at after each change says what one says that is not", () => {
  fc.assert(
    fc.property(fc.array(aStep, { maxLength: 30 }), (steps) => {
      const looked = new ModeLedger("on_heap", RULES);
      const unlooked = new ModeLedger("on_heap", RULES);
      for (const step of steps) {
        step(looked);
        step(unlooked);
        sumsOf(looked);
      }
      expect(sumsOf(looked)).toEqual(sumsOf(unlooked));
    }),
  );
});

const RULES: PoolRules = {
  maxBytes: 200,
  regionBytes: 100,
  fixedPools: false,
  storageBorrow: "requested",
  evictionCreditsExecution: true,
};
type Step = (ledger: ModeLedger) => void;
const aStep: fc.Arbitrary<Step> = fc
  .tuple(fc.nat(11), fc.nat(2), anAmount)
  .map(([which, holder, bytes]) => stepsOf(holder, bytes)[which] ?? (() => {}));

function stepsOf(holder: number, bytes: Amount): readonly Step[] {
  return [
    (ledger) => ledger.unrollFor(`task ${holder}`, bytes),
    (ledger) => ledger.endUnroll(`task ${holder}`),
    (ledger) => ledger.endUnrolls(),
    (ledger) => ledger.holdExecution(holder, bytes),
    (ledger) => ledger.releaseExecution(holder),
    (ledger) => ledger.knowExecution(bytes),
    (ledger) => ledger.sumExecution(),
    (ledger) => ledger.forgetExecution(),
    (ledger) => ledger.driftsBy({ below: bytes.atLeast, above: bytes.best }),
    (ledger) => ledger.mayHoldStill(bytes.best),
    (ledger) => ledger.hasLikelyLost(bytes.best),
    (ledger) => ledger.holdUnseen(bytes),
  ];
}

function sumsOf(ledger: ModeLedger): readonly Amount[] {
  return [ledger.unroll, ledger.storageUsed, ledger.executionUsed, ledger.storageAvailable()];
}
