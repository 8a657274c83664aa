#!/usr/bin/env node
/** The `respark` command: this process, handed to main. */
import { processHost } from "./host.ts";
import { main } from "./main.ts";

process.exitCode = await main(processHost());
