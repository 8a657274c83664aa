/** Every way in which logs are damaged, by the file that knows it. */
import { gzipSync } from "node:zlib";
import { type Damage, damages, type RunFiles } from "./damages.ts";
import { handlingDamages } from "./handling-damages.ts";
import { maskingDamages } from "./masking-damages.ts";
import { moreDamages } from "./more-damages.ts";
import { subtleDamages } from "./subtle-damages.ts";

/** `other`: a run of another configuration. `again`: the same program and settings once more. */
export function allDamages({
  other,
  again,
}: {
  readonly other: RunFiles;
  readonly again: RunFiles;
}): Readonly<Record<string, readonly Damage[]>> {
  return {
    plain: damages({ gzip: (text) => gzipSync(text) }),
    more: moreDamages(other),
    subtle: subtleDamages(),
    handling: handlingDamages(other, again),
    masking: maskingDamages(),
  };
}
