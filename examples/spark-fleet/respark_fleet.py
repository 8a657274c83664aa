"""Replays the logs of many applications on Spark itself: one application a task, Parquet out.

    spark-submit --archives respark.tgz#respark respark_fleet.py s3a://BUCKET/logs s3a://BUCKET/out

Files are listed, read and written through Hadoop's file system, so that s3a, gs, abfs and hdfs come
free; what stands on a path that every machine mounts (file:) is read in place. Only what is new or
changed since the last run is read: <output>/replayed_inputs has a row for each input file.
README.md has the commands of EMR, Dataproc, Databricks and Kubernetes.
"""

import argparse
import collections
import ctypes
import datetime
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib
from urllib.parse import unquote, urlsplit

Input = collections.namedtuple("Input", "path bytes modified")  # URI, bytes, epoch ms
HEAD_BYTES = 256 << 10
SMALL_BYTES = 8 << 20  # applications below this share a child: its start costs more than they do
TOGETHER = 32
ROUND = 1000  # tasks between two writes of the manifest
APP_ID = re.compile(
    r"application_\d{10,}_\d{4,}|app-\d{14}-\d{4}|local-\d{13}|spark-application-\d{10,}"
    r"|spark-[0-9a-f]{32}|container_(?:e\d+_)?\d{10,}_\d{4,}"
)


# ---- Hadoop's file system, on the driver and in tasks


class Hadoop:
    """FileSystem of a JVM; `settings` are those of the driver's Hadoop configuration."""

    def __init__(self, jvm, settings):
        self.jvm, self.configuration = jvm, jvm.org.apache.hadoop.conf.Configuration()
        for name, value in settings.items():
            self.configuration.set(name, value)

    def at(self, uri):
        path = self.jvm.org.apache.hadoop.fs.Path(uri)
        return path.getFileSystem(self.configuration), path

    def exists(self, uri):
        system, path = self.at(uri)
        return system.exists(path)

    def files(self, uri):
        system, path = self.at(uri)
        found = system.listFiles(path, True)
        while found.hasNext():
            one = found.next()
            at = one.getPath()
            if not at.getName().startswith("."):
                yield Input(at.toString(), one.getLen(), one.getModificationTime())

    def get(self, uri, local):
        system, path = self.at(uri)
        os.makedirs(os.path.dirname(local), exist_ok=True)
        system.copyToLocalFile(False, path, self.jvm.org.apache.hadoop.fs.Path(local), True)

    def put(self, local, uri):
        """The file appears whole: readers pass over names that begin with `_`."""
        folder, name = uri.rsplit("/", 1)
        system, path = self.at(uri)
        staged = self.jvm.org.apache.hadoop.fs.Path(f"{folder}/_{name}.{os.getpid()}")
        system.copyFromLocalFile(False, True, self.jvm.org.apache.hadoop.fs.Path(local), staged)
        system.delete(path, False)
        if not system.rename(staged, path):
            raise OSError(f"cannot rename {staged.toString()} to {uri}")

    def head(self, uri):
        system, path = self.at(uri)
        stream = system.open(path)
        try:
            limited = self.jvm.org.apache.commons.io.input.BoundedInputStream(stream, HEAD_BYTES)
            return bytes(self.jvm.org.apache.commons.io.IOUtils.toByteArray(limited))
        finally:
            stream.close()


class Local:
    """What every machine mounts: read in place, replaced by a rename."""

    def exists(self, uri):
        return os.path.exists(local_path(uri))

    def get(self, uri, local):
        os.makedirs(os.path.dirname(local), exist_ok=True)
        shutil.copyfile(local_path(uri), local)

    def put(self, local, uri):
        path = local_path(uri)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        staged = os.path.join(os.path.dirname(path), f"_{os.path.basename(path)}.{os.getpid()}")
        shutil.copyfile(local, staged)
        os.replace(staged, path)

    def head(self, uri):
        with open(local_path(uri), "rb") as file:
            return file.read(HEAD_BYTES)


