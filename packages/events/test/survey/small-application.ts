/** A small application's logs, written as Spark 3.5 writes them, with any zone, skew and layout. */

export interface SmallApplication {
  readonly appId?: string;
  readonly properties?: Readonly<Record<string, string>>;
  readonly attemptId?: string;
  /** ms, UTC */
  readonly start?: number;
  readonly executors?: readonly string[];
  readonly tasks?: number;
  /** ms from a task's launch to the next one's */
  readonly step?: number;
  /** the executors' wall clock, ms ahead of UTC, by UTC */
  readonly ahead?: (utcMs: number) => number;
  readonly port?: number;
  readonly userTimeZone?: string;
  /** print milliseconds */
  readonly millis?: boolean;
  /** the executor logs say which application they are of */
  readonly namesApplication?: boolean;
}

const two = (value: number): string => String(value).padStart(2, "0");

function stamp(wallMs: number, millis: boolean): string {
  const at = new Date(wallMs);
  const day = `${two(at.getUTCFullYear() % 100)}/${two(at.getUTCMonth() + 1)}/${two(at.getUTCDate())}`;
  const time = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
  return millis
    ? `${day} ${time}.${String(at.getUTCMilliseconds()).padStart(3, "0")}`
    : `${day} ${time}`;
}

/**
 * Texts by path: `app/<app id>`, `app/executor-<id>.log`. Task n runs on executor n mod their
 * number for 600 ms.
 */
export function smallApplication(options: SmallApplication = {}): Record<string, string> {
  const {
    appId = "app-20261121023644-0000",
    start = Date.UTC(2026, 10, 21, 2, 36, 44),
    executors = ["0", "1"],
    tasks = 20,
    step = 250,
    ahead = () => 0,
    port = 40_000,
    millis = false,
    namesApplication = true,
  } = options;
  const events: object[] = [
    { Event: "SparkListenerLogStart", "Spark Version": "3.5.6" },
    {
      Event: "SparkListenerEnvironmentUpdate",
      "JVM Information": {},
      "Spark Properties": { "spark.app.name": "small", ...options.properties },
      "System Properties": options.userTimeZone ? { "user.timezone": options.userTimeZone } : {},
    },
    {
      Event: "SparkListenerApplicationStart",
      "App Name": "small",
      "App ID": appId,
      Timestamp: start,
      User: "spark",
      ...(options.attemptId ? { "App Attempt ID": options.attemptId } : {}),
    },
  ];
  const logs = new Map<string, string[]>();
  const lines = new Map<string, { at: number; text: string }[]>();
  const print = (executor: string, utcMs: number, text: string): void => {
    const line = `${stamp(utcMs + ahead(utcMs), millis)} INFO ${text}`;
    const printed = lines.get(executor) ?? [];
    printed.push({ at: utcMs, text: line });
    lines.set(executor, printed);
  };
  executors.forEach((executor, index) => {
    logs.set(
      executor,
      namesApplication
        ? [
            `Spark Executor Command: "/usr/bin/java" "-cp" "x.jar" "-Xmx512M" "org.apache.spark.executor.CoarseGrainedExecutorBackend" "--driver-url" "spark://CoarseGrainedScheduler@localhost:1" "--executor-id" "${executor}" "--hostname" "localhost" "--cores" "2" "--app-id" "${appId}"`,
            "========================================",
            "",
          ]
        : [],
    );
    const added = start + 500 + index;
    events.push(
      {
        Event: "SparkListenerExecutorAdded",
        Timestamp: added,
        "Executor ID": executor,
        "Executor Info": { Host: "localhost", "Total Cores": 2, "Log Urls": {} },
      },
      {
        Event: "SparkListenerBlockManagerAdded",
        "Block Manager ID": { "Executor ID": executor, Host: "localhost", Port: port + index },
        "Maximum Memory": 200_500_838,
        Timestamp: added + 50,
      },
    );
    print(executor, added, `Executor: Starting executor ID ${executor} on host localhost`);
    print(
      executor,
      added + 60,
      `BlockManager: Initialized BlockManager: BlockManagerId(${executor}, localhost, ${port + index}, None)`,
    );
  });
  const ends: { at: number; event: object }[] = [];
  for (let task = 0; task < tasks; task++) {
    const executor = executors[task % executors.length] ?? "0";
    const launched = start + 2000 + task * step;
    const finished = launched + 600;
    const info = {
      "Task ID": task,
      Index: task,
      Attempt: 0,
      "Partition ID": task,
      "Launch Time": launched,
      "Executor ID": executor,
      Host: "localhost",
      Locality: "PROCESS_LOCAL",
      Speculative: false,
      "Getting Result Time": 0,
      "Finish Time": 0,
      Failed: false,
      Killed: false,
      Accumulables: [],
    };
    ends.push({
      at: launched,
      event: {
        Event: "SparkListenerTaskStart",
        "Stage ID": 0,
        "Stage Attempt ID": 0,
        "Task Info": info,
      },
    });
    ends.push({
      at: finished,
      event: {
        Event: "SparkListenerTaskEnd",
        "Stage ID": 0,
        "Stage Attempt ID": 0,
        "Task Type": "ResultTask",
        "Task End Reason": { Reason: "Success" },
        "Task Info": { ...info, "Finish Time": finished },
        "Task Metrics": {},
      },
    });
    const name = `task ${task}.0 in stage 0.0 (TID ${task})`;
    print(executor, launched + 3, `CoarseGrainedExecutorBackend: Got assigned task ${task}`);
    print(executor, launched + 4, `Executor: Running ${name}`);
    print(
      executor,
      launched + 300,
      `MemoryStore: Block rdd_0_${task} stored as values in memory (estimated size 1024.0 KiB, free 100.0 MiB)`,
    );
    print(executor, finished - 4, `Executor: Finished ${name}. 1000 bytes result sent to driver`);
  }
  ends.sort((a, b) => a.at - b.at);
  events.push(...ends.map((end) => end.event), {
    Event: "SparkListenerApplicationEnd",
    Timestamp: start + 3000 + tasks * step,
  });
  const texts: Record<string, string> = {
    [`app/${appId}`]: events.map((event) => `${JSON.stringify(event)}\n`).join(""),
  };
  for (const [executor, head] of logs) {
    const printed = (lines.get(executor) ?? []).sort((a, b) => a.at - b.at);
    const all = [...head, ...printed.map((line) => line.text)];
    texts[`app/executor-${executor}.log`] = `${all.join("\n")}\n`;
  }
  return texts;
}
