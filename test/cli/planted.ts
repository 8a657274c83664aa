/**
 * Secrets in the places of an application's logs where people and programs write, each secret in
 * one place alone.
 */
import * as z from "zod";

/** Only the application's own regex for texts knows it. */
export const CARD = "card-4711";

/** How a secret looks where it stands; it may stand in any text. */
const SHAPES: readonly ((secret: string) => string)[] = [
  (s) => `postgresql://ann:${s}@db:5432/x`,
  (s) => `redis://:${s}@cache:6379`,
  (s) => `https://${s}@github.com/org/repo.git`,
  (s) => `mysql://ann:p@${s}@host/db`,
  (s) => `jdbc:oracle:thin:scott/${s}@db:1521:x`,
  (s) => `password=${s}`,
  (s) => `AccountKey=${s};EndpointSuffix=x`,
  (s) => `{"apiKey": "${s}"}`,
  (s) => `passwd: ${s}`,
  (s) => `pwd=${s}&x=1`,
  (s) => `passphrase = ${s}`,
  (s) => `https://acc.blob.core.windows.net/c?sv=1&sig=${s}&se=2`,
  (s) => `Authorization: Bearer ${s}`,
  (s) => `submit --password ${s} --class X`,
  (s) => `client_secret=${s}`,
  (s) => `-Djavax.net.ssl.keyStorePassword=${s}`,
  (s) => `https://s3/x?X-Amz-Signature=${s}&y=1`,
  (s) => `-----BEGIN PRIVATE KEY-----\n${s}\n-----END PRIVATE KEY-----`,
];

export interface Planted {
  readonly place: string;
  readonly secret: string;
}

/** Each secret stands in one place, so that what is found says from where. */
export class Planter {
  readonly planted: Planted[] = [];

  /** A secret, for a place whose key alone makes it one. */
  bare(place: string): string {
    // Letters alone: digits are left out of some outputs.
    const nth = (this.planted.length + 1000).toString();
    const secret = `Zq${nth.replaceAll(/\d/g, (digit) => "abcdefghij"[Number(digit)] ?? "")}HunterXk`;
    this.planted.push({ place, secret });
    return secret;
  }

  /** A secret in a text, in the next shape. */
  text(place: string): string {
    const shape = SHAPES[this.planted.length % SHAPES.length] ?? String;
    return `see ${shape(this.bare(place))} there, ${CARD}`;
  }

  /** All shapes of one place. */
  all(place: string): string {
    return SHAPES.map((shape, nth) => shape(this.bare(`${place}, shape ${nth}`))).join(" ");
  }
}

const json = z.record(z.string(), z.unknown());
type Json = z.infer<typeof json>;

const SECRET_KEYS = [
  "spark.app.apiKey",
  "spark.hadoop.fs.azure.account.key.acc.blob.core.windows.net",
  "spark.hadoop.fs.s3a.access.key",
  "spark.hadoop.fs.s3a.secret.key",
  "spark.ssl.keyPassword",
  "spark.db.passwd",
  "spark.db.pwd",
  "spark.vault.passphrase",
  "spark.storage.sas",
  "spark.oauth.credential",
  "spark.executorEnv.AWS_SECRET_ACCESS_KEY",
  "spark.kafka.clusters.auth.token",
  "spark.hadoop.javax.jdo.option.ConnectionPassword",
  "spark.mapreduce.job.hdfs.encryption.key",
];

const TEXT_KEYS = [
  "spark.executor.extraJavaOptions",
  "spark.driver.extraJavaOptions",
  "spark.jars",
  "spark.yarn.dist.files",
  "spark.sql.catalog.lake.uri",
  "spark.eventLog.dir",
];

/**
 * The first application of an event log with secrets, and at its end events that it did not hold.
 */
export function plantedEvents(log: string, plant: Planter): string {
  const seen = new Set<string>();
  const all = log.trimEnd().split("\n");
  const end = all.findIndex((line) => line.includes("SparkListenerApplicationEnd"));
  const lines = all.slice(0, end).map((line) => {
    const event = json.parse(JSON.parse(line));
    const kind = String(event["Event"]).replace(/^.*\.?SparkListener/, "");
    if (seen.has(kind)) return line;
    const change = CHANGES[kind];
    if (change === undefined) return line;
    seen.add(kind);
    change(event, plant);
    return JSON.stringify(event);
  });
  return [
    ...lines,
    ...moreEvents(plant),
    `{"Event":"SparkListenerJobStart", ${plant.text("broken line")}`,
    "",
  ].join("\n");
}

