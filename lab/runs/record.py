#!/usr/bin/env python3
"""Runs a program on a real Spark and keeps its logs, and beside them what its JVMs did.

record.py --spark 3.5.6 --scenario f [--log dbg|info] [--layout stock|thread|ms|fqcn|json]
          [--set spark.memory.fraction=0.4]... [--no-block-updates] [--name base] [--out runs]
          [--jars DIR]

Writes OUT/s35-f-base-dbg/{logs,truth,run.json}, as `pnpm accuracy OUT` reads it. Jars come from Maven
Central once and stay in $LAB_CACHE (default ~/.cache/respark-lab), or are those of an installation
(--jars, such as pyspark/jars). Needs mvn and a JDK: 17 for Spark 3.3 and later, 8 for earlier ones
(--java HOME); only the standard library of Python.
"""

import argparse
import glob
import gzip
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile

from scenarios import SCENARIOS

HERE = os.path.dirname(os.path.abspath(__file__))
CACHE = os.environ.get("LAB_CACHE", os.path.expanduser("~/.cache/respark-lab"))
MAVEN_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies"
BYTE_BUDDY = ("net.bytebuddy", "byte-buddy", "1.17.5")
LAYOUTS = {
    "stock": "%d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n",
    "thread": "%d{yyyy-MM-dd HH:mm:ss,SSS} %-5p [%t] %c{1}: %m%n",
    "ms": "%d{yy/MM/dd HH:mm:ss.SSS} %t %p %c{1}: %m%n",
    "fqcn": "%d{ISO8601} [%t] %-5p %c - %m%n",
    "json": None,  # structured logging, 4.0 and later
}
OPENED = (
    "lang lang.invoke lang.reflect io net nio util util.concurrent util.concurrent.atomic".split()
)


def version_of(text):
    return tuple(int(part) for part in text.split(".")[:2])


def scala_of(spark):
    major = version_of(spark)[0]
    return {1: "2.10", 2: "2.11", 3: "2.12"}.get(major, "2.13")


def maven(folder, *artifacts):
    """Jars of artifacts and all that they need, copied once."""
    if os.path.isdir(folder):
        return folder
    with tempfile.TemporaryDirectory() as work:
        wanted = "".join(
            f"<dependency><groupId>{g}</groupId><artifactId>{a}</artifactId>"
            f"<version>{v}</version></dependency>"
            for g, a, v in artifacts
        )
        with open(f"{work}/pom.xml", "w") as pom:
            pom.write(
                '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
                "<groupId>lab</groupId><artifactId>jars</artifactId><version>1</version>"
                f"<dependencies>{wanted}</dependencies></project>"
            )
        command = ["mvn", "-q", "-B", MAVEN_COPY, f"-DoutputDirectory={work}/jars"]
        subprocess.run(command, cwd=work, check=True)
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        shutil.move(f"{work}/jars", folder)
    return folder


def spark_home(spark, jars):
    """A directory that local-cluster takes for an installation: jars and a RELEASE file."""
    home = f"{CACHE}/spark-{spark}"
    if jars is not None and not os.path.lexists(f"{home}/jars"):
        os.makedirs(home, exist_ok=True)
        os.symlink(os.path.abspath(jars), f"{home}/jars")
    group, scala = "org.apache.spark", scala_of(spark)
    artifact = "spark-sql" if spark.startswith("1.") else "spark-mllib"
    if not os.path.isdir(f"{home}/jars"):
        maven(f"{home}/jars", (group, f"{artifact}_{scala}", spark))
        align_logging(f"{home}/jars")
    for folder in ("conf", "work", "lib"):
        os.makedirs(f"{home}/{folder}", exist_ok=True)
    open(f"{home}/RELEASE", "a").close()
    if spark.startswith("1."):
        write_assembly(home, spark)
    return home


def align_logging(jars):
    """Of several versions of SLF4J's API Maven takes the nearest; Spark ships that of its bridges."""
    version = re.compile(r".*/(?:jul-to-slf4j|slf4j-api)-([\d.]+)\.jar$")
    bridges = glob.glob(f"{jars}/jul-to-slf4j-*.jar")
    for api in glob.glob(f"{jars}/slf4j-api-*.jar"):
        if not bridges or version.match(api)[1] == version.match(bridges[0])[1]:
            continue
        wanted = version.match(bridges[0])[1]
        for path in glob.glob(
            maven(f"{CACHE}/slf4j-{wanted}", ("org.slf4j", "slf4j-api", wanted)) + "/*"
        ):
            shutil.copy(path, jars)
        os.remove(api)


