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
SMALL_BYTES = 8 << 20  # applications below this are read together: the tables of one cost more
TOGETHER = 32
APP_ID = re.compile(
    r"application_\d{10,}_\d{4,}|app-\d{14}-\d{4}|local-\d{13}|spark-application-\d{10,}"
    r"|spark-[0-9a-f]{32}|container_(?:e\d+_)?\d{10,}_\d{4,}"
)


# ---- files: Hadoop's file system; in tasks, what every machine mounts is read in place


class Hadoop:
    """FileSystem of a JVM; `settings` are those of the driver's Hadoop configuration."""

    def __init__(self, jvm, settings):
        self.path, self.io = jvm.org.apache.hadoop.fs.Path, jvm.org.apache.commons.io
        self.configuration = jvm.org.apache.hadoop.conf.Configuration()
        for name, value in settings:
            self.configuration.set(name, value)

    def at(self, uri):
        path = self.path(uri)
        return path.getFileSystem(self.configuration), path

    def exists(self, uri):
        system, path = self.at(uri)
        return system.exists(path)

    def files(self, uri):
        system, path = self.at(uri)
        found = system.listFiles(path, True)
        while found.hasNext():
            one = found.next()
            if not one.getPath().getName().startswith("."):
                yield Input(one.getPath().toString(), one.getLen(), one.getModificationTime())

    def get(self, uri, local):
        system, path = self.at(uri)
        system.copyToLocalFile(False, path, self.path(local), True)

    def put(self, local, uri):
        """The file appears whole: readers pass over names that begin with `_`."""
        folder, name = uri.rsplit("/", 1)
        system, path = self.at(uri)
        staged = self.path(f"{folder}/_{name}.{os.getpid()}")
        system.copyFromLocalFile(False, True, self.path(local), staged)
        system.delete(path, False)
        if not system.rename(staged, path):
            raise OSError(f"cannot rename {staged.toString()} to {uri}")

    def head(self, uri):
        system, path = self.at(uri)
        stream = system.open(path)
        try:
            limited = self.io.input.BoundedInputStream(stream, HEAD_BYTES)
            return bytes(self.io.IOUtils.toByteArray(limited))
        finally:
            stream.close()


class Mounted:
    def exists(self, uri):
        return os.path.exists(local_path(uri))

    def put(self, local, uri):
        folder, name = os.path.split(local_path(uri))
        os.makedirs(folder, exist_ok=True)
        staged = os.path.join(folder, f"_{name}.{os.getpid()}")
        shutil.copyfile(local, staged)
        os.replace(staged, os.path.join(folder, name))

    def head(self, uri):
        with open(local_path(uri), "rb") as file:
            return file.read(HEAD_BYTES)


def local_path(uri):
    return unquote(urlsplit(uri).path) if uri.startswith("file:") else uri


def in_place(uri, options):
    return uri.startswith(("file:", "/")) and not options.stage


def store_of(uri, options):
    return Mounted() if in_place(uri, options) else of_worker("hadoop", hadoop_beside, options)


def held_by_worker():
    """Lives as long as this Python worker, as a module does: what a job ships does not."""
    import pyspark

    return pyspark.__dict__.setdefault("_respark_fleet", {})


def of_worker(name, start, options):
    held = held_by_worker()
    if name not in held:
        held[name] = start(options)
    return held[name]


def hadoop_beside(options):
    """A small JVM beside this process, with the class path of the executor that started it."""
    from py4j.java_gateway import GatewayParameters, JavaGateway, launch_gateway

    java, classpath = executor_java()
    port, secret = launch_gateway(
        jarpath=os.getcwd(),  # py4j is on the class path
        classpath=classpath,
        java_path=java,
        die_on_exit=True,
        enable_auth=True,
        javaopts=["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"],
    )
    gateway = JavaGateway(gateway_parameters=GatewayParameters(port=port, auth_token=secret))
    return Hadoop(gateway.jvm, options.settings)


def executor_java():
    """The JVM above this process, and its class path (Linux)."""
    from pyspark import SparkFiles

    pid = os.getppid()
    while os.path.basename(os.readlink(f"/proc/{pid}/exe")) != "java":
        with open(f"/proc/{pid}/stat") as file:
            pid = int(file.read().rsplit(")", 1)[1].split()[1])
    with open(f"/proc/{pid}/cmdline", errors="replace") as file:
        words = file.read().split("\0")
    given = [path for word, path in zip(words, words[1:]) if word in ("-cp", "-classpath")]
    fetched = os.path.join(SparkFiles.getRootDirectory(), "*")  # --jars and --packages
    classpath = [*given, os.environ.get("CLASSPATH", ""), fetched]
    return os.readlink(f"/proc/{pid}/exe"), ":".join(filter(None, classpath))


