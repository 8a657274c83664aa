#!/usr/bin/env node
/** The `respark` command: this process, handed to main. */
import { setFlagsFromString } from "node:v8";
import { processHost } from "./host.ts";
import { main } from "./main.ts";
import { v8Flags } from "./v8-flags.ts";

for (const flag of v8Flags(process.versions.v8)) setFlagsFromString(flag);

process.exitCode = await main(processHost());
