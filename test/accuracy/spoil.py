"""Makes a replayed database worthless in one way: usage: spoil.py DB zero|wide|unmanaged."""
import sys

import duckdb

path, way = sys.argv[1:3]
db = duckdb.connect(path)
BOUNDS = ("", "_min", "_max")


def spoil(table, pairs, source="", where=""):
    db.execute(f"update {table} set " + ", ".join(f"{column} = {value}" for column, value in pairs) + source + where)


def wide(column, most):
    return [(column, f"{most} // 2"), (column + "_min", "0"), (column + "_max", most)]


def constant(column, value):
    return [(column + bound, value) for bound in BOUNDS]


POOLS = ("storage_used_bytes", "unroll_used_bytes", "execution_used_bytes", "storage_pool_bytes", "execution_pool_bytes")
if way == "zero":
    spoil("memory_timeline", [p for c in POOLS for p in constant(c, "0")])
    spoil("task_memory_timeline", constant("execution_used_bytes", "0"))
elif way == "wide":
    spoil("memory_timeline", [p for c in POOLS for p in wide(c, "max_memory_bytes")])
    most = "(select max(max_memory_bytes) from memory_timeline)"
    spoil("task_memory_timeline", wide("execution_used_bytes", most))
else:  # blocks added up, the storage pool as configured, no unroll, no execution
    region = """(select arg_min(l.storage_pool_bytes, l.seq) from memory_timeline l
                 where l.executor_id = t.executor_id and l.mode = t.mode)"""
    sum_of_blocks = [(f"storage_used_bytes{b}", f"greatest(0, storage_used_bytes{b} - coalesce(unroll_used_bytes{b}, 0))") for b in BOUNDS]
    spoil("memory_timeline t", sum_of_blocks + constant("storage_pool_bytes", region) + constant("execution_used_bytes", "0") + constant("unroll_used_bytes", "0"))
    spoil("task_memory_timeline", constant("execution_used_bytes", "0"))
db.close()
