"""Programs that make memory interesting, by the letter or word that stands in a run's name.

Each is (main class, program, arguments, settings, launch). Sizes suit executors of 512 MiB.
"""

FRACTION = "spark.memory.fraction"
SHUFFLE_JOIN = {"spark.sql.autoBroadcastJoinThreshold": "-1", "spark.sql.shuffle.partitions": "4"}
SQL = {"spark.sql.shuffle.partitions": "4", "spark.sql.adaptive.enabled": "true"}
FAIR = {"spark.scheduler.mode": "FAIR"}
DECOMMISSION = {
    "spark.decommission.enabled": "true",
    "spark.storage.decommission.enabled": "true",
    "spark.storage.decommission.rddBlocks.enabled": "true",
    "spark.storage.decommission.shuffleBlocks.enabled": "true",
    "spark.storage.decommission.replicationReattemptInterval": "1s",
}
DYNAMIC = {
    "spark.dynamicAllocation.enabled": "true",
    "spark.dynamicAllocation.shuffleTracking.enabled": "true",
    "spark.dynamicAllocation.minExecutors": "1",
    "spark.dynamicAllocation.initialExecutors": "1",
    "spark.dynamicAllocation.maxExecutors": "4",
    "spark.dynamicAllocation.executorIdleTimeout": "3s",
    "spark.dynamicAllocation.cachedExecutorIdleTimeout": "5s",
    "spark.dynamicAllocation.schedulerBacklogTimeout": "1s",
}
ROCKSDB = {
    "spark.sql.streaming.stateStore.providerClass": "org.apache.spark.sql.execution.streaming"
    ".state.RocksDBStateStoreProvider"
}


def off_heap(mib):
    return {
        "spark.memory.offHeap.enabled": "true",
        "spark.memory.offHeap.size": str(mib << 20),
    }


def first(program, args, conf=None, **launch):
    return ("lab.Workload", program, args, conf or {}, launch)


def later(program, args, conf=None, **launch):
    return ("lab.W2", program, args, conf or {}, launch)


CACHE = dict(parts=24, kb=14336, reads=2)
SHUFFLE = dict(parts=6, rows=180000, payload=60, keys=100000, ops="sort,group,reduce", reduce=3)
MIXED = dict(
    parts=16, kb=14336, sparts=6, rows=120000, payload=60, keys=100000, ops="group,sort", reduce=3
)

SCENARIOS = {
    # one RDD larger than storage, read three times; levels
    "a": first("cache", CACHE),
    "b1": first("cache", dict(CACHE, level="MEMORY_AND_DISK")),
    "b2": first("cache", dict(CACHE, level="MEMORY_ONLY_SER")),
    "b3": first("cache", dict(CACHE, parts=12, level="MEMORY_AND_DISK_SER_2")),
    "c": first("cache", dict(parts=16, kb=10240, reads=2, level="OFF_HEAP"), off_heap(64)),
    # three RDDs, together larger than storage, read again five times
    "a2": first("cacheset", dict(parts=8, kb=14336, rdds=3)),
    "a3": first("cacheset", dict(parts=8, kb=14336, rdds=3, level="MEMORY_AND_DISK_SER")),
    "l": first("cache2", dict(parts=16, kb=10240)),
    # sorters and maps that spill; tasks that wait for 1/2N
    "d": first("shuffle", SHUFFLE, {FRACTION: "0.3"}),
    "g": first(
        "shuffle",
        dict(parts=16, rows=80000, payload=80, keys=10000000, ops="reduce", reduce=8, stagger=200),
        {FRACTION: "0.1"},
        cores=4,
    ),
    # Tungsten: sort-merge join, aggregation and sort
    "e": first("sqljoin", dict(rows=600000, parts=4), dict(SHUFFLE_JOIN, **{FRACTION: "0.25"})),
    "m": first(
        "sqlcache",
        dict(rows=600000, parts=4, cparts=12, payload=400),
        dict(
            SHUFFLE_JOIN,
            **{FRACTION: "0.25", "spark.sql.inMemoryColumnarStorage.compressed": "false"},
        ),
    ),
    # a cached RDD, a heavy shuffle, the RDD again; the two at once
    "f": first("mixed", MIXED, {FRACTION: "0.5"}),
    "f2": first("concurrent", dict(MIXED, kb=12288, ops="group"), dict(FAIR, **{FRACTION: "0.4"})),
    # a large broadcast; a partition that cannot be unrolled; losses; many levels; tiny tasks
    "h": first("broadcast", dict(parts=16, kb=6144, mb=44)),
    "i": first("unroll", dict(parts=8, kb=6144, bigkb=204800)),
    "j": first("lost", dict(parts=16, kb=8192)),
    "j2": first(
        "lost", dict(parts=12, kb=8192, oom=1, noremove=1), {"spark.task.maxFailures": "2"}
    ),
    "k": first("jobs", dict(kb=12288)),
    "n": first("tiny", dict(parts=900, reads=4)),
    "o": first("crash", dict(parts=16, kb=10240), timeout=60),
    # as clusters are used: 2.4 and later
    "aqe": later("aqe", dict(rows=160000), dict(SQL, **{FRACTION: "0.12"})),
    "fairsql": later(
        "fairsql", dict(rows=60000, rounds=3), dict(SQL, **FAIR, **{FRACTION: "0.08"})
    ),
    "levels": later("levels", dict(kb=3072), dict(off_heap(32), **{FRACTION: "0.25"})),
    "many": later(
        "many", dict(parts=24, kb=2048), dict(SQL, **{FRACTION: "0.15"}), executors=6, cores=1
    ),
    "dyn": later(
        "dyn", dict(kb=3072), dict(DYNAMIC, **SQL, **{FRACTION: "0.3"}), executors=4, wait=1
    ),
    "decom": later(
        "decom", dict(kb=3072), dict(DECOMMISSION, **{FRACTION: "0.4"}), executors=4, cores=1
    ),
    "killed": later("killed", dict(kb=3072), dict(SQL, **{FRACTION: "0.2"})),
    "spec": later(
        "spec",
        dict(kb=3072),
        {
            "spark.speculation": "true",
            "spark.speculation.multiplier": "1.5",
            "spark.speculation.quantile": "0.5",
            "spark.speculation.interval": "200ms",
            FRACTION: "0.2",
        },
    ),
    "stream": later("stream", dict(secs=22, rps=1500), dict(SQL, **ROCKSDB, **{FRACTION: "0.2"})),
    "ml": later("ml", {}, dict(SQL, **{FRACTION: "0.2"})),
    "graph": later("graph", {}, {FRACTION: "0.2"}),
    "bc": later("bc", dict(mb=9, kb=3072), {"spark.broadcast.blockSize": "1m", FRACTION: "0.25"}),
    "shell": later("shell", dict(secs=60), dict(SQL, **{FRACTION: "0.2"})),
    "thrash": later("thrash", dict(parts=12, kb=2048, rereads=7, srows=30000), {FRACTION: "0.2"}),
    "conc": later("conc", dict(kb=3072, rows=60000), dict(SQL, **FAIR, **{FRACTION: "0.12"})),
}
