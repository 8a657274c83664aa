"""Parquet of several applications as others read it: counts and sums are those of the database.

    python test/exports/readers.py

DuckDB, pyarrow, polars, pandas and (where Java is) Spark each read every table of one folder whole.
Needs the packages duckdb, pyarrow, polars, pandas and pyspark.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any, Callable

import duckdb
import pandas
import polars
import pyarrow.compute
import pyarrow.parquet

ROOT = Path(__file__).resolve().parents[2]
LOGS = [ROOT / "fixtures/runs/s35-f-base-dbg", ROOT / "fixtures/runs/s24-i-legacy-dbg"]

# What a table says in short: rows, the sum of each whole number, and which applications there are.
Short = tuple[int, dict[str, int], list[str]]


def respark(*arguments: str | Path) -> None:
    command = ["node", "--conditions=@respark/source", "--import", "tsx", "packages/cli/src/bin.ts"]
    subprocess.run(
        [*command, *map(str, arguments)], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )


def of_database(database: duckdb.DuckDBPyConnection, table: str) -> Short:
    numbers = [
        name
        for name, kind in database.sql(
            f"""select column_name, data_type from duckdb_columns()
                where table_name = '{table}' order by column_index"""
        ).fetchall()
        if kind in ("BIGINT", "INTEGER")
    ]
    sums = "".join(f", sum({name})::bigint" for name in numbers)
    ((count, *values),) = database.sql(f"select count(*){sums} from {table}").fetchall()
    ids = [
        one for (one,) in database.sql(f"select distinct app_id from {table} order by 1").fetchall()
    ]
    return count, {name: value or 0 for name, value in zip(numbers, values, strict=True)}, ids


def by_duckdb(folder: Path, numbers: list[str]) -> Short:
    relation = f"read_parquet('{folder}/*/*.parquet', hive_partitioning = true)"
    sums = "".join(f", sum({name})::bigint" for name in numbers)
    ((count, *values),) = duckdb.sql(f"select count(*){sums} from {relation}").fetchall()
    ids = [
        one
        for (one,) in duckdb.sql(
            f"select distinct app_id::varchar from {relation} order by 1"
        ).fetchall()
    ]
    return count, {name: value or 0 for name, value in zip(numbers, values, strict=True)}, ids


def by_pyarrow(folder: Path, numbers: list[str]) -> Short:
    table = pyarrow.parquet.read_table(folder)
    sums = {name: pyarrow.compute.sum(table[name]).as_py() or 0 for name in numbers}
    return table.num_rows, sums, sorted(set(map(str, table["app_id"].to_pylist())))


def by_polars(folder: Path, numbers: list[str]) -> Short:
    frame = polars.read_parquet(folder)
    return (
        frame.height,
        {name: frame[name].sum() or 0 for name in numbers},
        sorted(frame["app_id"].unique().to_list()),
    )


def by_pandas(folder: Path, numbers: list[str]) -> Short:
    frame = pandas.read_parquet(folder, dtype_backend="numpy_nullable")
    return (
        len(frame),
        {name: int(frame[name].sum()) for name in numbers},
        sorted(map(str, frame["app_id"].unique())),
    )


def spark_session() -> Any:
    from pyspark.sql import SparkSession

    spark = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def by_spark(spark: Any) -> Callable[[Path, list[str]], Short]:
    def read(folder: Path, numbers: list[str]) -> Short:
        frame = spark.read.parquet(str(folder))
        sums = [f"sum({name}) as {name}" for name in numbers]
        row = frame.selectExpr(
            "count(*) as n_rows", "sort_array(collect_set(app_id)) as ids", *sums
        ).first()
        return row["n_rows"], {name: row[name] or 0 for name in numbers}, list(row["ids"])

    return read


def fleet_questions(
    spark: Any, database: duckdb.DuckDBPyConnection, folder: Path
) -> tuple[int, list[str]]:
    """examples/grafana over the tables: Spark answers as DuckDB does."""

    def plain(rows: list[Any]) -> list[list[str]]:
        return [
            [
                f"{float(cell):.6g}" if isinstance(cell, (int, float, Decimal)) else str(cell)
                for cell in row
            ]
            for row in rows
        ]

    wrong, questions = [], sorted((ROOT / "examples/grafana").glob("*.sql"))
    for table in ("applications", "memory_timeline", "tasks", "findings"):
        spark.read.parquet(str(folder / table)).createOrReplaceTempView(table)
    for question in questions:
        text = question.read_text()
        expected, found = plain(database.sql(text).fetchall()), plain(spark.sql(text).collect())
        if not expected or found != expected:
            wrong.append(f"{question.name} by spark: {found} instead of {expected}")
    return len(questions), wrong


def main() -> int:
    readers = {"duckdb": by_duckdb, "pyarrow": by_pyarrow, "polars": by_polars, "pandas": by_pandas}
    spark = spark_session() if shutil.which("java") else None
    if spark is not None:
        readers["spark"] = by_spark(spark)
    else:
        print("left out: Spark, there is no Java here")
    wrong, tables = [], 0
    with tempfile.TemporaryDirectory(prefix="respark-readers-") as scratch:
        path, folder = Path(scratch) / "fleet.duckdb", Path(scratch) / "tables"
        respark("replay", *LOGS, "-o", path, "--quiet")
        respark("export", path, "--format", "parquet", "-o", folder)
        database = duckdb.connect(str(path), read_only=True)
        for table in sorted(
            one.name for one in folder.iterdir() if one.is_dir() and one.name != "replayed_inputs"
        ):
            expected = of_database(database, table)
            tables += 1
            for name, read in readers.items():
                found = read(folder / table, list(expected[1]))
                if found != expected:
                    wrong.append(f"{table} by {name}: {found} instead of {expected}")
        if spark is not None:
            questions, differ = fleet_questions(spark, database, folder)
            wrong += differ
            print(f"{questions} questions of examples/grafana put to Spark, too")
            spark.stop()
    print(
        "\n".join(wrong)
        or f"{tables} tables of {len(LOGS)} runs: equal counts and sums by {', '.join(readers)}"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
