/** A memory consumer of Spark's operators and its test. */
import { pascal } from "./names.mjs";

export const consumer = (name) => ({
  files: {
    [`packages/core/src/consumers/${name}.ts`]: `/**
 * What it holds, when it asks for more, and what it does when it gets less.
 * Follows ${pascal(name)}, Spark 3.5.6.
 */
import type { MemoryMode } from "../memory/memory-mode.ts";
import type { MemoryConsumer } from "../tasks/memory-consumer.ts";

export class ${pascal(name)} implements MemoryConsumer {
  readonly id: number;
  readonly name = "${pascal(name)}";
  readonly mode: MemoryMode = "on_heap";
  usedBytes = 0;

  constructor(id: number) {
    this.id = id;
  }

  /** Frees what it can when another consumer needs it; bytes freed. */
  spill(): number {
    return 0;
  }
}
`,
    [`packages/core/test/consumers/${name}.test.ts`]: `/** ${pascal(name)} under small pools, to the byte: what real tasks held and spilled. */
import { expect, test } from "vitest";
import { ${pascal(name)} } from "../../src/consumers/${name}.ts";

test("…", () => {
  expect(new ${pascal(name)}(1).usedBytes).toBe("what a recorded task held");
});
`,
  },
  index: [],
  left: [
    "how it is filled (core/src/simulate/fill-*.ts), and which operators want it (simulate/wanted.ts)",
    "what versions do differently: fields of SparkBehaviour, not comparisons",
    "fillings recorded by lab/ (fixtures/consumers), held by core/test/consumers/vectors.test.ts",
    "its section in docs/spark/whatif.md",
  ],
});
