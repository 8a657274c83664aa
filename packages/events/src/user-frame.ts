/** The frame of a Java stack trace at which the program's own code stood. */

/** What a line of a trace begins with that names a cause. */
export const CAUSED_BY = "Caused by: ";

const NOT_THE_PROGRAM =
  /^(?:java\.base\/|java\.|javax\.|jdk\.|sun\.|com\.sun\.|scala\.|py4j\.|org\.apache\.(?:spark|hadoop|gluten)\.|io\.netty\.|com\.esotericsoftware\.|com\.nvidia\.spark\.|\$line)/;

/**
 * The innermost frame of a trace that is the program's own: neither Spark's nor Java's nor Scala's
 * nor of what they use.
 */
export function userFrameOf(trace: readonly string[]): string | undefined {
  for (const line of trace) {
    const frame = /^\s*at ([\w$.<>/]+\([^()]*\))/.exec(line)?.[1];
    if (frame !== undefined && !NOT_THE_PROGRAM.test(frame)) return frame;
    if (line.startsWith(CAUSED_BY)) return undefined;
  }
  return undefined;
}
