/** An error of Spark's own in words that no template has (spec/log-templates.md X18). */
import { CAUSED_BY } from "../../user-frame.ts";
import { outOfMemoryCause, outOfMemoryOf, workerErrorOf } from "../error-line.ts";
import { type LogTemplate, template } from "../log-template.ts";

/** Of a process that stops: messages that came too late. */
const STOPPING =
  /RpcEnv already stopped|Could not find \w+\.|RpcEndpoint\S* .*has been stopped|already stopped or removed|SparkContext (?:was|has been) shut ?down|InterruptedException/;
/** What follows from a loss or an end that other lines tell, and says nothing of it. */
const FOLLOWS =
  /^(?:Still have \d+ requests? outstanding|Asked to remove non-existent executor|Ignoring update with state|Exception while deleting|Failed to delete|\S+ has already stopped|Dropping \w+Event|Aborting (?:task|job)\b)/;
const GIVEN_UP = "Job aborted due to stage failure";

export const SPARK_ERROR: LogTemplate = template({
  name: "X18",
  level: "ERROR",
  says: "{text}",
  example: "Uncaught exception while reverting partial writes to file /tmp/blockmgr-1/0d/temp_1",
  awaitsTrace: true,
  fact: (message, { logger, trace }) => {
    const isToldBelow = [message, ...trace].some((line) => line.includes(GIVEN_UP));
    // ErrorBelow tells of these.
    const isOfMemory =
      outOfMemoryOf(trace[0] ?? "") !== undefined || outOfMemoryCause(trace) !== undefined;
    if (isToldBelow || isOfMemory || FOLLOWS.test(message) || message.trim() === "")
      return undefined;
    if (STOPPING.test(message) || STOPPING.test(trace[0] ?? "")) return undefined;
    return { kind: "spark_error", logger, message, error: throwableIn(message, trace) };
  },
});

/** The throwable right below and its first cause; of a worker of Python or R its own error. */
function throwableIn(message: string, trace: readonly string[]): string | undefined {
  const worker = workerErrorOf(trace);
  if (worker !== undefined) return worker;
  const [first = ""] = trace;
  if (!/^(?:[a-z]\w*\.)+[A-Z][\w$]*(?:: |\s*$)/.test(first)) return undefined;
  const cause = trace.find((line) => line.startsWith(CAUSED_BY));
  const said = message.includes(first.trim()) ? [] : [first.trim()];
  const words = cause === undefined ? said : [...said, cause.trim()];
  return words.length === 0 ? undefined : words.join("\n");
}