function inner(event: Json, name: string): Json {
  const found = event[name];
  const part = json.parse(Array.isArray(found) ? found[0] : found);
  event[name] = Array.isArray(found) ? [part, ...found.slice(1)] : part;
  return part;
}

function plantIn(where: string, object: Json, names: readonly string[], plant: Planter): void {
  for (const name of names) object[name] = plant.text(`${where}: ${name}`);
}

const RDD_TEXTS = ["Name", "Callsite"];

function plantStage(where: string, stage: Json, plant: Planter): void {
  plantIn(where, stage, ["Stage Name", "Details", "Failure Reason"], plant);
  const rdd = inner(stage, "RDD Info");
  plantIn(`${where}, RDD`, rdd, RDD_TEXTS, plant);
  rdd["Scope"] = JSON.stringify({ id: "1", name: plant.text(`${where}, RDD: Scope`) });
}

const CHANGES: Readonly<Record<string, (event: Json, plant: Planter) => void>> = {
  EnvironmentUpdate: (event, plant) => {
    const settings = inner(event, "Spark Properties");
    for (const key of SECRET_KEYS) settings[key] = plant.bare(`setting ${key}`);
    for (const key of TEXT_KEYS) settings[key] = plant.text(`setting ${key}`);
    settings["spark.everything"] = plant.all("setting");
    settings["spark.redaction.string.regex"] = "(?i)card-\\d{4}";
    plantIn("Hadoop property", inner(event, "Hadoop Properties"), ["fs.url", "x.password"], plant);
    const system = inner(event, "System Properties");
    plantIn("system property", system, ["sun.java.command", "java.class.path"], plant);
    plantIn("metrics property", inner(event, "Metrics Properties"), ["*.sink.url"], plant);
    inner(event, "Classpath Entries")[plant.text("class path")] = "System Classpath";
    plantIn("JVM", inner(event, "JVM Information"), ["Java Home"], plant);
  },
  ApplicationStart: (event, plant) => plantIn("application", event, ["App Name"], plant),
  ExecutorAdded: (event, plant) => {
    const info = inner(event, "Executor Info");
    plantIn("executor", inner(info, "Log Urls"), ["stdout", "stderr"], plant);
    plantIn("executor", inner(info, "Attributes"), ["CLUSTER"], plant);
  },
  SQLExecutionStart: (event, plant) => {
    plantIn("query", event, ["description", "details", "physicalPlanDescription"], plant);
    const plan = inner(event, "sparkPlanInfo");
    plantIn("query plan", plan, ["simpleString"], plant);
    plantIn("query plan metadata", inner(plan, "metadata"), ["Location"], plant);
    event["modifiedConfigs"] = { "spark.url": plant.text("query's settings") };
  },
  SQLAdaptiveExecutionUpdate: (event, plant) => {
    plantIn("adaptive plan", event, ["physicalPlanDescription"], plant);
    plantIn("adaptive plan node", inner(event, "sparkPlanInfo"), ["simpleString"], plant);
  },
  SQLExecutionEnd: (event, plant) => plantIn("query's end", event, ["errorMessage"], plant),
  JobStart: (event, plant) => {
    const texts = ["spark.job.description", "spark.jobGroup.id", "callSite.short", "callSite.long"];
    plantIn("job", inner(event, "Properties"), texts, plant);
    plantStage("job's stage", inner(event, "Stage Infos"), plant);
  },
  StageSubmitted: (event, plant) => {
    plantStage("stage begun", inner(event, "Stage Info"), plant);
    plantIn("stage", inner(event, "Properties"), ["spark.job.description", "my.password"], plant);
  },
  StageCompleted: (event, plant) => plantStage("stage ended", inner(event, "Stage Info"), plant),
  TaskEnd: (event, plant) => {
    const task = inner(event, "Task Info");
    const accumulable = inner(task, "Accumulables");
    plantIn("accumulable", accumulable, ["Name", "Update", "Value"], plant);
  },
};

