/**
 * Spark's own history server, from the `pyspark` package: installed in a folder of our own, started
 * on copies of event logs, asked, stopped.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { AskServer, Json } from "./server-numbers.ts";

const version = "3.5.6";
const port = 18_480;
/** Reflection that Spark needs on Java 17. Follows JavaModuleOptions, Spark 3.5.6. */
const opened = ["lang", "lang.invoke", "lang.reflect", "io", "net", "nio", "util"]
  .map((name) => `--add-opens=java.base/java.${name}=ALL-UNNAMED`)
  .concat("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");

/** The folder of Spark's jars; installs them where they are missing (300 MB). */
async function jars(): Promise<string> {
  const folder = join(tmpdir(), `respark-pyspark-${version}`);
  const python = join(folder, "bin/python");
  if (!existsSync(python)) execFileSync("python3", ["-m", "venv", folder]);
  execFileSync(python, ["-m", "pip", "install", "-q", `pyspark==${version}`], { stdio: "inherit" });
  const lib = join(folder, "lib");
  const [name = ""] = await readdir(lib);
  return join(lib, name, "site-packages/pyspark/jars");
}

export interface HistoryServer {
  readonly ask: AskServer;
  /** The name of the log that an application's numbers come from. */
  logOf(application: string): Promise<string>;
  stop(): void;
}

/** Resolves when every log of the directory is listed. */
export async function startHistoryServer(directory: string): Promise<HistoryServer> {
  const home = process.env["JAVA_HOME"];
  const java = home === undefined ? "java" : join(home, "bin/java");
  const server: ChildProcess = spawn(
    java,
    [
      "-cp",
      join(await jars(), "*"),
      "-Xmx2g",
      ...opened,
      `-Dspark.history.fs.logDirectory=file://${directory}`,
      `-Dspark.history.ui.port=${port}`,
      "-Dspark.history.fs.update.interval=1h",
      "org.apache.spark.deploy.history.HistoryServer",
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  server.stderr?.on("data", (text: Buffer) => {
    said = (said + text.toString()).slice(-4000);
  });
  const at = `http://localhost:${port}/api/v1/`;
  const ask: AskServer = async (path) => {
    const response = await fetch(at + path);
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    const json: Json = JSON.parse(await response.text());
    return json;
  };
  const expected = (await readdir(directory)).length;
  let listed = -1;
  for (let second = 0; second < 120; second++) {
    await sleep(1000);
    if (server.exitCode !== null) throw new Error(`the history server ended: ${said}`);
    const before = listed;
    listed = await ask("applications").then(attemptsIn, () => -1);
    if (listed >= expected || (listed > 0 && listed === before && second > 60)) break;
  }
  return {
    ask,
    logOf: async (application) => {
      const response = await fetch(`${at}applications/${application}/logs`);
      const zip = Buffer.from(await response.arrayBuffer());
      // The first entry of the archive: its name's length stands at 26, the name at 30.
      const [name = ""] = zip.toString("utf8", 30, 30 + zip.readUInt16LE(26)).split("/");
      return name;
    },
    stop: () => void server.kill(),
  };
}

function attemptsIn(applications: Json): number {
  if (!Array.isArray(applications)) return 0;
  return JSON.stringify(applications).split('"startTime":').length - 1;
}