# ---- which file belongs to which application


def id_in(text):
    """The last one: a file's own name says more than the folders above it."""
    found = APP_ID.findall(text)
    if not found:
        return ""
    container = re.match(r"container_(?:e\d+_)?(\d+_\d+)", found[-1])
    return f"application_{container.group(1)}" if container else found[-1]


def id_in_head(uri, options):
    data = store_of(uri, options).head(uri)
    if data[:2] == b"\x1f\x8b":
        data = zlib.decompressobj(47).decompress(data, 4 * HEAD_BYTES)
    text = data.decode(errors="replace")
    logged = re.search(r'"App ID"\s*:\s*"([^"]+)"', text)
    first = APP_ID.search(text)
    return logged.group(1) if logged else id_in(first.group(0)) if first else ""


def by_application(sc, inputs, options):
    """(Application id, files). Empty: they name none, and stand beside none or several."""
    ids = {one.path: id_in(one.path[len(options.logs) :]) for one in inputs}
    nameless = [path for path, found in ids.items() if not found]
    if nameless:
        heads = sc.parallelize(nameless, min(len(nameless), 4 * sc.defaultParallelism))
        ids.update(heads.map(lambda uri: (uri, id_in_head(uri, options))).collect())
    neighbours = collections.defaultdict(set)
    for path, found in ids.items():
        if found:
            neighbours[os.path.dirname(path)].add(found)
    groups = collections.defaultdict(list)
    for one in inputs:
        beside = neighbours[os.path.dirname(one.path)]
        groups[ids[one.path] or ("".join(beside) if len(beside) == 1 else "")].append(one)
    return list(groups.items())


# ---- a task: one application, or some small ones


def replay(groups, options):
    """Replays the groups of files; how many applications became what."""
    child = of_worker("child", Child, options)
    try:
        asked = {"groups": [child.staged(*group, options) for group in groups]}
        said, ended = child.ask(asked)
        if ended and len(groups) > 1:
            # What ends or hangs among others is tried alone, so that it takes none with it.
            return sum((replay([group], options) for group in groups), collections.Counter())
        if ended:
            child = of_worker("child", Child, options)
            said, _ = child.ask({**asked, "ended": ended})
        move(child.tables, options)
    finally:
        for folder in (*glob.glob(f"{glob.escape(child.logs)}/*"), child.tables):
            shutil.rmtree(folder, ignore_errors=True)
    if said["last"]:
        child.stop()
    return collections.Counter(said["counts"])