def write_assembly(home, spark):
    """1.6 looks for an assembly: an empty jar whose manifest names every dependency."""
    path = f"{home}/lib/spark-assembly-{spark}-hadoop2.2.0.jar"
    text = "Class-Path: " + " ".join(f"../jars/{jar}" for jar in sorted(os.listdir(f"{home}/jars")))
    lines = [text[:70]] + [" " + text[at : at + 69] for at in range(70, len(text), 69)]
    with zipfile.ZipFile(path, "w") as jar:
        manifest = "Manifest-Version: 1.0\r\n" + "\r\n".join(lines) + "\r\n\r\n"
        jar.writestr("META-INF/MANIFEST.MF", manifest)


def jar_of(name, classes, manifest=""):
    path = f"{CACHE}/{name}.jar"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as jar:
        jar.writestr("META-INF/MANIFEST.MF", f"Manifest-Version: 1.0\r\n{manifest}\r\n")
        for folder, _, files in os.walk(classes):
            for file in files:
                inside = os.path.relpath(f"{folder}/{file}", classes)
                if not inside.startswith("META-INF"):
                    jar.write(f"{folder}/{file}", inside)
    return path


def compiled(name, path, files, also=None, manifest=""):
    with tempfile.TemporaryDirectory() as classes:
        command = ["javac", "--release", "8", "-nowarn", "-Xlint:none", "-cp", path, "-d", classes]
        subprocess.run(command + files, check=True)
        if also is not None:
            with zipfile.ZipFile(also) as other:
                other.extractall(classes)
        return jar_of(name, classes, manifest)


def agent_jar(home):
    """The agent and what it is built on, in one jar: executors get it by -javaagent alone."""
    buddy = glob.glob(maven(f"{CACHE}/byte-buddy", BYTE_BUDDY) + "/byte-buddy-*.jar")[0]
    files = [f"{HERE}/java/lab/{name}.java" for name in ("Agent", "Trace")]
    manifest = "Premain-Class: lab.Agent\r\nCan-Retransform-Classes: true\r\n"
    return compiled("truth-agent", f"{buddy}:{home}/jars/*", files, buddy, manifest)


def programs_jar(home, spark):
    names = ["Workload"]
    if version_of(spark) >= (2, 0):
        names.append("WorkloadSql")
    if version_of(spark) >= (2, 4):
        names.append("W2")
    files = [f"{HERE}/java/lab/{name}.java" for name in names]
    return compiled(f"programs-{spark}", f"{home}/jars/*", files)


def log_settings(path, spark, level, layout):
    """@returns the JVM's option that names them."""
    debug = level == "dbg"
    if version_of(spark) >= (3, 3):  # log4j 2
        lines = [
            "rootLogger.level = info",
            "rootLogger.appenderRef.stdout.ref = console",
            "appender.console.type = Console",
            "appender.console.name = console",
            "appender.console.target = SYSTEM_ERR",
        ]
        if layout == "json":
            uri = "classpath:org/apache/spark/SparkLayout.json"
            lines.append("appender.console.layout.type = JsonTemplateLayout")
            lines.append(f"appender.console.layout.eventTemplateUri = {uri}")
        else:
            lines.append("appender.console.layout.type = PatternLayout")
            lines.append(f"appender.console.layout.pattern = {LAYOUTS[layout]}%ex")
        if debug:
            lines += ["logger.mem.name = org.apache.spark.memory", "logger.mem.level = trace"]
            lines += ["logger.sto.name = org.apache.spark.storage", "logger.sto.level = debug"]
        option = f"-Dlog4j.configurationFile=file:{path}"
    else:
        lines = [
            "log4j.rootCategory=INFO, console",
            "log4j.appender.console=org.apache.log4j.ConsoleAppender",
            "log4j.appender.console.target=System.err",
            "log4j.appender.console.layout=org.apache.log4j.PatternLayout",
            f"log4j.appender.console.layout.ConversionPattern={LAYOUTS[layout]}",
        ]
        if debug:
            lines.append("log4j.logger.org.apache.spark.memory=TRACE")
            lines.append("log4j.logger.org.apache.spark.storage=DEBUG")
        option = f"-Dlog4j.configuration=file:{path}"
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
    return option