def local_path(uri):
    return unquote(urlsplit(uri).path) if uri.startswith("file:") else uri


def hadoop_of_task(settings):
    """Of this Python worker: a module lives as long as the worker, what a job ships does not."""
    import pyspark

    if not hasattr(pyspark, "_respark_hadoop"):
        pyspark._respark_hadoop = hadoop_beside(settings)
    return pyspark._respark_hadoop


def hadoop_beside(settings):
    """A small JVM beside this process, with the class path of the executor that started it."""
    from py4j.java_gateway import GatewayParameters, JavaGateway, launch_gateway

    java, classpath = executor_java()
    jar = next(
        iter(
            sorted(
                path
                for part in classpath.split(":")
                for path in glob.glob(
                    os.path.join(part.rstrip("*"), "py4j*.jar")
                    if part.endswith(("*", "/"))
                    else part
                )
                if os.path.basename(path).startswith("py4j")
            )
        ),
        None,
    )
    if jar is None:
        raise RuntimeError("no py4j jar on the executor's class path")
    port, secret = launch_gateway(
        jarpath=jar,
        classpath=classpath,
        java_path=java,
        die_on_exit=True,
        enable_auth=True,
        javaopts=["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"],
    )
    gateway = JavaGateway(gateway_parameters=GatewayParameters(port=port, auth_token=secret))
    return Hadoop(gateway.jvm, dict(settings))


def executor_java():
    """The JVM above this process, and what it was started with (Linux)."""
    from pyspark import SparkFiles

    pid = os.getppid()
    while pid > 1:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            words = file.read().decode(errors="replace").split("\0")
        if os.path.basename(words[0]) == "java":
            given = next(
                (
                    words[at + 1]
                    for at, word in enumerate(words)
                    if word in ("-cp", "-classpath", "--class-path")
                ),
                None,
            )
            with open(f"/proc/{pid}/environ", "rb") as file:
                environ = dict(
                    part.split("=", 1)
                    for part in file.read().decode(errors="replace").split("\0")
                    if "=" in part
                )
            fetched = os.path.join(SparkFiles.getRootDirectory(), "*")  # --jars and --packages
            return os.readlink(
                f"/proc/{pid}/exe"
            ), f"{given or environ.get('CLASSPATH', '')}:{fetched}"
        with open(f"/proc/{pid}/stat") as file:
            pid = int(file.read().rsplit(")", 1)[1].split()[1])
    raise RuntimeError("no JVM above this Python worker")


def store_of(uri, options):
    return (
        Local()
        if uri.startswith(("file:", "/")) and not options.stage
        else hadoop_of_task(options.settings)
    )


# ---- which file belongs to which application


def id_in(text):
    """The last one: a file's own name says more than the folders above it."""
    found = APP_ID.findall(text)
    if not found:
        return None
    container = re.match(r"container_(?:e\d+_)?(\d+_\d+)", found[-1])
    return f"application_{container.group(1)}" if container else found[-1]


def id_in_head(uri, options):
    data = store_of(uri, options).head(uri)
    if data[:2] == b"\x1f\x8b":
        data = zlib.decompressobj(47).decompress(data, 4 * HEAD_BYTES)
    text = data.decode(errors="replace")
    logged = re.search(r'"App ID"\s*:\s*"([^"]+)"', text)
    first = APP_ID.search(text)
    return logged.group(1) if logged else id_in(first.group(0)) if first else None


