"""What the scores do not say about a replayed database: usage: look.py DB. Prints one JSON object."""
import json
import sys

import duckdb

db = duckdb.connect(sys.argv[1], read_only=True)
print(json.dumps(dict(
    size_width_without_broadcasts=db.execute("""
        select avg((coalesce(memory_bytes_max, memory_bytes) - coalesce(memory_bytes_min, memory_bytes)) / memory_bytes)
        from block_events where op = 'store' and memory_bytes > 0 and executor_id <> 'driver'
          and not (block_id like 'broadcast_%' and block_id not like '%piece%')""").fetchone()[0],
    waits=db.execute("select count(*) from memory_waits where executor_id <> 'driver'").fetchone()[0])))
