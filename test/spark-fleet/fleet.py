"""examples/spark-fleet on a real Spark: its rows are those of one machine, whatever befalls it.

    python test/spark-fleet/fleet.py [--small 60] [--large 40] [--archive respark.tgz]

Run with the Python of an environment that has pyspark and duckdb; Java is needed, and some minutes.
A directory of small applications, one large, two damaged, one that hangs, one that breaks the
command, and executor logs that stand elsewhere is replayed by one command and by the job on
local-cluster[2,1,1024], with an executor killed in the middle. Then three applications are new, or
tried again, and files are staged instead of read in place. From 60 small ones on the job also runs
undisturbed, against the command's time, and again with nothing new.
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[2]
JOB = ROOT / "examples/spark-fleet/respark_fleet.py"
SMALL = ROOT / "fixtures/event-logs/spark-3.2.4.jsonl"
GROWN = ROOT / "fixtures/runs/s35-g-base-dbg/app-20261121023728-0000"
SPLIT = ROOT / "fixtures/runs/s35-f-base-dbg"
HANGS = "app-20260101000000-8888"  # large: it has a task of its own
BREAKS = "app-20260101000000-7777"  # small: others share its child
# The numbers of files are a survey's, and two surveys see different files. What is told of a file
# of no application stands with the first application of its survey.
OWN_NUMBERS = "columns(lambda c: c <> 'source_file_id')"


OF_NONE = {"source_files": "kind = 'other'", "diagnostics": "code = 'survey_unread_file'"}


class Differs(Exception):
    pass


def idOf(nth: int) -> str:
    return f"app-20260101000000-{nth:04d}"


def add_application(logs: Path, nth: int) -> None:
    text = SMALL.read_text()
    own = re.search(r'"App ID":"([^"]+)"', text).group(1)
    (logs / "events" / idOf(nth)).write_text(text.replace(own, idOf(nth)))


def make_logs(logs: Path, small: int, large: int) -> None:
    (logs / "events").mkdir(parents=True)
    for nth in range(small):
        add_application(logs, nth)
    cut = gzip.compress(
        (logs / "events" / idOf(0))
        .read_bytes()
        .replace(idOf(0).encode(), b"app-20260101000000-7001")
    )
    (logs / "events/app-20260101000000-7001.gz").write_bytes(cut[: len(cut) * 2 // 3])
    (logs / "events/app-20260101000000-7002").write_bytes(
        b"\x00\xff\x13 nothing of Spark \x00" * 500
    )
    (logs / "events" / BREAKS).write_text(
        (logs / "events" / idOf(1)).read_text().replace(idOf(1), BREAKS)
    )
    # Their names say no application: its id stands in what they print.
    (logs / "executors/run-1").mkdir(parents=True)
    for one in SPLIT.iterdir():
        shutil.copy(
            one, logs / ("events" if one.name.startswith("app-") else "executors/run-1") / one.name
        )
    subprocess.run(
        [
            "node",
            "--conditions=@respark/source",
            "--import",
            "tsx",
            "bench/generate-log.ts",
            GROWN,
            logs / "events" / GROWN.name,
            str(large),
        ],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (logs / "events" / HANGS).write_text(
        (logs / "events" / GROWN.name).read_text().replace(GROWN.name, HANGS)
    )


def hanging(scratch: Path) -> Path:
    """Loaded before the command: it never ends where it opens the one, and dies of the other."""
    file = scratch / "hanging.mjs"
    file.write_text(f"""