def by_application(sc, inputs, options):
    """Application id → files. None: they name no application, and stand beside none or several."""
    ids = {one.path: id_in(one.path[len(options.logs) :]) for one in inputs}
    nameless = [one.path for one in inputs if ids[one.path] is None]
    if nameless:
        slices = min(len(nameless), 4 * sc.defaultParallelism)
        ids.update(
            sc.parallelize(nameless, slices)
            .map(lambda uri: (uri, id_in_head(uri, options)))
            .collect()
        )
    neighbours = collections.defaultdict(set)
    for path, found in ids.items():
        if found is not None:
            neighbours[path.rsplit("/", 1)[0]].add(found)
    groups = collections.defaultdict(list)
    for one in inputs:
        beside = neighbours[one.path.rsplit("/", 1)[0]]
        found = ids[one.path] or (next(iter(beside)) if len(beside) == 1 else None)
        groups[found].append(one)
    return dict(groups)


# ---- a task: one application, or some small ones

Outcome = collections.namedtuple("Outcome", "exit_code seconds said reason")


def replay(task, options):
    """Replays the groups of files; rows of the manifest."""
    with tempfile.TemporaryDirectory(prefix="respark-", dir=os.getcwd()) as work:
        paths = {}  # local path → input
        for inputs in task:
            for one in inputs:
                paths[staged(one, work, options)] = one
        places = {one.path: path for path, one in paths.items()}
        rows, left = attempt(task, places, os.path.join(work, "together"), options, len(task))
        # What fails or hangs among others is tried alone, so that it takes none with it.
        for nth, inputs in enumerate(left if len(task) > 1 else []):
            rows += attempt([inputs], places, os.path.join(work, f"alone-{nth}"), options, 1)[0]
        return rows


def staged(one, work, options):
    if one.path.startswith(("file:", "/")) and not options.stage:
        return os.path.realpath(local_path(one.path))
    # The place names the store, so that `source_files` does: s3a:/bucket/logs/app-1.
    local = os.path.join(os.path.realpath(work), "logs", re.sub(":/+", ":/", one.path))
    store_of(one.path, options).get(one.path, local)
    return local


def attempt(groups, places, work, options, together):
    """One child for these groups: the manifest's rows of what it did, and groups it did not do."""
    os.makedirs(work)
    wanted = [places[one.path] for inputs in groups for one in inputs]
    ran = run_child(wanted, work, options)
    said = ran.said or {"applications": [], "failed": []}
    keys = collections.defaultdict(list)  # a file may hold several applications
    for key in said["applications"] + said["failed"]:
        for path in key["files"]:
            keys[path].append(key)
    rows, left = [], []
    none = ran.exit_code == 3 and together == 1  # nothing of Spark in it
    for inputs in groups:
        found = {one.path: keys[places[one.path]] for one in inputs}
        done = (
            none
            or ran.said is not None
            and not any("reason" in key for each in found.values() for key in each)
        )
        if not done and together > 1:
            left.append(inputs)
            continue
        for one in inputs:
            guessed = id_in(one.path) or "unknown"
            for key in found[one.path] or [
                {"appId": guessed, "attemptId": "1"} if not done else {}
            ]:
                changed = datetime.datetime.fromtimestamp(
                    one.modified / 1000, datetime.timezone.utc
                )
                reason = key.get("reason", None if done else ran.reason)
                rows.append(
                    (
                        key.get("appId"),
                        key.get("attemptId"),
                        one.path,
                        one.bytes,
                        changed.replace(tzinfo=None),
                        options.version,
                        "failed" if reason else "replayed" if key else "no_application",
                        reason or (ran.reason if none else None),
                        ran.exit_code,
                        ran.seconds,
                        together,
                        key.get("rows"),
                    )
                )
    if ran.said is not None:
        move(os.path.join(work, "tables"), options)
    return rows, left