def settings_of(asked, work, jar, agent, scenario):
    _, program, _, conf, launch = scenario
    executors, cores = launch.get("executors", 2), launch.get("cores", 2)
    logging = log_settings(f"{work}/executor.properties", asked.spark, asked.log, asked.layout)
    options = f"{logging} -javaagent:{agent}={work}/truth -XX:TieredStopAtLevel=1"
    settings = {
        "spark.app.name": f"lab-{program}",
        "spark.master": f"local-cluster[{executors},{cores},{asked.memory}]",
        "spark.executor.memory": f"{asked.memory}m",
        "spark.executor.cores": str(cores),
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": f"file:{work}/events",
        "spark.driver.host": "localhost",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.local.dir": f"{work}/local",
        "spark.ui.enabled": "false",
        "spark.sql.warehouse.dir": f"{work}/data/warehouse",
        "spark.serializer": "org.apache.spark.serializer.KryoSerializer",
        "spark.executor.extraClassPath": jar,
        "spark.executor.extraJavaOptions": f"{options} -Duser.name=spark -Dlab.run={work}",
    }
    if asked.block_updates:
        settings["spark.eventLog.logBlockUpdates.enabled"] = "true"
    if version_of(asked.spark) >= (3, 0):
        settings["spark.eventLog.logStageExecutorMetrics"] = "true"
        settings["spark.executor.metrics.pollingInterval"] = "50ms"
    if version_of(asked.spark) < (4, 0):
        settings["spark.eventLog.compress"] = "false"
    if asked.layout == "json":
        settings["spark.log.structuredLogging.enabled"] = "true"
    settings.update(conf)
    settings.update(setting.split("=", 1) for setting in asked.set)
    return settings


