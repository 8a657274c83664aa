/// <reference types="node" />
/**
 * Simulates recorded runs without chance, each task where and when its log has it, and says which
 * of them do what the logs say. node --conditions=@respark/source --import tsx
 * test/whatif/as-logged.ts <folder of databases>
 */
import { NotComparable, simulatedAsLogged } from "@respark/report";
import { recordsIn } from "./records.ts";

const SHOWN = ["evicted_blocks", "failed_puts", "misses", "recomputes"] as const;

let [runs, equal, evicting, evictingEqual, evicted, off] = [0, 0, 0, 0, 0, 0];
for await (const { name, run } of recordsIn(process.argv[2] ?? ".")) {
  try {
    const { logged, simulated } = simulatedAsLogged(run);
    const was = logged.evicted_blocks;
    if (was === undefined) continue;
    const isEqual = was === simulated.evicted_blocks;
    runs++;
    if (isEqual) equal++;
    if (was > 0) evicting++;
    if (was > 0 && isEqual) evictingEqual++;
    evicted += was;
    off += Math.abs(was - simulated.evicted_blocks);
    const pairs = SHOWN.map((outcome) => `${outcome} ${logged[outcome]}/${simulated[outcome]}`);
    if (was > 0 || !isEqual)
      process.stdout.write(`${isEqual ? "=" : "*"} ${name} ${pairs.join(" ")}\n`);
  } catch (failure) {
    if (!(failure instanceof NotComparable)) throw failure;
  }
}
process.stdout.write(
  `logged/simulated evictions: equal in ${equal} of ${runs} runs, in ${evictingEqual} of ` +
    `${evicting} that evict; ${off} of ${evicted} evictions off\n`,
);
