"""respark from Python: replay a Spark application's logs, and open the database.

    import respark_cli as respark
    con = respark.connect(respark.replay("logs/", output="app.duckdb"))
    con.sql("from eviction_ledger limit 10").df()
"""
from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Iterable, Sequence, Union

from ._run import command

__version__ = "0.1.0"
__all__ = ["ResparkError", "connect", "replay", "run"]
PathLike = Union[str, "os.PathLike[str]"]


class ResparkError(RuntimeError):
    """respark ended with a code other than 0 (3: unreadable input, 70: a bug); the text is its standard error."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message.strip() or f"respark ended with code {code}")
        self.code = code


def run(*arguments: PathLike) -> str:
    """Runs any command, without a shell; returns its standard output. Raises ResparkError."""
    done = subprocess.run(
        [*command(), *map(os.fspath, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
    )
    if done.returncode != 0:
        raise ResparkError(done.returncode, done.stderr)
    return done.stdout


def replay(
    paths: PathLike | Iterable[PathLike],
    output: PathLike | None = None,
    *,
    overwrite: bool = False,
    options: Sequence[str] = (),
) -> Path:
    """Replays logs (directories or files) into a DuckDB file and returns its path.

    Without `output` the file is in a new temporary directory, which the caller removes.
    """
    given = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    target = (
        Path(tempfile.mkdtemp(prefix="respark-"), "respark.duckdb")
        if output is None
        else Path(output)
    )
    replaces = ["--overwrite"] if overwrite else []
    run("replay", *given, "-o", target, *replaces, "--quiet", *options)
    return target


def connect(database: PathLike):
    """Opens a database read-only. Needs duckdb: pip install 'respark-cli[duckdb]'."""
    import duckdb

    return duckdb.connect(os.fspath(database), read_only=True)