def run_child(paths, work, options):
    """The respark command on these files, within its time and memory, dead when this process is."""
    home = respark_home(options.respark)
    command = [
        os.path.join(home, "bin/node"),
        f"--max-old-space-size={options.memory * 3 // 4}",
        os.path.join(home, "dist/respark.mjs"),
        "replay",
        *under(paths, work),
        "--resume",
        "--format",
        "parquet",
        "-o",
        "tables",
        "--json",
        "--quiet",
    ]
    said, told = os.path.join(work, "stdout"), os.path.join(work, "stderr")
    began = time.monotonic()
    with open(said, "wb") as out, open(told, "wb") as err:
        child = subprocess.Popen(
            command,
            cwd=work,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env={**os.environ, "TMPDIR": work},
            preexec_fn=die_with_parent,
        )
        stopped = watch(child, began, options)
    seconds = round(time.monotonic() - began, 3)
    with open(told, errors="replace") as file:
        first = file.readline().strip()[:500]
    if child.returncode != 0:
        return Outcome(
            child.returncode, seconds, None, stopped or first or f"exit code {child.returncode}"
        )
    with open(said) as file:
        return Outcome(0, seconds, json.load(file), None)


def under(paths, work):
    """Staged files by their place below the work folder's parent, others as they are."""
    base = os.path.join(os.path.dirname(os.path.realpath(work)), "logs")
    return [
        os.path.relpath(path, os.path.realpath(work)) if path.startswith(base) else path
        for path in paths
    ]


def watch(child, began, options):
    """Waits; why the child was stopped, or None."""
    pages = os.sysconf("SC_PAGE_SIZE")
    while True:
        try:
            child.wait(0.1)
            return None
        except subprocess.TimeoutExpired:
            pass
        try:
            with open(f"/proc/{child.pid}/statm") as file:
                megabytes = int(file.read().split()[1]) * pages >> 20
        except OSError:
            continue
        late = time.monotonic() - began > options.seconds
        if late or megabytes > options.memory:
            child.kill()
            child.wait()
            return (
                f"stopped after {options.seconds} s (--seconds)"
                if late
                else f"stopped at {megabytes} MB of memory (--memory {options.memory})"
            )


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def move(tables, options):
    """Files to their place, each whole; the manifest is the driver's."""
    store = store_of(options.output, options)
    views = os.path.join(tables, "views.sql")
    if os.path.exists(views) and not store.exists(f"{options.output}/views.sql"):
        store.put(views, f"{options.output}/views.sql")
    for path in sorted(glob.glob(os.path.join(glob.escape(tables), "*", "app_id=*", "*.parquet"))):
        table, folder, name = path.split(os.sep)[-3:]
        if table != "replayed_inputs":
            store.put(path, f"{options.output}/{table}/{folder}/{name}")


def respark_home(name):
    from pyspark import SparkFiles

    for place in (name, SparkFiles.get(name)):
        if os.path.exists(os.path.join(place, "dist/respark.mjs")):
            node = os.path.join(place, "bin/node")
            if not os.access(node, os.X_OK):  # Java unpacks .tar and .zip without modes
                os.chmod(node, 0o755)
            return os.path.realpath(place)
    raise FileNotFoundError(
        f"no {name}/dist/respark.mjs here: --archives respark.tgz#respark brings it"
    )


