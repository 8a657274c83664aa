"""When each executor's memory was fullest, from a database that `respark replay` wrote. Needs: pip install duckdb"""

import pathlib
import sys

import duckdb

SQL = pathlib.Path(__file__).parent.parent / "sql" / "fullest-moment.sql"


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: fullest_moment.py app.duckdb")
    with duckdb.connect(sys.argv[1], read_only=True) as database:
        database.sql(SQL.read_text()).show(max_width=200)


if __name__ == "__main__":
    main()
