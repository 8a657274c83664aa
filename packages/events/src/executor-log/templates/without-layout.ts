/**
 * Lines that the JVM or a launcher prints below no layout at all (spec/log-templates.md X13, X15):
 * of some deaths nothing else is left.
 */
import { errorOf } from "../error-line.ts";
import { type LogTemplate, template } from "../log-template.ts";

/** Stands for the driver's thread that Python called. */
export const PY4J = "Py4J";

export const WITHOUT_LAYOUT: readonly LogTemplate[] = [
  template({
    name: "X13",
    level: "ERROR",
    says: 'Exception in thread "{text}" {text}',
    example: 'Exception in thread "main" java.lang.OutOfMemoryError: Java heap space',
    fact: (thread, error) => ({ kind: "uncaught_error", thread, ...errorOf(error) }),
  }),
  template({
    name: "X13",
    level: "ERROR",
    says: "java.lang.OutOfMemoryError: {text}",
    example: "java.lang.OutOfMemoryError: Java heap space",
    // A JVM that dumps its heap says so, and lives on.
    fact: (message) => ({
      kind: "error_logged",
      errorClass: "java.lang.OutOfMemoryError",
      message,
      isCause: false,
    }),
  }),
  template({
    name: "X13",
    level: "ERROR",
    says: "java.io.IOException: No space left on device{text}",
    example: "java.io.IOException: No space left on device",
    fact: () => ({
      kind: "trouble_logged",
      what: "process",
      message: "java.io.IOException: No space left on device",
    }),
  }),
  // Thrown in tasks alone, by Spark and by Gluten.
  template({
    name: "X13",
    level: "ERROR",
    says: "org.apache.spark.memory.SparkOutOfMemoryError: {text}",
    example:
      "org.apache.spark.memory.SparkOutOfMemoryError: Unable to acquire 67108848 bytes of memory, got 65700208 bytes. Available: 65700208",
    fact: (message) => outOfMemory(message, "org.apache.spark.memory.SparkOutOfMemoryError"),
  }),
  // Py4J's error of a call that the driver's own JVM failed in.
  template({
    name: "X13",
    level: "ERROR",
    says: ": java.lang.OutOfMemoryError: {text}",
    example: ": java.lang.OutOfMemoryError: Java heap space",
    fact: (message) => ({ ...outOfMemory(message), thread: PY4J }),
  }),
  template({
    name: "X13",
    level: "ERROR",
    says: "Terminating due to java.lang.OutOfMemoryError: {text}",
    example: "Terminating due to java.lang.OutOfMemoryError: Java heap space",
    fact: (message) => outOfMemory(message),
  }),
  template({
    name: "X13",
    level: "ERROR",
    says: "Aborting due to java.lang.OutOfMemoryError: {text}",
    example: "Aborting due to java.lang.OutOfMemoryError: GC overhead limit exceeded",
    fact: (message) => outOfMemory(message),
  }),
  // -XX:OnOutOfMemoryError, -XX:+CrashOnOutOfMemoryError: the JVM's report begins so.
  template({
    name: "X13",
    level: "ERROR",
    says: "# java.lang.OutOfMemoryError: {text}",
    example: "# java.lang.OutOfMemoryError: Java heap space",
    fact: (message) => outOfMemory(message),
  }),
  template({
    name: "X13",
    level: "ERROR",
    says: "Exception: java.lang.OutOfMemoryError thrown from the UncaughtExceptionHandler in thread {text}",
    example:
      'Exception: java.lang.OutOfMemoryError thrown from the UncaughtExceptionHandler in thread "dispatcher-Executor"',
    fact: (thread) => ({
      kind: "uncaught_error",
      thread: thread.replaceAll('"', ""),
      errorClass: "java.lang.OutOfMemoryError",
      message: "thrown from the UncaughtExceptionHandler",
    }),
  }),
  template({
    name: "X13",
    level: "ERROR",
    says: "# There is insufficient memory for the Java Runtime Environment to continue{text}",
    example: "# There is insufficient memory for the Java Runtime Environment to continue.",
    fact: () => ({
      kind: "uncaught_error",
      thread: undefined,
      errorClass: "",
      message: "There is insufficient memory for the Java Runtime Environment to continue.",
    }),
  }),
  template({
    name: "X13",
    level: "ERROR",
    says: "OpenJDK 64-Bit Server VM warning: INFO: os::commit_memory({text}",
    example:
      "OpenJDK 64-Bit Server VM warning: INFO: os::commit_memory(0x00000007a0000000, 12288, 0) failed; error='Not enough space' (errno=12)",
    fact: (text) => ({
      kind: "uncaught_error",
      thread: undefined,
      errorClass: "",
      message: `os::commit_memory(${text}`,
    }),
  }),
  template({
    name: "X13",
    level: "ERROR",
    says: "Java HotSpot(TM) 64-Bit Server VM warning: INFO: os::commit_memory({text}",
    example:
      "Java HotSpot(TM) 64-Bit Server VM warning: INFO: os::commit_memory(0x00000007a0000000, 12288, 0) failed; error='Cannot allocate memory' (errno=12)",
    fact: (text) => ({
      kind: "uncaught_error",
      thread: undefined,
      errorClass: "",
      message: `os::commit_memory(${text}`,
    }),
  }),
  template({
    name: "X13",
    level: "ERROR",
    says: "terminate called after throwing an instance of 'std::bad_alloc'{text}",
    example: "terminate called after throwing an instance of 'std::bad_alloc'",
    fact: () => ({
      kind: "uncaught_error",
      thread: undefined,
      errorClass: "std::bad_alloc",
      message: "terminate called after throwing an instance of 'std::bad_alloc'",
    }),
  }),
  template({
    name: "X15",
    level: "ERROR",
    says: "Error occurred during initialization of VM{text}",
    example: "Error occurred during initialization of VM",
    awaitsTrace: true,
    fact: (_rest, { trace: [why = ""] }) => ({
      kind: "trouble_logged",
      what: "process",
      message: `Error occurred during initialization of VM: ${why}`,
    }),
  }),
  template({
    name: "X15",
    level: "ERROR",
    says: "# A fatal error has been detected by the Java Runtime Environment:{text}",
    example: "# A fatal error has been detected by the Java Runtime Environment:",
    fact: () => ({
      kind: "trouble_logged",
      what: "process",
      message: "A fatal error has been detected by the Java Runtime Environment",
    }),
  }),
];

function outOfMemory(message: string, errorClass = "java.lang.OutOfMemoryError") {
  return { kind: "uncaught_error", thread: undefined, errorClass, message } as const;
}

/** An exception of Spark's that is all there is, in a file of which no line has a layout. */
export const BARE_EXCEPTION: LogTemplate = template({
  name: "X13",
  level: "ERROR",
  says: "org.apache.spark.{word}: {text}",
  example:
    "org.apache.spark.shuffle.FetchFailedException: Block shuffle_1_12_80 fetch failed after 10 retries due to Netty OOM",
  fact: (name, message) =>
    /(?:Exception|Error)$/.test(name)
      ? { kind: "error_logged", errorClass: `org.apache.spark.${name}`, message, isCause: false }
      : undefined,
});