def respark_version(options):
    home = respark_home(options.respark)
    done = subprocess.run(
        [os.path.join(home, "bin/node"), os.path.join(home, "dist/respark.mjs"), "--version"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    )
    if done.returncode != 0:
        raise RuntimeError(f"Node does not run on this worker: {done.stdout.strip()[:500]}")
    return done.stdout.strip()


# ---- the driver

MANIFEST = (
    "app_id string, attempt_id string, path string, bytes bigint, modified_at timestamp_ntz, "
    "respark_version string, status string, reason string, exit_code int, seconds double, "
    "together int, rows bigint"
)


def read_manifest(spark, hadoop, options):
    """Rows of earlier runs: what each input file was, and what became of it."""
    place = f"{options.output}/replayed_inputs"
    if not hadoop.exists(place):
        return []
    names = [word.split()[0] for word in MANIFEST.split(", ")]
    schema = f"{MANIFEST}".replace("app_id string, ", "") + ", app_id string"
    return [tuple(row) for row in spark.read.schema(schema).parquet(place).select(*names).collect()]


def write_manifest(spark, rows, options):
    """Rows of an application replace its earlier ones, in a file of its own."""
    frame = spark.createDataFrame(rows, MANIFEST).coalesce(1)
    frame.write.partitionBy("app_id").mode("overwrite").option(
        "partitionOverwriteMode", "dynamic"
    ).parquet(f"{options.output}/replayed_inputs")


def state(row):
    """Path, size, time of change in ms, and version, as a row of the manifest says."""
    changed = row[4].replace(tzinfo=datetime.timezone.utc).timestamp()
    return (row[2], row[3], round(changed * 1000), row[5])


def tasks_of(groups, cores):
    """Largest first; small applications share one, few enough that every core has some."""
    ordered = sorted(groups, key=lambda inputs: -sum(one.bytes for one in inputs))
    small = [inputs for inputs in ordered if sum(one.bytes for one in inputs) < SMALL_BYTES]
    large = ordered[: len(ordered) - len(small)]
    together = max(1, min(TOGETHER, -(-len(small) // (2 * cores))))
    return [[inputs] for inputs in large] + [
        small[at : at + together] for at in range(0, len(small), together)
    ]


def arguments(words):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logs", help="folder of logs: any address that Hadoop's file system knows")
    parser.add_argument("output", help="folder of tables")
    parser.add_argument("--respark", default="respark", help="name of the archive's folder")
    parser.add_argument("--seconds", type=int, default=3600, help="time limit of a child")
    parser.add_argument("--memory", type=int, default=2048, help="memory limit of a child, MB")
    parser.add_argument("--again", action="store_true", help="try again what failed before")
    parser.add_argument("--stage", action="store_true", help="copy files of file: paths, too")
    options = parser.parse_args(words)
    for name in ("logs", "output"):
        setattr(options, name, getattr(options, name).rstrip("/"))
    return options


def main(words):
    from pyspark.sql import SparkSession

    options = arguments(words)
    spark = (
        SparkSession.builder.appName("respark-fleet")
        .config("spark.speculation", "false")
        .getOrCreate()
    )
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    sc = spark.sparkContext
    configuration = sc._jsc.hadoopConfiguration()
    options.settings = tuple(
        (entry.getKey(), entry.getValue()) for entry in configuration.iterator()
    )
    options.version = sc.parallelize([0], 1).map(lambda _: respark_version(options)).first()
    hadoop = Hadoop(sc._jvm, dict(options.settings))
    for name in ("logs", "output"):
        system, path = hadoop.at(getattr(options, name))
        setattr(options, name, system.makeQualified(path).toString())
    held = read_manifest(spark, hadoop, options)
    known = {state(row) for row in held if not (options.again and row[6] == "failed")}
    of_none = {
        row[2]: row for row in held if row[0] is None
    }  # all in one file, written anew each time
    groups = by_application(sc, list(hadoop.files(options.logs)), options)
    fresh = [
        inputs
        for inputs in groups.values()
        if any((*one, options.version) not in known for one in inputs)
    ]
    tasks = tasks_of(fresh, sc.defaultParallelism)
    print(
        f"{len(groups)} applications, {len(fresh)} new or changed, {len(tasks)} tasks", flush=True
    )
    counts = collections.Counter()
    for at in range(0, len(tasks), ROUND):
        part = tasks[at : at + ROUND]
        done = sc.parallelize(part, len(part)).map(lambda task: replay(task, options)).collect()
        rows = [row for each in done for row in each]
        for row in rows:
            of_none.pop(row[2], None)
        write_manifest(spark, rows + list(of_none.values()), options)
        of_none.update((row[2], row) for row in rows if row[0] is None)
        counts.update(status for status, _ in {(row[6], row[0]) for row in rows})
    print(
        ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
        or "nothing to do",
        flush=True,
    )
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
