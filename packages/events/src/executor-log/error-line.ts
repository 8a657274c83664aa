/**
 * A Java stack trace, taken apart: class and message of its first line, the error of memory among
 * its causes.
 */
import { CAUSED_BY } from "../user-frame.ts";

export interface ErrorLine {
  readonly errorClass: string;
  readonly message: string;
}

/**
 * `java.lang.OutOfMemoryError: Java heap space` → class and message; without a colon all of it is
 * the class.
 */
export function errorOf(line: string): ErrorLine {
  const colon = line.indexOf(": ");
  if (colon < 0) return { errorClass: line.replace(/:?\s*$/, ""), message: "" };
  return { errorClass: line.slice(0, colon), message: line.slice(colon + 2) };
}

/**
 * An OutOfMemoryError without a message, and the frame that threw it as one: an array that grew
 * beyond what a JVM has says no more (`ByteArrayOutputStream.hugeCapacity`).
 */
export function withFrame(error: string, below: readonly string[]): string {
  if (!/OutOfMemoryError:?\s*$/.test(error)) return error;
  const frame = /^\s+at ([\w.$<>/]{3,400})\(/.exec(below[0] ?? "")?.[1];
  return frame === undefined ? error : `${error.replace(/:?\s*$/, "")}: in ${frame}`;
}

/** java.lang's, Netty's OutOfDirectMemoryError, Spark's SparkOutOfMemoryError. */
const OUT_OF_MEMORY = /^[\w.$]*OutOf(?:Direct)?MemoryError(?=:|\s*$)/;

/**
 * Errors of other classes whose words name a memory or a limit (Spark 1.2 to 4.2, Gluten, Comet,
 * RAPIDS).
 */
const IN_OTHER_WORDS =
  /^[\w.$]+(?:Exception|Error|OOM): .*?(?:Not enough memory to build and broadcast|Not enough spark off-heap execution memory|(?:System|Executor|Driver) memory \d+ must be at least|Required (?:executor|AM) memory|Resources exhausted|Kryo serialization failed: Buffer overflow|KryoException: Buffer overflow|Cannot broadcast the table|RMM failure|CUDA error|maxResultSize|which exceeds max allowed|error=12\b|Cannot allocate memory)|^[\w.$]*(?:TooLargePageException|Gpu\w*OOM|arrow\.memory\.OutOfMemoryException)(?=:|\s*$)/;

/** The error of memory that a line of a trace names, the throwable itself or a cause. */
export function outOfMemoryOf(line: string): ErrorLine | undefined {
  const error = line.startsWith(CAUSED_BY) ? line.slice(CAUSED_BY.length) : line;
  return OUT_OF_MEMORY.test(error) || IN_OTHER_WORDS.test(error) ? errorOf(error) : undefined;
}

/** What a worker of Python or R says below Spark's exception: its error, in one line. */
export function workerErrorOf(trace: readonly string[]): string | undefined {
  if (/\bR (?:computation failed|unexpectedly exited)/.test(trace[0] ?? "")) {
    return trace
      .slice(1)
      .find((line) => /\S/.test(line) && !/^\s+at /.test(line))
      ?.trim();
  }
  if (!/PythonException\b|PythonRunner|Traceback \(most recent/.test(trace[0] ?? ""))
    return undefined;
  let error: string | undefined;
  for (const line of trace.slice(1)) {
    if (/^\s+at /.test(line)) break;
    if (/^[\w.]+(?:Error|Exception|Exit|Interrupt)\b/.test(line)) error = line;
  }
  return error;
}

/**
 * True where a throwable's message is the stack trace of another JVM, whose causes follow as if
 * they were its own: TransportResponseHandler.handle, 1.2 to 4.2 (`RpcFailure`,
 * `ChunkFetchFailure`).
 */
export function quotesAnother(line: string): boolean {
  return /^(?:Caused by: )?(?:java\.lang\.RuntimeException: (?:[a-z]\w*\.)+[A-Z]|[\w.$]*ChunkFetchFailureException\b)/.test(
    line,
  );
}

/** Velox (Gluten) prints what went wrong in lines of its own, right below the exception's. */
const ENGINE_CODE = /^Error Code: MEM_/;
const ENGINE_MEMORY =
  /off-heap execution memory|Exceeded memory|bad_alloc|Failed to acquire|out of memory/i;
const ENGINE_REASON = "Reason: ";
const ENGINE_LINES = 8;

/** Of Python (and what it loads: Arrow, NumPy, PyTorch, TensorFlow) and R. */
const WORKERS_MEMORY =
  /\b_?(?:Array|Arrow)?MemoryError\b|out of memory|\bOutOfMemoryError\b|\bOOM when allocating\b|[Cc]annot allocate (?:memory|vector)|DefaultCPUAllocator|\bbad_alloc\b/;

/**
 * The first cause that is an OutOfMemoryError, of a throwable that is none. `trace` begins with the
 * throwable's own line.
 */
export function outOfMemoryCause(trace: readonly string[]): ErrorLine | undefined {
  const [first, ...below] = trace;
  if (first === undefined || outOfMemoryOf(first) !== undefined || quotesAnother(first)) {
    return undefined;
  }
  const worker = workerErrorOf(trace);
  if (worker !== undefined && WORKERS_MEMORY.test(worker)) return errorOf(worker);
  const engine = below.slice(0, ENGINE_LINES);
  const reason = engine.find((line) => line.startsWith(ENGINE_REASON));
  if (engine.some((line) => ENGINE_CODE.test(line)) || ENGINE_MEMORY.test(reason ?? "")) {
    return {
      ...errorOf(first),
      message: reason?.slice(ENGINE_REASON.length) ?? "MEM_CAP_EXCEEDED",
    };
  }
  for (const line of below) {
    if (!line.startsWith(CAUSED_BY)) continue;
    const found = outOfMemoryOf(line);
    if (found !== undefined) return found;
    if (quotesAnother(line)) return undefined;
  }
  return undefined;
}
