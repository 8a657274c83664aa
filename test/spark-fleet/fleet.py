"""examples/spark-fleet on a real Spark: its rows are those of one machine, whatever befalls it.

    python test/spark-fleet/fleet.py [--small 60] [--large 40] [--archive respark.tgz]

Run with the Python of an environment that has pyspark and duckdb; Java is needed, and some minutes.
A directory of small applications, one large, two damaged, one that hangs, one that breaks the
command, and executor logs that stand elsewhere is replayed by one command and by the job on
local-cluster[2,1,1024]. Then an executor is killed in the middle, three applications are new, and
files are staged instead of read in place.
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


def hanging(archive: Path, scratch: Path) -> Path:
    """The archive with a Node that never ends where it is given the one, and dies of the other."""
    home = scratch / "respark"
    with tarfile.open(archive) as tar:
        tar.extractall(home)
    (home / "bin/node").rename(home / "bin/node-itself")
    (home / "bin/node").write_text(
        f'#!/bin/sh\ncase "$*" in *{HANGS}*) exec sleep 1000;; *{BREAKS}*) exit 70;; esac\n'
        f'exec {home}/bin/node-itself "$@"\n'
    )
    (home / "bin/node").chmod(0o755)
    with tarfile.open(scratch / "hanging.tar", "w") as tar:
        for one in home.iterdir():
            # Spark unpacks this kind in Java, which forgets that Node may be run.
            tar.add(
                one,
                one.name,
                filter=lambda member: None if member.name == "bin/node-itself" else member,
            )
    return scratch / "hanging.tar"


def cpu() -> float:
    used = os.times()
    return used.children_user + used.children_system


def timed(name: str, command: list[str | Path], **more: object) -> float:
    before, began = cpu(), time.monotonic()
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, check=False, **more
    )
    if done.returncode != 0:
        raise Differs(f"{name} exits {done.returncode}: {done.stderr[-3000:]}")
    wall = time.monotonic() - began
    told = done.stdout.strip().splitlines()[-1:] or [""]
    print(f"{name}: {wall:.1f} s, {cpu() - before:.1f} CPU s; {told[0][:100]}", flush=True)
    return wall


def submit(archive: Path, logs: Path, tables: Path, *options: str) -> list[str]:
    import pyspark

    return [
        str(Path(pyspark.__file__).parent / "bin/spark-submit"),
        "--master",
        "local-cluster[2,1,1024]",
        "--driver-memory",
        "512m",
        "--conf",
        "spark.ui.enabled=false",
        "--conf",
        "spark.log.level=WARN",
        "--archives",
        f"{archive}#respark",
        str(JOB),
        str(logs),
        str(tables),
        *options,
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
                "respark.mjs replay" in line and str(scratch) in line or "bin/node-itself" in line
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


def run(scratch: Path, small: int, large: int, seconds: int, archive: Path | None) -> None:
    logs, env = scratch / "logs", environment(scratch)
    if archive is None:
        archive = scratch / "respark.tgz"
        timed("the archive", [ROOT / "examples/spark-fleet/make-archive", archive])
    make_logs(logs, small, large)
    broken = hanging(archive, scratch)
    home = scratch / "respark"

    for name in (HANGS, BREAKS):
        (logs / "events" / name).rename(scratch / name)
    one = timed(
        "one machine",
        [
            home / "bin/node-itself",
            home / "dist/respark.mjs",
            "replay",
            logs,
            "--resume",
            "--format",
            "parquet",
            "-o",
            scratch / "one",
            "--quiet",
        ],
    )
    whole = timed("the job", submit(archive, logs, scratch / "whole"), env=env, cwd=scratch)
    print(f"the job takes {whole / one:.2f} times as long as one machine's command", flush=True)
    apart = {"replayed_inputs"}
    expected = contents(scratch / "one", apart)
    compare("the job", expected, contents(scratch / "whole", apart))

    if small >= 60:
        timed(
            "the job again, nothing new",
            submit(archive, logs, scratch / "whole"),
            env=env,
            cwd=scratch,
        )
    for name in (HANGS, BREAKS):
        (scratch / name).rename(logs / "events" / name)
    before = {
        path: path.stat().st_mtime_ns for path in (scratch / "whole").glob("tasks/*/*.parquet")
    }
    options = ["--seconds", str(seconds)]
    run_with_a_kill(
        submit(broken, logs, scratch / "killed", *options), scratch / "killed", env, scratch
    )
    expect_manifest(scratch / "killed", small, seconds)
    compare(
        "an executor killed, one that hangs, one that breaks",
        expected,
        contents(scratch / "killed", apart),
    )

    add_application(logs, small)
    told = subprocess.run(
        submit(archive, logs, scratch / "whole", "--stage"),
        env=env,
        cwd=scratch,
        capture_output=True,
        text=True,
        check=False,
    )
    if "3 new or changed" not in told.stdout:
        raise Differs(f"three new ones: {told.stdout} {told.stderr[-3000:]}")
    changed = [
        path
        for path in (scratch / "whole").glob("tasks/*/*.parquet")
        if before.get(path) != path.stat().st_mtime_ns
    ]
    if sorted(path.parent.name for path in changed) != [
        f"app_id={one}" for one in (idOf(small), BREAKS, HANGS)
    ]:
        raise Differs(f"three new applications changed {changed}")
    print("three new applications are the only ones read, through Hadoop's file system", flush=True)
    staged_paths(scratch / "whole", small)


def staged_paths(tables: Path, small: int) -> None:
    file = tables / f"source_files/app_id={idOf(small)}/attempt-1.parquet"
    ((path,),) = duckdb.sql(f"select path from read_parquet('{file}')").fetchall()
    if not path.endswith(f"file:{os.sep}{str(tables.parent)[1:]}/logs/events/{idOf(small)}"):
        raise Differs(f"a staged file is called {path}")


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", type=int, default=60)
    parser.add_argument("--large", type=int, default=40, help="MB of the large application's log")
    parser.add_argument("--seconds", type=int, default=45, help="a child's limit, where one hangs")
    parser.add_argument("--archive", type=Path)
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="respark-fleet-") as scratch:
        try:
            run(
                Path(scratch).resolve(),
                options.small,
                options.large,
                options.seconds,
                options.archive,
            )
        except Differs as difference:
            print(difference, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
