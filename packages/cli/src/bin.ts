#!/usr/bin/env node
/** The `respark` command: this process, handed to main. */
import { setFlagsFromString } from "node:v8";
import { processHost } from "./host.ts";
import { main } from "./main.ts";

// What a replay keeps is some 35 MB, whatever the log; of what it lets go V8 would pile up four
// times that before it looks.
setFlagsFromString("--heap-growing-percent=100");

// A fifth of a replay of 250 MB was V8's optimizer, half of it on what it inlined a second time or
// made anew once more was known of types. Smaller pieces, later: 5 % less CPU
// (docs/performance.md).
setFlagsFromString("--max-inlined-bytecode-size-cumulative=460");
setFlagsFromString("--max-inlined-bytecode-size=200");
setFlagsFromString("--interrupt-budget=250000");

process.exitCode = await main(processHost());
