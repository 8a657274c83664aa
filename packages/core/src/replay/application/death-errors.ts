/**
 * What an error's own words say ran out: one rule each, in the order in which they are believed.
 */
import type { FailureClass, OutOfMemoryClass } from "../../rows.ts";

/**
 * Words of a kernel, init, batch system or container service that killed a process for its memory:
 * Linux (oom_kill.c), systemd, Slurm, LSF, PBS, ECS.
 */
export const KILLED_FOR_MEMORY: RegExp =
  /\bOOM[ -]killer\b|\boom[-_ ]kill|cgroup out[- ]of[- ]memory|Out of memory: Kill(?:ed)? process|Container killed due to memory usage|TERM_MEMLIMIT|job killed: [pv]?mem\b|\boom-kill\b|possible out of memory|caused by an OOM error/i;

/**
 * Wordings of Spark 1.2 to 4.2, of JDK 7 to 21, Gluten, Comet, RAPIDS and Python.
 * Errors of other memories come first: their messages often hold `OutOfMemory` too.
 */
const MEMORY: readonly (readonly [RegExp, OutOfMemoryClass])[] = [
  [/Not enough memory to build and broadcast/, "broadcast"],
  [KILLED_FOR_MEMORY, "container"],
  [
    /Not enough spark off-heap execution memory|SparkOutOfMemoryError|UNABLE_TO_ACQUIRE_MEMORY|SPILL_OUT_OF_MEMORY|Unable to acquire \d+ bytes of memory|Can't acquire \d+ bytes memory|error while calling spill|not enough memory to build (?:the )?hash map|Unable to grow the pointer array/i,
    "task_memory",
  ],
  [
    /\bGpu\w*OOM\b|rapids\.jni\.(?:Split\w*|Retry)OOM\b|GPU OutOfMemory|GpuOutOfMemory|cudaErrorMemoryAllocation|CUDA out of memory|CUDA error|RMM failure|\brmm::out_of_memory|OOM when allocating tensor.*\bGPU\b/,
    "gpu",
  ],
  [
    /Resources exhausted|MEM_(?:CAP_EXCEEDED|ALLOC_ERROR)|Exceeded memory (?:pool )?cap|std::bad_alloc|Failed to acquire \d+ bytes|\bCpu\w*OOM\b/i,
    "native_engine",
  ],
  [
    /\b_?(?:Array|Arrow)?MemoryError\b|OOM when allocating tensor|DefaultCPUAllocator: (?:not enough|can't allocate) memory/,
    "python",
  ],
  [
    /insufficient memory for the Java Runtime|os::commit_memory|Native memory allocation|Out of swap space|OutOfMemoryError: Map failed|error=12\b|errno=12\b|Cannot allocate memory|IOException: Out of memory|cannot allocate (?:vector of size|memory block)/,
    "native",
  ],
  [
    /OutOfDirectMemoryError|byte\(s\) of direct memory|arrow\.memory\.OutOfMemoryException|due to Netty OOM/,
    "direct",
  ],
];

/** What a full disk says, whichever error it is wrapped in: no memory ran out. */
const DISK_FULL = /No space left on device|Disk quota exceeded/i;
const DISK = /No space left on device|Disk quota exceeded|Failed to create (?:any )?local dir/i;

/** Of java.lang.OutOfMemoryError; none of them: the heap. */
const JVM: readonly (readonly [RegExp, OutOfMemoryClass])[] = [
  [/GC overhead limit exceeded/, "gc_overhead"],
  [/direct (?:buffer )?memory/i, "direct"],
  [/Metaspace|Compressed class space/, "metaspace"],
  [/PermGen/, "permgen"],
  [/unable to create (?:new )?native thread/, "native_thread"],
  [
    /Requested array size exceeds|Required (?:array )?length|array size exceeds VM limit|hugeCapacity/,
    "array_size",
  ],
];

const OTHERS: readonly (readonly [RegExp, FailureClass])[] = [
  [DISK, "disk"],
  [/^Failed to allocate a page\b/, "page"],
  [
    /(?:System|Executor|Driver) memory \d+ must be at least|Required (?:executor|AM) memory|is above the max threshold|initialization of VM/,
    "start_refused",
  ],
  [/has not accepted any resources/, "no_resources"],
  [
    /TooLargePageException|Cannot allocate a page of|maxResultSize|Kryo serialization failed: Buffer overflow|KryoException: Buffer overflow|KRYO_BUFFER_OVERFLOW|Cannot grow (?:BufferHolder|internal buffer)|BufferHolder|which exceeds max allowed|spark\.rpc\.message\.maxSize|akka\.frameSize|Size exceeds Integer\.MAX_VALUE|Too large frame|Cannot broadcast the table|larger than 8 ?G|COLLECTION_SIZE_LIMIT|exceeds the array size limit/i,
    "size_limit",
  ],
  [
    /Python worker exited unexpectedly|fatal error has been detected by the Java Runtime|: line \d+: +\d+ (?:Killed|Aborted|Segmentation fault)\b/,
    "crash",
  ],
  [
    /^(?:ExecutorLostFailure|SlaveLost|ExecutorExited)\b|^Master removed worker |^Removing \S+ because we got no heartbeat|^Executors with ids \S+ were not detected/,
    "executor_lost",
  ],
  [
    /^(?:FetchFailed|[\w.]*FetchFailedException)\b|^Failed to get block\(s\) from |^Exception while beginning fetch of |^Failed to fetch (?:remote )?block |^Failed while starting block fetches|^Missing an output location for shuffle |^Error communicating with MapOutputTracker|^Error opening block |^Connection to \S+ has been quiet|due to a fetch failure from |^\w+Stage \d+ failed: [\w.]*FetchFailedException/,
    "fetch",
  ],
  [/RECEIVED SIGNAL/, "signal"],
  // Of a driver's pod: executors' are lost.
  [/\bOOMKilled\b|\bbeyond (?:the )?'?physical'? memory limit/i, "container"],
  // What stands around Spark tells so of the process whose log it is.
  [
    /^Killed$|Answer from Java side is empty|driver has stopped unexpectedly|User application exited with (?:134|137|139|143)\b|Python kernel (?:is unresponsive|died)|(?:\b(?:code|status|signal)|exitCode)\W{1,3}(?:Negsignal\.)?(?:-?9|-?15|134|137|139|143|SIG[A-Z]{3,4})\b|status=9\/KILL/,
    "crash",
  ],
  [
    /; aborting job|^Final app status: FAILED|^Job \d+ failed: |^\w+Stage \d+ failed$|^Task \d+ in stage [\d.]+ failed$/,
    "aborted",
  ],
];

/** Class of an error by its Java class and message; `undefined`: it names no memory. */
export function oomClassOf(
  errorClass: string | undefined,
  message: string | undefined,
): OutOfMemoryClass | undefined {
  const text = textOf(errorClass, message);
  if (DISK_FULL.test(text)) return undefined;
  const rule = MEMORY.find(([pattern]) => pattern.test(text));
  if (rule !== undefined) return rule[1];
  if (!/OutOfMemoryError/.test(text)) return undefined;
  return JVM.find(([pattern]) => pattern.test(text))?.[1] ?? "jvm_heap";
}

/** The same of any failure: `other` where its words name neither a memory nor a limit. */
export function failureClassOf(
  errorClass: string | undefined,
  message: string | undefined,
): FailureClass {
  const memory = oomClassOf(errorClass, message);
  if (memory !== undefined) return memory;
  const text = textOf(errorClass, message);
  return OTHERS.find(([pattern]) => pattern.test(text))?.[1] ?? "other";
}

function textOf(errorClass: string | undefined, message: string | undefined): string {
  if (errorClass === undefined || errorClass === "") return message ?? "";
  return message === undefined ? errorClass : `${errorClass}: ${message}`;
}

const REQUESTS: readonly RegExp[] = [
  /Unable to acquire (\d+) bytes of memory(?:, got (\d+))?/,
  /Can't acquire (\d+) bytes memory to build hash relation, got (\d+) bytes/,
  /off-heap execution memory\. Acquired: (\d+), granted: (\d+)/,
  /Failed to acquire (\d+) bytes(?:, only got (\d+))?/,
  /Failed to allocate additional (\d+) bytes/,
  /failed to allocate (\d+) byte\(s\) of direct memory/,
  /Cannot reserve (\d+) bytes of direct buffer memory/,
  /os::commit_memory\(0x[\da-f]+, (\d+)/,
  /failed to (?:map|allocate) \(?\w*\)? ?(\d+) bytes/,
];

/** What an error says was asked for and what there was; bytes. */
export function requestOf(message: string): {
  readonly requestedBytes: number | undefined;
  readonly grantedBytes: number | undefined;
} {
  for (const pattern of REQUESTS) {
    const match = pattern.exec(message);
    if (match !== null)
      return { requestedBytes: bytesOf(match[1]), grantedBytes: bytesOf(match[2]) };
  }
  return { requestedBytes: undefined, grantedBytes: undefined };
}

function bytesOf(digits: string | undefined): number | undefined {
  if (digits === undefined) return undefined;
  const bytes = Number(digits);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