def command_of(asked, work, home, jar, settings, scenario):
    main, program, args, _, launch = scenario
    wait = launch.get("wait", launch.get("executors", 2))
    given = dict(args, dir=f"{work}/data", execs=wait)
    logging = log_settings(f"{work}/driver.properties", asked.spark, "info", "stock")
    command = [f"{asked.java}/bin/java", "-Xmx900m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
    command += ["-Duser.name=spark", logging]
    if version_of(asked.spark) >= (3, 3):
        packages = [f"java.{name}" for name in OPENED]
        packages += ["sun.nio.ch", "sun.nio.cs", "sun.util.calendar", "jdk.internal.ref"]
        command += [
            "-XX:+IgnoreUnrecognizedVMOptions",
            "-Dio.netty.tryReflectionSetAccessible=true",
        ]
        command += [f"--add-opens=java.base/{name}=ALL-UNNAMED" for name in packages]
    command += [f"-D{key}={value}" for key, value in settings.items()]
    command += ["-cp", f"{home}/conf:{jar}:{home}/jars/*", main, program]
    return command + [f"{key}={value}" for key, value in given.items()]


def environment_of(asked, work, home):
    return {
        "PATH": os.environ["PATH"],
        "JAVA_HOME": asked.java,
        "SPARK_HOME": home,
        "SPARK_SCALA_VERSION": scala_of(asked.spark),
        "SPARK_LOCAL_HOSTNAME": "localhost",
        "SPARK_LOCAL_IP": "127.0.0.1",
        "HADOOP_USER_NAME": "spark",
        "USER": "spark",
        "SPARK_WORKER_DIR": f"{work}/work",
        "LANG": "C.UTF-8",
        "TZ": asked.timezone,
    }


def end_executors(work):
    """Executors that outlive their driver: ours alone, by the option that names this run."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                if f"-Dlab.run={work}".encode() in file.read().split(b"\0"):
                    os.kill(int(pid), signal.SIGTERM)
        except OSError:
            pass


def collect(work, home, target, meta):
    """Logs as their user has them; names of this machine and its folders are replaced."""
    host = re.compile(rf"\b{re.escape(os.uname()[1])}\b")

    def clean(text):
        return host.sub("host-1", text.replace(work, "/lab/run").replace(CACHE, "/lab"))

    def text_of(path):
        with open(path, "rb") as file:
            return clean(file.read().decode("utf8", "replace"))

    shutil.rmtree(target, ignore_errors=True)
    os.makedirs(f"{target}/logs")
    os.makedirs(f"{target}/truth")
    for name in os.listdir(f"{work}/events"):
        source = f"{work}/events/{name}"
        if os.path.isdir(source):
            ignored = shutil.ignore_patterns("*.crc", ".*.crc")
            shutil.copytree(source, f"{target}/logs/{name}", ignore=ignored)
        elif not name.endswith(".crc"):
            shutil.copy(source, f"{target}/logs/{name}")
    places_of_logs = (
        f"{work}/work/*/*/stderr",
        f"{work}/cwd/work/*/*/stderr",
        f"{home}/work/*/*/stderr",
    )
    for path in (log for pattern in places_of_logs for log in glob.glob(pattern)):
        if os.path.getsize(path) > 0:
            with open(f"{target}/logs/executor-{path.split('/')[-2]}.log", "w") as log:
                log.write(text_of(path))
    with open(f"{target}/logs/driver.log", "w") as log:
        log.write(text_of(f"{work}/driver.log"))
    for path in glob.glob(f"{work}/truth/ops-*.jsonl"):
        with gzip.GzipFile(f"{target}/truth/{os.path.basename(path)}.gz", "wb", mtime=0) as file:
            file.write(text_of(path).encode())
    with open(f"{target}/run.json", "w") as file:
        file.write(clean(json.dumps(meta, indent=1)) + "\n")


def record(asked):
    scenario = SCENARIOS[asked.scenario]
    major, minor = version_of(asked.spark)
    run_id = f"s{major}{minor}-{asked.scenario}-{asked.name}-{asked.log}"
    home = spark_home(asked.spark, asked.jars)
    jar, agent = programs_jar(home, asked.spark), agent_jar(home)
    work = tempfile.mkdtemp(prefix="respark-lab-")
    for folder in ("events", "truth", "local", "cwd", "work", "data"):
        os.makedirs(f"{work}/{folder}")
    shutil.rmtree(f"{home}/work", ignore_errors=True)
    settings = settings_of(asked, work, jar, agent, scenario)
    command = command_of(asked, work, home, jar, settings, scenario)
    began = time.time()
    with open(f"{work}/driver.log", "wb") as log:
        driver = subprocess.Popen(
            command,
            cwd=f"{work}/cwd",
            env=environment_of(asked, work, home),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = driver.wait(timeout=scenario[4].get("timeout", 330))
        except subprocess.TimeoutExpired:
            os.killpg(driver.pid, signal.SIGKILL)
            code = driver.wait()
    time.sleep(1)
    end_executors(work)
    time.sleep(0.5)
    meta = dict(
        run_id=run_id,
        spark_version=asked.spark,
        scenario=scenario[1],
        args=scenario[2],
        conf=settings,
        executor_memory_mb=asked.memory,
        log_level=asked.log,
        log_pattern=LAYOUTS[asked.layout] or "JsonTemplateLayout",
        log_pattern_name=asked.layout,
        timezone=asked.timezone,
        exit=code,
        wall_s=round(time.time() - began, 1),
    )
    target = os.path.join(asked.out, run_id)
    collect(work, home, target, meta)
    with open(f"{target}/logs/driver.log") as log:
        done = "WORKLOAD done" in log.read()
    shutil.rmtree(work)
    truths = len(os.listdir(f"{target}/truth"))
    print(
        f"{target}: driver ended with {code}, {'done' if done else 'NOT done'}, {truths} executors"
    )
    return 0 if truths > 0 and (done or asked.scenario == "o") else 1


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--spark", required=True, help="a release on Maven Central")
    parser.add_argument("--scenario", required=True, choices=sorted(SCENARIOS))
    parser.add_argument("--log", default="dbg", choices=["dbg", "info"])
    parser.add_argument("--layout", default="stock", choices=sorted(LAYOUTS))
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--no-block-updates", dest="block_updates", action="store_false")
    parser.add_argument("--memory", type=int, default=512, help="MiB of an executor's heap")
    parser.add_argument("--name", default="base", help="the configuration, for the run's name")
    parser.add_argument("--timezone", default="UTC", help="of the JVMs")
    parser.add_argument("--out", default="runs")
    parser.add_argument("--jars", help="of an installation, instead of Maven Central's")
    parser.add_argument("--java", default=os.environ.get("JAVA_HOME") or java_home())
    asked = parser.parse_args()
    if not re.fullmatch(r"\d+\.\d+\.\d+\S*", asked.spark):
        parser.error(f"{asked.spark} is no release; releases are named like 3.5.6")
    os.makedirs(CACHE, exist_ok=True)
    sys.exit(record(asked))


def java_home():
    java = shutil.which("java")
    return os.path.dirname(os.path.dirname(os.path.realpath(java))) if java else ""


if __name__ == "__main__":
    main()