import fs from "node:fs";
import {{ syncBuiltinESMExports }} from "node:module";
const {{ openSync }} = fs;
fs.openSync = (path, ...more) => {{
  if (String(path).includes("{HANGS}"))
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (String(path).includes("{BREAKS}")) process.exit(70);
  return openSync(path, ...more);
}};
syncBuiltinESMExports();
""")
    return file


def cpu() -> float:
    used = os.times()
    return used.children_user + used.children_system


TOLD: list[str] = []


def timed(name: str, command: list[str | Path], **more: object) -> float:
    before, began = cpu(), time.monotonic()
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False, **more
    )
    if done.returncode != 0:
        raise Differs(f"{name} exits {done.returncode}: {done.stderr[-3000:]}")
    wall = time.monotonic() - began
    TOLD.append(done.stdout)
    told = done.stdout.strip().splitlines()[-1:] or [""]
    print(f"{name}: {wall:.1f} s, {cpu() - before:.1f} CPU s; {told[0][:100]}", flush=True)
    return wall


# What an empty job costs is Spark's own.
EMPTY = """
from pyspark import SparkContext
sc = SparkContext(appName="empty")
print(sc.parallelize(range(4), 4).map(lambda one: one + 1).sum())
sc.stop()
"""


def submit(archive: Path | None, *job: str | Path) -> list[str | Path]:
    import pyspark

    quick = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    return [
        str(Path(pyspark.__file__).parent / "bin/spark-submit"),
        "--master",
        "local-cluster[2,1,1024]",
        "--driver-memory",
        "512m",
        "--driver-java-options",
        quick,
        "--conf",
        f"spark.executor.extraJavaOptions={quick}",
        "--conf",
        "spark.ui.enabled=false",
        "--conf",
        "spark.log.level=WARN",
        *([] if archive is None else ["--archives", f"{archive}#respark"]),
        *job,
    ]


def environment(scratch: Path) -> dict[str, str]:
    import pyspark

    # Workers of local-cluster unpack archives into Spark's home: this one is scratch.
    home = scratch / "spark"
    home.mkdir()
    for one in Path(pyspark.__file__).parent.iterdir():
        (home / one.name).symlink_to(one)
    return {
        **os.environ,
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_DIRS": str(scratch / "local"),
        "SPARK_LOCAL_IP": "127.0.0.1",
    }


def contents(tables: Path, without: set[str]) -> dict[str, tuple[int, str]]:
    """Rows of each table and a sum over all their values."""
    found = {}
    for table in sorted(path.name for path in tables.iterdir() if path.is_dir()):
        if table in without or table.startswith("_"):
            continue
        rows = duckdb.sql(
            f"""select count(*), coalesce(sum(hash(regexp_replace(t::varchar,
                  '"source_file_id": ?[0-9]+', '', 'g'))::hugeint), 0)::varchar
                from (select {OWN_NUMBERS} from read_parquet('{tables}/{table}/*/*.parquet',
                    hive_partitioning = true, hive_types = {{'app_id': varchar}})
                  where not coalesce({OF_NONE.get(table, "false")}, false)) t"""
        ).fetchall()
        found[table] = rows[0]
    return found


def compare(what: str, expected: dict, found: dict) -> None:
    different = [
        f"{name}: {found.get(name)} instead of {expected.get(name)}"
        for name in sorted({*expected, *found})
        if expected.get(name) != found.get(name)
    ]
    if different:
        raise Differs(f"{what}: {'; '.join(different)}")
    print(
        f"{what}: {len(found)} tables, {sum(count for count, _ in found.values())} rows, all equal",
        flush=True,
    )


def manifest(tables: Path) -> dict[str, tuple]:
    rows = duckdb.sql(
        f"""select path, status, reason, app_id
              from read_parquet('{tables}/replayed_inputs/*/*.parquet',
              hive_partitioning = true, hive_types = {{'app_id': varchar}})"""
    ).fetchall()
    return {Path(path).name: (status, reason, app_id) for path, status, reason, app_id in rows}


def expect_manifest(tables: Path, small: int, seconds: int) -> None:
    rows = manifest(tables)
    status, reason, _ = rows[HANGS]
    if status != "failed" or f"stopped after {seconds} s" not in (reason or ""):
        raise Differs(f"the application that hangs is {status}: {reason}")
    if rows[BREAKS][:2] != ("failed", "exit code 70"):
        raise Differs(f"the application that breaks the command is {rows[BREAKS]}")
    if rows["app-20260101000000-7002"][0] != "no_application":
        raise Differs(f"what is no log is {rows['app-20260101000000-7002']}")
    replayed = [name for name, (status, _, _) in rows.items() if status == "replayed"]
    wanted = small + 1 + 1 + len(list(SPLIT.iterdir()))
    if len(replayed) != wanted:
        raise Differs(f"{len(replayed)} files replayed instead of {wanted}: {rows}")


def processes() -> dict[int, tuple[int, str]]:
    """Process id → parent and command line."""
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
                found[int(folder.name)] = (
                    parent,
                    (folder / "cmdline").read_text().replace("\0", " "),
                )
            except (OSError, ValueError):
                continue
    return found


def executors_of(pid: int) -> list[int]:
    known = processes()
    family, grew = {pid}, True
    while grew:
        more = {child for child, (parent, _) in known.items() if parent in family} - family
        family |= more
        grew = bool(more)
    return [one for one in family if "CoarseGrainedExecutorBackend" in known[one][1]]


def run_with_a_kill(command: list[str], tables: Path, env: dict[str, str], scratch: Path) -> None:
    """Kills an executor of our own job while its children run."""
    with open(scratch / "killed.txt", "wb") as told:
        job = subprocess.Popen(command, env=env, stdout=told, stderr=told, cwd=scratch)
        killed = 0
        while job.poll() is None:
            time.sleep(0.05)
            if killed == 0 and any(
                "respark.mjs replay-batches" in line and str(scratch) in line
                for _, line in processes().values()
            ):
                mine = executors_of(job.pid)
                if mine:
                    killed = mine[0]
                    os.kill(killed, signal.SIGKILL)
        if job.returncode != 0:
            raise Differs(
                f"after a kill the job exits {job.returncode}: "
                f"{(scratch / 'killed.txt').read_text()[-3000:]}"
            )
    if killed == 0:
        raise Differs("no executor was there to be killed")
    print(f"executor {killed} was killed in the middle", flush=True)


def run(scratch: Path, small: int, large: int, archive: Path | None) -> None:
    logs, tables, env = scratch / "logs", scratch / "killed", environment(scratch)
    if archive is None:
        archive = scratch / "respark.tgz"
        timed("the archive", [ROOT / "examples/spark-fleet/make-archive", archive])
    make_logs(logs, small, large)
    home = scratch / "respark"
    with tarfile.open(archive) as tar:
        tar.extractall(home)

    for name in (HANGS, BREAKS):
        (logs / "events" / name).rename(scratch / name)
    words = [home / "bin/node", home / "dist/respark.mjs", "replay", logs, "--resume", "--quiet"]
    command = [*words, "--format", "parquet", "-o"]
    one = timed("one machine", [*command, scratch / "one"])
    apart = {"replayed_inputs"}
    expected = contents(scratch / "one", apart)
    if small >= 60:
        undisturbed(scratch, command, submit(archive, JOB, logs), expected, env)

    for name in (HANGS, BREAKS):
        (scratch / name).rename(logs / "events" / name)
    seconds = max(10, round(4 * one))
    job = submit(archive, JOB, logs, tables)
    run_with_a_kill(
        [*job, "--seconds", str(seconds)],
        tables,
        {**env, "NODE_OPTIONS": f"--import={hanging(scratch)}"},
        scratch,
    )
    expect_manifest(tables, small, seconds)
    found = contents(tables, apart)
    compare("an executor killed, one that hangs, one that breaks", expected, found)

    before = {path: path.stat().st_mtime_ns for path in tables.glob("tasks/*/*.parquet")}
    add_application(logs, small)
    timed("three new or tried again", [*job, "--stage", "--again"], env=env, cwd=scratch)
    if "3 new or changed" not in TOLD[-1]:
        raise Differs(f"three new ones: {TOLD[-1]}")
    changed = [
        path
        for path in tables.glob("tasks/*/*.parquet")
        if before.get(path) != path.stat().st_mtime_ns
    ]
    if sorted(path.parent.name for path in changed) != [
        f"app_id={one}" for one in (idOf(small), BREAKS, HANGS)
    ]:
        raise Differs(f"three new applications changed {changed}")
    print("they are the only ones read, through Hadoop's file system", flush=True)
    staged_paths(tables, small)


def undisturbed(
    scratch: Path, command: list, job: list, expected: dict, env: dict[str, str]
) -> None:
    """The job against the command: each twice in turn, the better one counts."""
    (scratch / "empty.py").write_text(EMPTY)
    best = {"one machine": 1e9, "the job": 1e9, "an empty job": 1e9}
    for nth in range(2):
        for name, words in {
            "one machine": [*command, scratch / f"one-{nth}"],
            "the job": [*job, scratch / f"whole-{nth}"],
            "an empty job": submit(None, scratch / "empty.py"),
        }.items():
            best[name] = min(best[name], timed(name, words, env=env, cwd=scratch))
    ratio = best["the job"] / best["one machine"]
    print(f"the job takes {ratio:.2f} times as long as one machine's command", flush=True)
    compare("the job", expected, contents(scratch / "whole-0", {"replayed_inputs"}))
    timed("the job again, nothing new", [*job, scratch / "whole-0"], env=env, cwd=scratch)
    if "0 new or changed" not in TOLD[-1]:
        raise Differs(f"nothing new: {TOLD[-1]}")


def staged_paths(tables: Path, small: int) -> None:
    file = tables / f"source_files/app_id={idOf(small)}/attempt-1.parquet"
    ((path,),) = duckdb.sql(f"select path from read_parquet('{file}')").fetchall()
    if not path.endswith(f"file:{os.sep}{str(tables.parent)[1:]}/logs/events/{idOf(small)}"):
        raise Differs(f"a staged file is called {path}")


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", type=int, default=60)
    parser.add_argument("--large", type=int, default=40, help="MB of the large application's log")
    parser.add_argument("--archive", type=Path)
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="respark-fleet-") as scratch:
        try:
            run(
                Path(scratch).resolve(),
                options.small,
                options.large,
                options.archive,
            )
        except Differs as difference:
            print(difference, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
