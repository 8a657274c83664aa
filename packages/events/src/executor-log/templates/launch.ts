/** The command that starts an executor: its Xmx, flags, id, cores, application. */
import type { LogFact } from "@respark/core";
import { type LogTemplate, template } from "../log-template.ts";

export const LAUNCH: readonly LogTemplate[] = [
  template({
    name: "X0",
    level: "INFO",
    says: "Spark Executor Command: {text}",
    example:
      'Spark Executor Command: "/usr/bin/java" "-cp" "a.jar" "-Xmx512M" "-XX:+UseG1GC" "org.apache.spark.executor.CoarseGrainedExecutorBackend" "--driver-url" "spark://d" "--executor-id" "0" "--hostname" "localhost" "--cores" "2" "--app-id" "app-20261121023631-0000"',
    fact: executorCommand,
  }),
  // The entry point of Spark's own container image, with `set -x`.
  template({
    name: "X0",
    since: "2.3",
    level: "INFO",
    says: "+ exec {text}",
    example:
      "+ exec /usr/bin/tini -s -- /opt/java/openjdk/bin/java -Xms4g -Xmx4g -cp /opt/spark/jars/* org.apache.spark.executor.CoarseGrainedExecutorBackend --driver-url spark://d --executor-id 3 --cores 4 --app-id spark-0123456789abcdef0123456789abcdef --hostname 10.1.2.3",
    fact: launchOf,
  }),
  // launch_container.sh of YARN, which stands in aggregated logs.
  template({
    name: "X0",
    level: "INFO",
    says: 'exec /bin/bash -c "{text}',
    example:
      'exec /bin/bash -c "$JAVA_HOME/bin/java -server -Xmx4096m -Djava.io.tmpdir=$PWD/tmp org.apache.spark.executor.YarnCoarseGrainedExecutorBackend --driver-url spark://d --executor-id 3 --hostname node7 --cores 4 --app-id application_1480000000000_0001 --resourceProfileId 0 1>/logs/stdout 2>/logs/stderr"',
    fact: launchOf,
  }),
];

/** Only commands that start an executor. */
function launchOf(command: string): LogFact | undefined {
  return / --executor-id \d/.test(command) ? executorCommand(command) : undefined;
}

/** Reads a java command line, quoted or not, for what it says of one executor. */
export function executorCommand(command: string): LogFact {
  const words = commandWords(command);
  const after = (flag: string): string | undefined => {
    const at = words.indexOf(flag);
    return at < 0 ? undefined : words[at + 1];
  };
  const cores = Number(after("--cores") ?? Number.NaN);
  return {
    kind: "executor_command",
    executorId: after("--executor-id"),
    appId: after("--app-id"),
    cores: Number.isInteger(cores) && cores > 0 && cores <= MOST_CORES ? cores : undefined,
    xmxBytes: xmxBytes(words),
    jvmFlags: words.filter((word) => /^-(?:XX:|X\w|D|-add-|javaagent)/.test(word)).map(redacted),
  };
}

function commandWords(command: string): string[] {
  if (!command.startsWith('"')) return command.split(/\s+/);
  return [...command.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((word) => word[1] ?? "");
}

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
};

/** Spark's own type for them. */
const MOST_CORES = 2 ** 31 - 1;

/** The last -Xmx wins, as for the JVM; one beyond 2^53 bytes is damage, and nothing is known. */
function xmxBytes(words: readonly string[]): number | undefined {
  for (const word of [...words].reverse()) {
    const [, digits, unit = ""] = /^-(?:Xmx|XX:MaxHeapSize=)(\d+)([kmgt]?)$/i.exec(word) ?? [];
    if (digits === undefined) continue;
    const bytes = Number(digits) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
    return Number.isSafeInteger(bytes) ? bytes : undefined;
  }
  return undefined;
}

/** -D values that look secret are cut; their names stay. */
function redacted(flag: string): string {
  return flag.replace(
    /^(-D[^=]*(?:secret|password|token|credential|access[._-]?key)[^=]*)=.*$/i,
    "$1=*********",
  );
}
