/** One turn of the event loop: whoever waits for the process is heard, a signal too. */
export { setImmediate as turn } from "node:timers/promises";
