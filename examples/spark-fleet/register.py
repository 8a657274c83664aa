"""Tables of a fleet in Delta Lake or Iceberg, from one folder of Parquet.

    python register.py delta <tables>                  in place: a log beside the files
    python register.py iceberg <tables> <warehouse>    a copy in large files

Needs deltalake, or pyiceberg[sql-sqlite,pyarrow].
"""

import sys
from pathlib import Path

import pyarrow
import pyarrow.dataset

APP_ID = pyarrow.schema([("app_id", pyarrow.string())])


def tables_in(folder):
    return sorted(one for one in Path(folder).iterdir() if any(one.glob("app_id=*/*.parquet")))


def delta(folder):
    from deltalake import Field, Schema, convert_to_deltalake

    key = Schema([Field("app_id", "string")])
    for table in tables_in(folder):
        convert_to_deltalake(str(table), partition_by=key, partition_strategy="hive")


def iceberg(folder, warehouse):
    from pyiceberg.catalog import load_catalog
    from pyiceberg.expressions import In

    Path(warehouse).mkdir(parents=True, exist_ok=True)
    catalog = load_catalog(
        "respark", type="sql", uri=f"sqlite:///{warehouse}/catalog.db", warehouse=str(warehouse)
    )
    catalog.create_namespace_if_not_exists("respark")
    for table in tables_in(folder):
        partitions = pyarrow.dataset.partitioning(APP_ID, flavor="hive")
        rows = pyarrow.dataset.dataset(table, format="parquet", partitioning=partitions).to_table()
        held = catalog.create_table_if_not_exists(f"respark.{table.name}", rows.schema)
        held.overwrite(
            rows, overwrite_filter=In("app_id", set(rows["app_id"].drop_null().to_pylist()) or {""})
        )


if __name__ == "__main__":
    {"delta": delta, "iceberg": iceberg}[sys.argv[1]](*sys.argv[2:])