class Child:
    """The respark command of this Python worker, asked in lines, dead when the worker is."""

    def __init__(self, options):
        self.folder = tempfile.mkdtemp(prefix="respark-", dir=os.getcwd())
        self.logs, self.tables = f"{self.folder}/logs", f"{self.folder}/tables"
        os.mkdir(self.logs)
        self.told = open(f"{self.folder}/stderr", "w+b")
        respark = respark_home(options.respark)
        command = [
            f"{respark}/bin/node",
            f"--max-old-space-size={options.memory * 3 // 4}",
            f"{respark}/dist/respark.mjs",
            "replay-batches",
            f"--seconds={options.seconds}",
            f"--memory={options.memory}",
        ]
        self.process = subprocess.Popen(
            command,
            cwd=self.logs,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.told,
            env={**os.environ, "TMPDIR": self.folder},
            preexec_fn=lambda: ctypes.CDLL(None).prctl(1, signal.SIGKILL),  # PR_SET_PDEATHSIG
        )
        if json.loads(self.process.stdout.readline() or "{}") != {"version": options.version}:
            raise RuntimeError(f"respark does not run on this worker: {self.stop()['reason']}")

    def staged(self, name, files, options):
        """A place names its store, so that `source_files` does: s3a:/bucket/logs/app-1."""
        group = {"name": name, "files": []}
        for uri, size, modified in files:
            path = local_path(uri)
            if not in_place(uri, options):
                path = re.sub(":/+", ":/", uri)
                os.makedirs(os.path.dirname(f"{self.logs}/{path}"), exist_ok=True)
                store_of(uri, options).get(uri, f"{self.logs}/{path}")
            file = {"path": path, "name": uri, "bytes": size, "modifiedMillis": modified}
            group["files"].append(file)
        return group

    def ask(self, question):
        """Its answer and None; or None and how it ended, by itself or at its limits."""
        began = time.monotonic()
        self.told.seek(0)
        self.told.truncate()
        try:
            line = json.dumps({**question, "directory": self.tables})
            self.process.stdin.write(line.encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # it has ended, as its answer tells
        answer = self.process.stdout.readline()
        if answer:
            return json.loads(answer), None
        return None, {**self.stop(), "seconds": round(time.monotonic() - began, 3)}

    def stop(self):
        """How it ended. The worker's next application gets another one."""
        held_by_worker().pop("child", None)
        self.process.stdin.close()
        code = self.process.wait()
        self.told.seek(0)
        said = self.told.read().decode(errors="replace").strip().splitlines() or [f"exit code {code}"]
        shutil.rmtree(self.folder, ignore_errors=True)
        # What it said of its limits comes last.
        return {"exitCode": code, "reason": said[-1 if code < 0 else 0][:500]}


def move(tables, options):
    """Files to their place, each whole; last those that say that an application is done."""
    store, views = store_of(options.output, options), os.path.join(tables, "views.sql")
    if os.path.exists(views) and not store.exists(f"{options.output}/views.sql"):
        store.put(views, f"{options.output}/views.sql")
    found = glob.glob(os.path.join(glob.escape(tables), "*/app_id=*/*.parquet"))
    for path in sorted(found, key=lambda path: "/replayed_inputs/app_id=" in path):
        store.put(path, f"{options.output}/{os.path.relpath(path, tables)}")


def respark_home(name):
    from pyspark import SparkFiles

    for place in (name, SparkFiles.get(name)):
        if os.path.exists(os.path.join(place, "dist/respark.mjs")):
            return os.path.realpath(place)
    raise FileNotFoundError(
        f"no {name}/dist/respark.mjs here: --archives respark.tgz#respark brings it"
    )


def version_in(options):
    with open(os.path.join(respark_home(options.respark), "package.json")) as file:
        return json.load(file)["version"]


# ---- the driver


def earlier(spark, hadoop, options):
    """What each input file was that an earlier run read: path, bytes, ms of its change, version."""
    place = f"{options.output}/replayed_inputs"
    if not hadoop.exists(place):
        return set()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    rows = spark.read.parquet(place).where("status <> 'failed'" if options.again else "true")
    changed = "unix_millis(cast(modified_at as timestamp))"
    state = rows.selectExpr("path", "bytes", changed, "respark_version")
    return {tuple(row) for row in state.collect()}


def tasks_of(groups, cores):
    """Largest first; small applications share one, few enough that every core has some."""

    def size(group):
        return sum(one.bytes for one in group[1])

    small = [group for group in groups if size(group) < SMALL_BYTES]
    large = sorted((group for group in groups if size(group) >= SMALL_BYTES), key=size)
    together = max(1, min(TOGETHER, -(-len(small) // (2 * cores))))
    return [[group] for group in reversed(large)] + [
        small[at : at + together] for at in range(0, len(small), together)
    ]


def arguments(words):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("logs", help="folder of logs: any address that Hadoop's file system knows")
    parser.add_argument("output", help="folder of tables")
    parser.add_argument("--respark", default="respark", help="name of the archive's folder")
    parser.add_argument("--seconds", type=int, default=3600, help="time limit of an application")
    parser.add_argument("--memory", type=int, default=2048, help="memory limit of a child, MB")
    parser.add_argument("--again", action="store_true", help="try again what failed before")
    parser.add_argument("--stage", action="store_true", help="copy files of file: paths, too")
    return parser.parse_args(words)


def main(words):
    from pyspark.sql import SparkSession

    options = arguments(words)
    builder = SparkSession.builder.appName("respark-fleet").config("spark.speculation", "false")
    spark = builder.getOrCreate()
    sc = spark.sparkContext
    configuration = sc._jsc.hadoopConfiguration()
    options.settings = [(entry.getKey(), entry.getValue()) for entry in configuration.iterator()]
    # Asked of a worker: on YARN the driver of client mode has no archive.
    options.version = sc.parallelize([0], 1).map(lambda _: version_in(options)).first()
    hadoop = Hadoop(sc._jvm, options.settings)
    for name in ("logs", "output"):
        system, path = hadoop.at(getattr(options, name).rstrip("/"))
        setattr(options, name, system.makeQualified(path).toString())
    known = earlier(spark, hadoop, options)
    groups = by_application(sc, list(hadoop.files(options.logs)), options)
    fresh = [
        group for group in groups if any((*one, options.version) not in known for one in group[1])
    ]
    tasks = tasks_of(fresh, sc.defaultParallelism)
    print(
        f"{len(groups)} applications, {len(fresh)} new or changed, {len(tasks)} tasks", flush=True
    )
    each = sc.parallelize(tasks, max(1, len(tasks))).map(lambda task: replay(task, options))
    counts = sum(each.collect() if tasks else [], collections.Counter())
    words = [f"{count} {status}" for status, count in sorted(counts.items())]
    print(", ".join(words) or "nothing to do", flush=True)
    spark.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
