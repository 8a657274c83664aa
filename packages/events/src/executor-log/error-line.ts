/** A Java stack trace, taken apart: class and message of its first line, and the OutOfMemoryError among its causes. */

export interface ErrorLine {
  readonly errorClass: string;
  readonly message: string;
}

/** What a line of a trace begins with that names a cause. */
export const CAUSED_BY = "Caused by: ";

/** `java.lang.OutOfMemoryError: Java heap space` → class and message; without a colon all of it is the class. */
export function errorOf(line: string): ErrorLine {
  const colon = line.indexOf(": ");
  if (colon < 0) return { errorClass: line.replace(/:?\s*$/, ""), message: "" };
  return { errorClass: line.slice(0, colon), message: line.slice(colon + 2) };
}

/** java.lang's, Netty's OutOfDirectMemoryError, Spark's SparkOutOfMemoryError. */
const OUT_OF_MEMORY = /^[\w.$]*OutOf(?:Direct)?MemoryError(?=:|\s*$)/;

/** The OutOfMemoryError that a line of a trace names, the throwable itself or a cause. */
export function outOfMemoryOf(line: string): ErrorLine | undefined {
  const error = line.startsWith(CAUSED_BY) ? line.slice(CAUSED_BY.length) : line;
  return OUT_OF_MEMORY.test(error) ? errorOf(error) : undefined;
}

/**
 * True where a throwable's message is the stack trace of another JVM, whose causes follow as if they were its own:
 * TransportResponseHandler.handle, 1.2 to 4.2 (`RpcFailure`, `ChunkFetchFailure`).
 */
export function quotesAnother(line: string): boolean {
  return /^(?:Caused by: )?(?:java\.lang\.RuntimeException: (?:[a-z]\w*\.)+[A-Z]|[\w.$]*ChunkFetchFailureException\b)/.test(
    line,
  );
}

/** The first cause that is an OutOfMemoryError, of a throwable that is none. `trace` begins with the throwable's own line. */
export function outOfMemoryCause(trace: readonly string[]): ErrorLine | undefined {
  const [first, ...below] = trace;
  if (first === undefined || outOfMemoryOf(first) !== undefined || quotesAnother(first)) {
    return undefined;
  }
  for (const line of below) {
    if (!line.startsWith(CAUSED_BY)) continue;
    const found = outOfMemoryOf(line);
    if (found !== undefined) return found;
    if (quotesAnother(line)) return undefined;
  }
  return undefined;
}