/** Failures of every kind, which the log of a run that went well does not hold. */
function moreEvents(plant: Planter): string[] {
  const reasons: readonly Json[] = [
    {
      Reason: "ExceptionFailure",
      "Class Name": "java.sql.SQLException",
      Description: plant.text("exception's description"),
      "Stack Trace": [],
      "Full Stack Trace": `java.sql.SQLException: ${plant.text("stack trace")}\n\tat lab.X.y(X.java:1)`,
      "Accumulator Updates": [],
    },
    { Reason: "TaskKilled", "Kill Reason": plant.text("kill reason"), "Accumulator Updates": [] },
    {
      Reason: "ExecutorLostFailure",
      "Executor ID": "1",
      "Exit Caused By App": true,
      "Loss Reason": plant.text("loss reason"),
    },
    { Reason: "TaskCommitDenied", "Job ID": 0, "Partition ID": 0, "Attempt Number": 0 },
    {
      Reason: "FetchFailed",
      "Block Manager Address": { "Executor ID": "1", Host: "h", Port: 1 },
      "Shuffle ID": 0,
      "Map ID": 0,
      "Map Index": 0,
      "Reduce ID": 0,
      Message: plant.text("failed fetch"),
    },
  ];
  const ends = reasons.map((reason, nth) =>
    JSON.stringify({
      Event: "SparkListenerTaskEnd",
      "Stage ID": 0,
      "Stage Attempt ID": 0,
      "Task Type": "ResultTask",
      "Task End Reason": reason,
      "Task Info": {
        "Task ID": 900 + nth,
        Index: nth,
        Attempt: 1,
        "Launch Time": 1795228537511,
        "Executor ID": "1",
        Host: "localhost",
        Locality: "ANY",
        Speculative: false,
        "Getting Result Time": 0,
        "Finish Time": 1795228540077,
        Failed: true,
        Killed: false,
        Accumulables: [],
      },
    }),
  );
  const exception = {
    Message: plant.text("job's exception"),
    "Stack Trace": [
      { "Declaring Class": "a.B", "Method Name": "c", "File Name": "B.java", "Line Number": 1 },
    ],
  };
  return [
    ...ends,
    JSON.stringify({
      Event: "SparkListenerJobEnd",
      "Job ID": 0,
      "Completion Time": 1795228544918,
      "Job Result": { Result: "JobFailed", Exception: exception },
    }),
    JSON.stringify({
      Event: "SparkListenerExecutorRemoved",
      Timestamp: 1795228544918,
      "Executor ID": "1",
      "Removed Reason": plant.text("executor gone"),
    }),
    JSON.stringify({
      Event: "SparkListenerExecutorExcluded",
      time: 1795228544918,
      executorId: plant.text("excluded executor"),
      taskFailures: 1,
    }),
    JSON.stringify({ Event: "org.example.OwnEvent", text: plant.text("event of another's") }),
  ];
}

/** An executor's or the driver's log with secrets in its command and in what failed. */
export function plantedLines(log: string, whose: string, plant: Planter): string {
  const at = log.match(/^\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d/gm)?.at(-1) ?? "";
  // The application's regex is in its event log; a driver's log that names no application has none.
  const own = (what: string): string =>
    plant.text(`${whose}: ${what}`).replaceAll("\n", " ").replace(`, ${CARD}`, "");
  const failure = (what: string, line: (text: string) => string): string =>
    `${at} ${line(own(what))}`;
  return [
    log.trimEnd().replace(/"-Xmx/, `"-Durl=${own("command")}" "-Xmx`),
    failure(
      "exception",
      (text) =>
        `ERROR Executor: Exception in task 0.0 in stage 0.0 (TID 0)\njava.sql.SQLException: ${text}`,
    ),
    failure(
      "cause",
      (text) =>
        `ERROR Executor: Exception in task 1.0 in stage 0.0 (TID 1)\njava.lang.RuntimeException: x\nCaused by: java.sql.SQLException: ${text}`,
    ),
    failure(
      "no memory",
      (text) =>
        `ERROR Executor: Exception in task 2.0 in stage 0.0 (TID 2)\njava.lang.OutOfMemoryError: ${text}`,
    ),
    failure(
      "uncaught",
      (text) =>
        `ERROR SparkUncaughtExceptionHandler: Uncaught exception in thread Thread[x,5,main]\njava.lang.OutOfMemoryError: Java heap space ${text}`,
    ),
    failure(
      "lost task",
      (text) =>
        `WARN TaskSetManager: Lost task 0.0 in stage 0.0 (TID 0) (localhost executor 1): java.sql.SQLException: ${text}`,
    ),
    failure(
      "lost executor",
      (text) => `ERROR TaskSchedulerImpl: Lost executor 1 on localhost: ${text}`,
    ),
    failure("own line", (text) => `INFO Workload: connecting to ${text}`),
    failure(
      "line of no template",
      (text) => `INFO MemoryStore: Something of 14.0 MiB in memory, ${text}`,
    ),
    failure(
      "exit",
      (text) => `ERROR CoarseGrainedExecutorBackend: Executor self-exiting due to : ${text}`,
    ),
    "",
  ].join("\n");
}
