#!/usr/bin/env python3
"""Others can read what respark writes: a fixture is replayed and exported; DuckDB, pyarrow and polars must see the same rows.

usage: compare_exports.py [LOGS]      needs: pip install duckdb pyarrow polars (without polars: the rest is compared)
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import duckdb
import pyarrow
import pyarrow.csv
import pyarrow.dataset
import pyarrow.ipc
import pyarrow.parquet

try:
    import polars
except ImportError:
    polars = None

ROOT = pathlib.Path(__file__).resolve().parents[2]


def respark(*arguments):
    command = ["node", "--conditions=@respark/source", "--import", "tsx", "packages/cli/src/bin.ts", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(arguments)}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


def comparable(rows):
    """Rows as texts in one order: a reader may give them in any."""
    return sorted(json.dumps(row, default=str, sort_keys=True) for row in rows)


def plain(table):
    """A pyarrow table as plain rows; strings and timestamps of any width are the same."""
    return [dict(row) for row in table.to_pylist()]


def read_arrow(path):
    with pyarrow.ipc.open_file(path) as file:
        table = file.read_all()
    table.validate(full=True)
    return table


def differences(table, want, directory):
    """What a reader sees otherwise, as sentences."""
    seen = {
        "pyarrow, Parquet": lambda: plain(
            pyarrow.dataset.dataset(directory / "parquet" / table, format="parquet").to_table()
        ),
        "pyarrow, Arrow": lambda: [
            row for path in sorted((directory / "arrow" / table).glob("*/*.arrow")) for row in plain(read_arrow(path))
        ],
        "duckdb, Parquet": lambda: rows_of(
            duckdb.connect(), f"from read_parquet('{directory}/parquet/{table}/*/*.parquet', hive_partitioning = false)"
        ),
    }
    if polars is not None:
        seen["polars, Parquet"] = lambda: polars.read_parquet(
            f"{directory}/parquet/{table}/**/*.parquet", hive_partitioning=False
        ).to_dicts()
        seen["polars, Arrow"] = lambda: [
            row
            for path in sorted((directory / "arrow" / table).glob("*/*.arrow"))
            for row in polars.read_ipc(path).to_dicts()
        ]
    for reader, read in seen.items():
        got = comparable(read())
        if got != want:
            other = next((pair for pair in zip(want, got) if pair[0] != pair[1]), ("", ""))
            yield f"{table}: {reader} sees {len(got)} rows of {len(want)}\n  wrote {other[0]}\n  read  {other[1]}"


def rows_of(connection, sql):
    cursor = connection.execute(sql)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row)) for row in cursor.fetchall()]


def csv_differences(table, database, directory):
    """CSV has no types: DuckDB reads it back with those of the table."""
    database.execute(f"create or replace temp table again as from replayed.{table} limit 0")
    for path in sorted((directory / "csv" / table).glob("*/*.csv")):
        database.execute(f"copy again from '{path}' (format csv, header true, allow_quoted_nulls false)")
    missing = database.execute(f"select count(*) from (from replayed.{table} except all from again)").fetchone()[0]
    extra = database.execute(f"select count(*) from (from again except all from replayed.{table})").fetchone()[0]
    if missing or extra:
        yield f"{table}: CSV lacks {missing} rows and has {extra} others"


def main():
    logs = sys.argv[1] if len(sys.argv) > 1 else "fixtures/runs/s35-f-base-dbg"
    wrong = []
    with tempfile.TemporaryDirectory(prefix="respark-exports-") as folder:
        directory = pathlib.Path(folder)
        path = directory / "replayed.duckdb"
        respark("replay", logs, "-o", str(path), "--quiet")
        for form in ("parquet", "arrow", "csv"):
            respark("export", str(path), "--format", form, "-o", str(directory / form))
        database = duckdb.connect()
        database.execute(f"attach '{path}' as replayed (read_only)")
        tables = [
            row[0]
            for row in database.execute(
                "select table_name from duckdb_tables() where database_name = 'replayed' and not table_name like 'respark_%' order by 1"
            ).fetchall()
        ]
        total = 0
        for table in tables:
            rows = rows_of(database, f"from replayed.{table}")
            total += len(rows)
            wrong += differences(table, comparable(rows), directory)
            wrong += csv_differences(table, database, directory)
        readers = f"duckdb {duckdb.__version__}, pyarrow {pyarrow.__version__}" + (
            f", polars {polars.__version__}" if polars is not None else "; polars is not here and was left out"
        )
        print(f"{len(tables)} tables, {total} rows, as Parquet, Arrow and CSV, read by {readers}: {len(wrong)} differences")
    for sentence in wrong:
        print(sentence)
    sys.exit(1 if wrong or total == 0 else 0)


main()
