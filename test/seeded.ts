/**
 * Fast-check with one seed for all properties, so that a run can be repeated: `FAST_CHECK_SEED=7
 * pnpm test` draws other examples. A failure names its seed and path itself. Tests take `fc` from
 * here.
 */
import fc from "fast-check";

export const seed = Number(process.env["FAST_CHECK_SEED"] ?? 20_261_121);

fc.configureGlobal({ seed });

export { fc };
