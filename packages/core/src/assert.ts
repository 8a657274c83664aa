/**
 * The two ways in which a memory model says no: our own broken law, and a refusal that Spark itself
 * would have thrown.
 */

/** A law of the model is broken: our bug, never the user's. The message carries the numbers. */
export class ModelError extends Error {
  override readonly name = "ModelError";
}

export function assert(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new ModelError(message());
}

/** A new kind of something becomes a compile error here. */
export function assertNever(value: never): never {
  throw new ModelError(`no case for ${String(value)}`);
}

/**
 * What Spark throws at a caller: a misuse, a start-up failure, a task out of memory.
 * `sparkClass` is the full Java class name of the version at hand; the message has its words and
 * numbers.
 */
export class SparkFailure extends Error {
  override readonly name = "SparkFailure";
  readonly sparkClass: string;

  constructor(sparkClass: string, message: string) {
    super(message);
    this.sparkClass = sparkClass;
  }
}

export const JAVA_ASSERTION_ERROR = "java.lang.AssertionError";
export const JAVA_ILLEGAL_ARGUMENT = "java.lang.IllegalArgumentException";
export const JAVA_NUMBER_FORMAT = "java.lang.NumberFormatException";

/** Scala's `assert`. */
export function sparkAssert(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new SparkFailure(JAVA_ASSERTION_ERROR, `assertion failed: ${message()}`);
}

/** Scala's `require`. */
export function sparkRequire(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new SparkFailure(JAVA_ILLEGAL_ARGUMENT, `requirement failed: ${message()}`);
}
