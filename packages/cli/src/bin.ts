#!/usr/bin/env node
/** The `respark` command: this process, handed to main. */
import { setFlagsFromString } from "node:v8";
import { processHost } from "./host.ts";
import { main } from "./main.ts";

// What a replay keeps is some 35 MB, whatever the log; of what it lets go V8 would pile up four
// times that before it looks.
setFlagsFromString("--heap-growing-percent=100");

process.exitCode = await main(processHost());
