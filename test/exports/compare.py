"""Others read what respark wrote: the database with Python's duckdb, its exports with pyarrow and polars, each cell compared.

    python test/exports/compare.py [directory of logs …]

Replays each directory (without any: two fixtures), exports the database in every format and reads all of it back. Says what it compared; exits 1 on a difference.
Needs the packages duckdb and pyarrow; polars where it is there.
"""

from __future__ import annotations

import csv
import datetime
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Callable, Iterable

import duckdb
import pyarrow.dataset
import pyarrow.ipc
import pyarrow.parquet

try:
    import polars
except ImportError:
    polars = None

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = [ROOT / "fixtures/runs/s35-f-base-dbg", ROOT / "fixtures/runs/s24-i-legacy-dbg"]

Row = tuple[Any, ...]
# What an export's file says: its columns, and its rows in their order.
Content = tuple[list[str], list[Row]]


class Differs(Exception):
    pass


def respark(*arguments: str | Path) -> None:
    command = ["node", "--conditions=@respark/source", "--import", "tsx", "packages/cli/src/bin.ts"]
    done = subprocess.run(
        [*command, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise Differs(f"respark {arguments[0]} exits {done.returncode}: {done.stderr.strip()}")


def plain(value: Any) -> Any:
    """The same value from every reader: times as microseconds, lists as tuples."""
    if isinstance(value, datetime.datetime):
        seconds = (value.replace(tzinfo=None) - datetime.datetime(1970, 1, 1)).total_seconds()
        return ("µs", round(seconds * 1_000_000))
    if isinstance(value, (list, tuple)):
        return tuple(value)
    return value


def from_arrow(table: Any) -> Content:
    columns = [[plain(cell) for cell in column.to_pylist()] for column in table.columns]
    return table.column_names, list(zip(*columns, strict=True))


def from_polars(frame: Any) -> Content:
    return frame.columns, [tuple(plain(cell) for cell in row) for row in frame.rows()]


def in_csv(value: Any) -> str:
    """A cell as DuckDB writes it to CSV; NULL is an empty field."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ").rstrip("0").rstrip(".") if value.microsecond else value.isoformat(sep=" ")
    if isinstance(value, list):
        return f"[{', '.join(str(item) for item in value)}]"
    return str(value)


def readers(directory: Path, table: str, one: Path, ending: str) -> Iterable[tuple[str, Callable[[], Content]]]:
    """Every way in which people open a table, whole and by file. Of Parquet the id stands in the folder's name alone."""
    whole = directory / table
    if ending == "parquet":
        yield "duckdb", lambda: from_arrow(duckdb.sql(f"from read_parquet('{whole}/**/*.parquet')").to_arrow_table())
        yield "pyarrow, the folder", lambda: from_arrow(pyarrow.parquet.read_table(whole))
        if polars is not None:
            yield "polars, the folder", lambda: from_polars(polars.read_parquet(whole))
    if ending == "arrow":
        yield "pyarrow, one file", lambda: from_arrow(pyarrow.ipc.open_file(one).read_all())
        yield "pyarrow, the folder", lambda: from_arrow(pyarrow.dataset.dataset(whole, format="arrow").to_table())
        if polars is not None:
            yield "polars, one file", lambda: from_polars(polars.read_ipc(one))


def key_first(content: Content) -> Content:
    """Readers put what a folder's name says behind the other columns, or before them."""
    names, rows = content
    at = names.index("app_id")
    return (
        ["app_id", *names[:at], *names[at + 1 :]],
        [(row[at], *row[:at], *row[at + 1 :]) for row in rows],
    )


def compare(what: str, expected: Content, found: Content) -> int:
    found = key_first(found)
    if expected[0] != found[0]:
        raise Differs(f"{what}: columns {found[0]} instead of {expected[0]}")
    if len(expected[1]) != len(found[1]):
        raise Differs(f"{what}: {len(found[1])} rows instead of {len(expected[1])}")
    for number, (right, wrong) in enumerate(zip(expected[1], found[1], strict=True)):
        if right != wrong:
            cells = [
                f"{name} is {b!r} instead of {a!r}"
                for name, a, b in zip(expected[0], right, wrong, strict=True)
                if a != b
            ]
            raise Differs(f"{what}, row {number}: {'; '.join(cells)}")
    return len(expected[0]) * len(expected[1])



def only_file(directory: Path, ending: str) -> Path:
    files = sorted(directory.rglob(f"*.{ending}"))
    if len(files) != 1:
        raise Differs(f"{directory} has {len(files)} {ending} files instead of one")
    return files[0]


def check_csv(what: str, one: Path, names: list[str], rows: list[Row]) -> int:
    with one.open(newline="", encoding="utf-8") as file:
        lines = list(csv.reader(file))
    expected = [tuple(in_csv(cell) for cell in row) for row in rows]
    return compare(what, (names, expected), (lines[0], [tuple(line) for line in lines[1:]]))


def check_trace(one: Path, database: duckdb.DuckDBPyConnection) -> int:
    """The trace has a process for the application and one an executor, a slice a task, a step of the pools a step of the timeline."""
    events = json.loads(one.read_text(encoding="utf-8"))["traceEvents"]
    counted = {
        "processes": (sum(event["ph"] == "M" for event in events), "select 1 + count(*) from executors"),
        "tasks": (
            sum(event["ph"] == "b" and event["cat"] == "task" for event in events),
            "select count(*) from tasks where launched_at is not null",
        ),
        "marks of evictions and failed puts": (
            sum(event["ph"] == "i" and event["cat"] == "block" for event in events),
            "select count(*) from block_events where op in ('evict', 'drop_to_disk', 'put_fail')",
        ),
        "marks of spills": (
            sum(event["ph"] == "i" and event["cat"] == "spill" for event in events),
            "select count(*) from spills",
        ),
        "steps of the pools": (
            sum(event["ph"] == "C" and event["name"].startswith("memory ") for event in events),
            "select count(*) from memory_timeline where not (mode = 'off_heap' and coalesce(max_memory_bytes, 0) = 0)",
        ),
    }
    for name, (found, sql) in counted.items():
        ((expected,),) = database.sql(sql).fetchall()
        if found != expected:
            raise Differs(f"perfetto: {found} {name} instead of {expected}")
    return len(events)


def compare_run(logs: Path, scratch: Path) -> None:
    path = scratch / "run.duckdb"
    respark("replay", logs, "-o", path, "--overwrite", "--quiet")
    for ending in ("parquet", "arrow", "csv", "perfetto"):
        respark("export", path, "--format", ending, "-o", scratch / ending)
    database = duckdb.connect(str(path), read_only=True)
    tables = [
        name
        for (name,) in database.sql(
            "select table_name from duckdb_tables() where table_name not like 'respark_%' and table_name <> 'replayed_inputs' order by 1"
        ).fetchall()
    ]
    # Kept by event, shown by value.
    tables.append("executor_metrics")
    views = [name for (name,) in database.sql("select view_name from duckdb_views() where not internal order by 1").fetchall()]
    for view in views:
        database.sql(f"from {view}").fetchall()
    rows = cells = 0
    for table in tables:
        relation = database.sql(f"from {table}" if table == "executor_metrics" else f"from {table} order by rowid")
        names, raw = relation.columns, relation.fetchall()
        expected = (names, [tuple(plain(cell) for cell in row) for row in raw])
        rows += len(raw)
        for ending in ("parquet", "arrow"):
            one = only_file(scratch / ending / table, ending)
            for reader, read in readers(scratch / ending, table, one, ending):
                cells += compare(f"{table} as {ending} by {reader}", expected, read())
        cells += check_csv(f"{table} as csv", only_file(scratch / "csv" / table, "csv"), names, raw)
    events = check_trace(only_file(scratch / "perfetto", "json"), database)
    database.close()
    print(
        f"{logs.name}: {len(tables)} tables, {rows} rows, {len(views)} views answered; {cells} cells read back equal; {events} trace events"
    )


def main(directories: list[str]) -> int:
    if polars is None:
        print("left out: polars is not here")
    for logs in [Path(one).resolve() for one in directories] or FIXTURES:
        with tempfile.TemporaryDirectory(prefix="respark-exports-") as scratch:
            try:
                compare_run(logs, Path(scratch))
            except Differs as difference:
                print(f"{logs.name}: {difference}", file=sys.stderr)
                return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
