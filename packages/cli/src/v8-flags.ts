/** What this V8 is told before a replay; one that does not know a flag says so at every start. */

/** @param version  as `process.versions.v8` has it */
export function v8Flags(version: string): readonly string[] {
  return [
    // What a replay keeps is some 35 MB, whatever the log; of what it lets go V8 would pile up four
    // times that before it looks.
    "--heap-growing-percent=100",
    // A fifth of a replay of 250 MB was V8's optimizer, half of it on what it inlined a second time
    // or made anew once more was known of types. Smaller pieces, later: 5 % less CPU
    // (docs/performance.md).
    "--max-inlined-bytecode-size-cumulative=460",
    "--max-inlined-bytecode-size=200",
    // Of Node 20 alone: later ones count calls.
    ...(version.startsWith("11.") ? ["--interrupt-budget=250000"] : []),
  ];
}
