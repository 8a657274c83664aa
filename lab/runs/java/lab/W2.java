package lab;

import static org.apache.spark.sql.functions.*;

import java.io.*;
import java.nio.file.*;
import java.util.*;
import java.util.concurrent.*;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.*;
import org.apache.spark.api.java.function.*;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.*;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/** Second generation: production-like scenarios, Spark 2.4 .. 4.3. */
public class W2 {
  static Map<String, String> opt = Workload.opt;

  static int i(String k, int d) {
    return Workload.i(k, d);
  }

  static String s(String k, String d) {
    return Workload.s(k, d);
  }

  static void say(String w, Object x) {
    System.err.println("WORKLOAD " + w + " " + x);
  }

  static StorageLevel lv(String n) {
    return StorageLevel.fromString(n);
  }

  static Dataset<Row> fact(SparkSession s, int rows, int parts, int pay) {
    return s.range(0, rows, 1, parts)
        .selectExpr(
            "(id * 7919) % " + (rows / 3 + 1) + " as k",
            "case when id % 5 < 2 then 7 else id % 1000 end as sk",
            "repeat(cast(id % 97 as string), " + pay + ") as v",
            "id as w",
            "id % 37 as d");
  }

  static Dataset<Row> dim(SparkSession s, int rows, int parts) {
    return s.range(0, rows, 1, parts)
        .selectExpr(
            "id as k2",
            "id % 1000 as sk2",
            "concat('name-', cast(id as string), repeat('z', 40)) as u");
  }

  static void aqe(SparkSession s) {
    int rows = i("rows", 500000), parts = i("parts", 4), pay = i("pay", 30);
    fact(s, rows, parts, pay).createOrReplaceTempView("f0");
    dim(s, rows / 4, parts).createOrReplaceTempView("dim");
    dim(s, 1000, 2).createOrReplaceTempView("small");
    s.sql("CACHE TABLE fact AS SELECT * FROM f0");
    say("count", s.sql("select count(*), sum(w) from fact").collectAsList());
    say(
        "bjoin",
        s.sql(
                "select /*+ BROADCAST(small) */ count(*), sum(length(u)) from fact join small on sk"
                    + " = sk2")
            .collectAsList());
    say(
        "smj",
        s.sql(
                "select /*+ MERGE(dim) */ count(*), sum(length(v)), max(u) from fact join dim on k"
                    + " = k2")
            .collectAsList());
    say(
        "skew",
        s.sql(
                "select /*+ MERGE(b) */ count(*), sum(length(a.v)) from fact a join (select sk2, u"
                    + " from small where sk2 < 900) b on a.sk = b.sk2")
            .collectAsList());
    say(
        "window",
        s.sql(
                "select max(r), sum(s) from (select row_number() over (partition by d order by w"
                    + " desc) r, sum(w) over (partition by d order by w rows between 100 preceding"
                    + " and current row) s from fact)")
            .collectAsList());
    say(
        "hashagg",
        s.sql(
                "select count(*), max(m) from (select k, v, sum(w) as s, max(w) as m from fact"
                    + " group by k, v)")
            .collectAsList());
    say(
        "objagg",
        s.sql("select max(n) from (select k, size(collect_list(w)) n from f0 group by k)")
            .collectAsList());
    s.sql("CACHE LAZY TABLE part AS SELECT k, v, w FROM f0 WHERE d < 20");
    say("limit", s.sql("select * from part limit 5").collectAsList().size());
    say("part", s.sql("select count(*), sum(w) from part").collectAsList());
    say("again", s.sql("select count(*), sum(w), max(v) from fact").collectAsList());
    s.sql("UNCACHE TABLE fact");
    say(
        "sort",
        s.sql("select max(k) from (select k, v from f0 order by v, k limit 100000)")
            .collectAsList());
    s.sql("UNCACHE TABLE IF EXISTS part");
    say(
        "distinct",
        s.sql("select count(distinct v), count(distinct k), approx_count_distinct(w) from f0")
            .collectAsList());
  }

  static void fairsql(final SparkSession s, final JavaSparkContext sc) throws Exception {
    final int rows = i("rows", 300000), parts = i("parts", 4), pay = i("pay", 40);
    fact(s, rows, parts, pay).createOrReplaceTempView("f0");
    dim(s, rows / 4, parts).createOrReplaceTempView("dim");
    s.sql("CACHE TABLE a AS SELECT * FROM f0");
    s.sql(
        "CACHE TABLE b OPTIONS ('storageLevel' 'MEMORY_ONLY') AS SELECT k, w, v FROM f0 WHERE d <"
            + " 30");
    ExecutorService ex = Executors.newFixedThreadPool(3);
    List<Future<?>> fs = new ArrayList<>();
    final String[] q = {
      "select count(*), sum(length(v)) from a join dim on k = k2",
      "select count(*), max(n) from (select k, v, count(*) n from a group by k, v)",
      "select max(r) from (select rank() over (partition by d order by w) r from a)",
      "select count(*), sum(w) from b",
      "select count(*) from b join a on b.k = a.k and a.d = 3",
      "select sum(w), max(v) from a",
      "select max(k) from (select k from a order by v, w limit 50000)"
    };
    for (int t = 0; t < 3; t++) {
      final int tt = t;
      fs.add(
          ex.submit(
              new Callable<Object>() {
                public Object call() {
                  sc.setLocalProperty("spark.scheduler.pool", "pool" + tt);
                  for (int k = 0; k < i("rounds", 5); k++)
                    say("q" + tt, s.sql(q[(k * 3 + tt) % q.length]).collectAsList());
                  return null;
                }
              }));
    }
    for (Future<?> f : fs) f.get();
    ex.shutdown();
  }

  static void levels(JavaSparkContext sc, String dir) throws Exception {
    sc.setCheckpointDir(dir + "/ckpt");
    int kb = i("kb", 6144), parts = i("parts", 8);
    String[] L =
        s(
                "levels",
                "MEMORY_AND_DISK_SER,MEMORY_AND_DISK_2,MEMORY_ONLY_SER_2,DISK_ONLY,DISK_ONLY_2,OFF_HEAP,MEMORY_ONLY_2,MEMORY_AND_DISK")
            .split(",");
    List<JavaRDD<byte[]>> rs = new ArrayList<>();
    for (String l : L) {
      JavaRDD<byte[]> r = Workload.gen(sc, "lv-" + l, parts, kb, 16384, -1, 0).persist(lv(l));
      rs.add(r);
      Workload.read(r, 0);
      Workload.read(rs.get(Math.max(0, rs.size() - 3)), 0);
    }
    JavaRDD<byte[]> c =
        Workload.gen(sc, "ck", parts, kb / 2, 8192, -1, 0).persist(lv("MEMORY_AND_DISK"));
    c.checkpoint();
    Workload.read(c, 0);
    Workload.read(c, 0);
    c.unpersist();
    Workload.read(c, 0);
    JavaRDD<byte[]> lc = Workload.gen(sc, "lck", parts, kb / 2, 8192, -1, 0);
    lc.rdd().localCheckpoint();
    Workload.read(lc, 0);
    Workload.read(lc, 0);
    for (int k = 0; k < rs.size(); k += 2) rs.get(k).unpersist();
    Workload.shuffles(sc, "reduce,group", 6, 40000, 20000, 40, 3, 0);
    for (JavaRDD<byte[]> r : rs)
      if (!r.getStorageLevel().equals(StorageLevel.NONE())) Workload.read(r, 0);
  }

  static JavaRDD<Long> slow(JavaRDD<byte[]> r, final int ms) {
    return r.mapPartitionsWithIndex(
        new Function2<Integer, Iterator<byte[]>, Iterator<Long>>() {
          public Iterator<Long> call(Integer p, Iterator<byte[]> it) throws Exception {
            long c = 0;
            while (it.hasNext()) c += it.next().length;
            Thread.sleep(ms);
            return Collections.singletonList(c).iterator();
          }
        },
        false);
  }

  static void signal(String sig, String ex) throws Exception {
    for (int pid : Workload.executorPids(ex)) {
      say("signal", sig + " executor " + ex);
      new ProcessBuilder("kill", "-" + sig, "" + pid).start().waitFor();
    }
  }

  static void later(final int ms, final String sig, final String ex) {
    Thread t =
        new Thread(
            new Runnable() {
              public void run() {
                try {
                  Thread.sleep(ms);
                  signal(sig, ex);
                } catch (Exception e) {
                  e.printStackTrace();
                }
              }
            });
    t.setDaemon(true);
    t.start();
  }

  static void many(JavaSparkContext sc, SparkSession s) throws Exception {
    int parts = i("parts", 48), kb = i("kb", 4096);
    JavaRDD<byte[]> r =
        Workload.gen(sc, "wide", parts, kb, 16384, -1, 0)
            .persist(lv(s("level", "MEMORY_AND_DISK")));
    Workload.read(r, 0);
    Workload.shuffles(sc, "group,reduce", 24, 12000, 30000, 60, 24, 0);
    Workload.read(r, 0);
    fact(s, 300000, 24, 20).createOrReplaceTempView("f0");
    s.sql("CACHE TABLE f AS SELECT * FROM f0");
    say(
        "agg",
        s.sql("select count(*) from (select k, v, sum(w) from f group by k, v)").collectAsList());
    Workload.read(r, 0);
    r.unpersist();
    say("agg2", s.sql("select d, sum(w) from f group by d order by d").collectAsList().size());
  }

  static void dyn(JavaSparkContext sc, SparkSession s) throws Exception {
    JavaRDD<byte[]> r =
        Workload.gen(sc, "dynA", 16, i("kb", 5120), 16384, -1, 0).persist(lv("MEMORY_AND_DISK"));
    for (long x : slow(r, 1500).collect()) {}
    say("execs", sc.sc().getExecutorMemoryStatus().size());
    Thread.sleep(i("idle", 9000));
    say("execs idle", sc.sc().getExecutorMemoryStatus().size());
    Workload.read(r, 100);
    Workload.shuffles(sc, "group", 8, 30000, 30000, 60, 8, 0);
    for (long x : slow(r, 1200).collect()) {}
    r.unpersist();
    Thread.sleep(i("idle", 9000));
    say("execs idle", sc.sc().getExecutorMemoryStatus().size());
    fact(s, 200000, 8, 20).createOrReplaceTempView("f0");
    say(
        "agg",
        s.sql("select count(*) from (select k, v, sum(w) from f0 group by k, v)").collectAsList());
    Thread.sleep(1500);
  }

  static void decom(JavaSparkContext sc, SparkSession s) throws Exception {
    JavaRDD<byte[]> r =
        Workload.gen(sc, "mig", 24, i("kb", 5120), 16384, -1, 0).persist(lv("MEMORY_AND_DISK"));
    Workload.read(r, 0);
    JavaRDD<byte[]> q =
        Workload.gen(sc, "mig2", 12, i("kb", 5120), 16384, -1, 0).persist(lv("MEMORY_ONLY_SER"));
    Workload.read(q, 0);
    Workload.shuffles(sc, "group", 8, 30000, 30000, 60, 6, 0);
    signal("PWR", "1");
    for (long x : slow(r, 900).collect()) {}
    Workload.read(q, 0);
    Thread.sleep(5000);
    Workload.read(r, 0);
    signal("PWR", "2");
    Workload.read(q, 300);
    Thread.sleep(4000);
    Workload.shuffles(sc, "reduce", 8, 30000, 30000, 60, 6, 0);
    Workload.read(r, 0);
    Workload.read(q, 0);
  }

  static void killed(JavaSparkContext sc, SparkSession s) throws Exception {
    JavaRDD<byte[]> r =
        Workload.gen(sc, "base", 16, i("kb", 6144), 16384, -1, 0)
            .persist(lv(s("level", "MEMORY_AND_DISK")));
    Workload.read(r, 0);
    JavaPairRDD<Long, Iterable<String>> g =
        Workload.pairs(sc, 8, 30000, 50000, 60, 0).groupByKey(6).persist(lv("MEMORY_AND_DISK_SER"));
    say("g", g.count());
    later(1200, "9", "1");
    for (long x : slow(r, 1500).collect()) {}
    say(
        "g2",
        g.mapValues(
                new Function<Iterable<String>, Integer>() {
                  public Integer call(Iterable<String> v) {
                    int c = 0;
                    for (String x : v) c++;
                    return c;
                  }
                })
            .reduceByKey(
                new Function2<Integer, Integer, Integer>() {
                  public Integer call(Integer a, Integer b) {
                    return a + b;
                  }
                },
                4)
            .count());
    later(1500, "9", "0");
    fact(s, 400000, 6, 30).createOrReplaceTempView("f0");
    dim(s, 100000, 4).createOrReplaceTempView("dim");
    say(
        "smj",
        s.sql(
                "select /*+ MERGE(dim) */ count(*), sum(length(v)), max(u) from f0 join dim on k ="
                    + " k2")
            .collectAsList());
    try {
      sc.parallelize(Arrays.asList(1, 2, 3, 4), 4)
          .mapPartitionsWithIndex(
              new Function2<Integer, Iterator<Integer>, Iterator<Integer>>() {
                public Iterator<Integer> call(Integer p, Iterator<Integer> it) {
                  if (p == 1 && TaskContext.get().attemptNumber() == 0) {
                    List<byte[]> l = new ArrayList<>();
                    for (; ; ) l.add(new byte[16 << 20]);
                  }
                  return it;
                }
              },
              false)
          .count();
    } catch (Exception e) {
      say("failure", e.getMessage().split("\n")[0]);
    }
    Workload.awaitExecutors(sc, 2);
    Workload.read(r, 0);
    say("g3", g.count());
  }

  static void spec(JavaSparkContext sc, SparkSession s) throws Exception {
    JavaRDD<byte[]> r = Workload.gen(sc, "spec", 16, i("kb", 6144), 16384, -1, 0);
    JavaRDD<byte[]> m =
        r.mapPartitionsWithIndex(
                new Function2<Integer, Iterator<byte[]>, Iterator<byte[]>>() {
                  public Iterator<byte[]> call(final Integer p, Iterator<byte[]> it)
                      throws Exception {
                    if (p % 7 == 3 && TaskContext.get().attemptNumber() == 0) Thread.sleep(7000);
                    return it;
                  }
                },
                false)
            .setName("specSlow")
            .persist(lv(s("level", "MEMORY_ONLY")));
    Workload.read(m, 0);
    Workload.read(m, 0);
    JavaPairRDD<Long, String> p =
        Workload.pairs(sc, 8, 40000, 50000, 60, 0)
            .mapPartitionsToPair(
                new PairFlatMapFunction<Iterator<Tuple2<Long, String>>, Long, String>() {
                  public Iterator<Tuple2<Long, String>> call(Iterator<Tuple2<Long, String>> it)
                      throws Exception {
                    if (TaskContext.getPartitionId() == 2 && TaskContext.get().attemptNumber() == 0)
                      Thread.sleep(6000);
                    return it;
                  }
                });
    say("grp", p.groupByKey(4).count());
    Workload.read(m, 0);
    try {
      sc.parallelize(Arrays.asList(1, 2, 3, 4, 5, 6), 6)
          .map(
              new Function<Integer, Integer>() {
                public Integer call(Integer x) {
                  if (x == 3 && TaskContext.get().attemptNumber() < 2)
                    throw new RuntimeException("flaky " + x);
                  return x;
                }
              })
          .count();
    } catch (Exception e) {
      say("failed", e.getMessage().split("\n")[0]);
    }
  }

  static void stream(SparkSession s, String dir) throws Exception {
    Dataset<Row> src =
        s.readStream()
            .format("rate")
            .option("rowsPerSecond", i("rps", 4000))
            .option("numPartitions", 4)
            .load()
            .selectExpr(
                "timestamp",
                "value",
                "value % 5000 as k",
                "repeat(cast(value % 13 as string), 20) as v");
    Dataset<Row> dimd = dim(s, 20000, 2).persist(lv("MEMORY_AND_DISK"));
    say("dim", dimd.count());
    Dataset<Row> agg =
        src.withWatermark("timestamp", "5 seconds")
            .groupBy(window(col("timestamp"), "2 seconds"), col("k"))
            .agg(count(lit(1)).as("n"), max("v").as("mv"));
    org.apache.spark.sql.streaming.StreamingQuery q1 =
        agg.writeStream()
            .outputMode("update")
            .queryName("agg")
            .option("checkpointLocation", dir + "/c1")
            .format("memory")
            .queryName("aggmem")
            .start();
    final Dataset<Row> dd = dimd;
    org.apache.spark.sql.streaming.StreamingQuery q2 =
        src.withWatermark("timestamp", "3 seconds")
            .dropDuplicates(new String[] {"k", "timestamp"})
            .writeStream()
            .option("checkpointLocation", dir + "/c2")
            .foreachBatch(
                new VoidFunction2<Dataset<Row>, Long>() {
                  public void call(Dataset<Row> b, Long id) {
                    Dataset<Row> p = b.persist();
                    long n = p.count();
                    long j = p.join(dd, p.col("k").equalTo(dd.col("k2"))).count();
                    say("batch", id + " " + n + " " + j);
                    p.unpersist();
                  }
                })
            .start();
    Thread.sleep(i("secs", 40) * 1000L);
    q1.stop();
    q2.stop();
    say("rows", s.sql("select count(*) from aggmem").collectAsList());
  }

  static void ml(SparkSession s) {
    Dataset<Row> rat =
        s.range(0, i("ratings", 60000), 1, 4)
            .selectExpr(
                "cast((id * 7919) % 3000 as int) u",
                "cast((id * 104729) % 800 as int) it", "cast(1 + id % 5 as float) r");
    org.apache.spark.ml.recommendation.ALS als =
        new org.apache.spark.ml.recommendation.ALS()
            .setUserCol("u")
            .setItemCol("it")
            .setRatingCol("r")
            .setRank(8)
            .setMaxIter(i("iter", 4))
            .setNumBlocks(4)
            .setSeed(1L);
    org.apache.spark.ml.recommendation.ALSModel m = als.fit(rat);
    say("als", m.itemFactors().count());
    Dataset<Row> pts =
        s.range(0, i("pts", 150000), 1, 4)
            .selectExpr(
                "sin(id) a",
                "cos(id*3) b",
                "rand(3) c",
                "id % 10 d",
                "cast(id % 2 as double) label");
    Dataset<Row> fv =
        new org.apache.spark.ml.feature.VectorAssembler()
            .setInputCols(new String[] {"a", "b", "c", "d"})
            .setOutputCol("features")
            .transform(pts)
            .select("features", "label")
            .persist(lv("MEMORY_AND_DISK"));
    say("fv", fv.count());
    say(
        "km",
        new org.apache.spark.ml.clustering.KMeans()
            .setK(8)
            .setMaxIter(8)
            .setSeed(2L)
            .fit(fv)
            .clusterCenters()
            .length);
    say(
        "lr",
        new org.apache.spark.ml.classification.LogisticRegression()
            .setMaxIter(10)
            .fit(fv)
            .coefficients());
    say(
        "rf",
        new org.apache.spark.ml.classification.RandomForestClassifier()
            .setNumTrees(5)
            .setMaxDepth(4)
            .setSeed(3L)
            .fit(fv)
            .getNumTrees());
    fv.unpersist();
    say("rec", m.recommendForAllUsers(3).count());
  }

  static void graph(JavaSparkContext sc, String dir) throws Exception {
    PrintWriter w = new PrintWriter(dir + "/edges.txt");
    Random rnd = new Random(5);
    int n = i("vertices", 20000);
    for (int k = 0; k < i("edges", 150000); k++)
      w.println(rnd.nextInt(n) + " " + (int) (n * Math.pow(rnd.nextDouble(), 3)));
    w.close();
    org.apache.spark.graphx.Graph<Object, Object> g =
        org.apache.spark.graphx.GraphLoader.edgeListFile(
            sc.sc(),
            dir + "/edges.txt",
            false,
            4,
            lv(s("level", "MEMORY_ONLY")),
            lv(s("level", "MEMORY_ONLY")));
    say("edges", g.edges().count());
    say("pr", ops(g).staticPageRank(i("iter", 8), 0.15).vertices().count());
    System.gc();
    say("cc", ops(g).connectedComponents().vertices().count());
    say("tri", ops(g).stronglyConnectedComponents(2).vertices().count());
    g.unpersist(false);
    System.gc();
    Thread.sleep(2000);
    Workload.shuffles(sc, "reduce", 4, 20000, 20000, 40, 4, 0);
  }

  @SuppressWarnings("unchecked")
  static org.apache.spark.graphx.GraphOps<Object, Object> ops(
      org.apache.spark.graphx.Graph<?, ?> g) {
    return (org.apache.spark.graphx.GraphOps<Object, Object>)
        (Object)
            org.apache.spark.graphx.Graph.graphToGraphOps(
                (org.apache.spark.graphx.Graph<Object, Object>) g,
                (scala.reflect.ClassTag<Object>) (Object) scala.reflect.ClassTag$.MODULE$.Int(),
                (scala.reflect.ClassTag<Object>) (Object) scala.reflect.ClassTag$.MODULE$.Int());
  }

  static void bc(JavaSparkContext sc) throws Exception {
    Random rnd = new Random(9);
    JavaRDD<byte[]> r =
        Workload.gen(sc, "hot", 12, i("kb", 6144), 16384, -1, 0)
            .persist(lv(s("level", "MEMORY_ONLY")));
    Workload.read(r, 0);
    for (int round = 0; round < i("rounds", 6); round++) {
      byte[][] big = new byte[i("mb", 14) + round * 2][];
      for (int k = 0; k < big.length; k++) {
        big[k] = new byte[1 << 20];
        rnd.nextBytes(big[k]);
      }
      final Broadcast<byte[][]> b = sc.broadcast(big);
      say(
          "b",
          r.map(
                  new Function<byte[], Long>() {
                    public Long call(byte[] x) {
                      return (long) b.value().length + x[0];
                    }
                  })
              .count());
      for (int j = 0; j < 8; j++) {
        final int jj = j;
        sc.parallelize(Arrays.asList(1, 2, 3, 4), 4)
            .map(
                new Function<Integer, Integer>() {
                  public Integer call(Integer x) {
                    return x + jj;
                  }
                })
            .count();
      }
      if (round % 3 == 0) b.unpersist();
      else if (round % 3 == 1) b.destroy();
      else {
        System.gc();
        Thread.sleep(500);
      }
    }
    for (int k = 0; k < 2; k++) { // large task results (> maxDirectResultSize)
      final int kk = k;
      List<byte[]> res =
          sc.parallelize(Arrays.asList(1, 2, 3, 4, 5, 6), 6)
              .map(
                  new Function<Integer, byte[]>() {
                    public byte[] call(Integer x) {
                      byte[] o = new byte[(3 + kk) << 20];
                      new Random(x).nextBytes(o);
                      return o;
                    }
                  })
              .collect();
      say("res", res.size());
    }
    System.gc();
    Thread.sleep(1500);
    Workload.read(r, 0);
  }

  static void shell(JavaSparkContext sc, SparkSession s) throws Exception {
    long end = System.currentTimeMillis() + i("secs", 180) * 1000L;
    int n = 0;
    LinkedList<JavaRDD<?>> live = new LinkedList<>();
    LinkedList<Dataset<Row>> dl = new LinkedList<>();
    fact(s, 120000, 4, 20).createOrReplaceTempView("f0");
    String[] lvs = {
      "MEMORY_ONLY", "MEMORY_AND_DISK", "MEMORY_ONLY_SER", "MEMORY_AND_DISK_SER", "DISK_ONLY"
    };
    while (System.currentTimeMillis() < end) {
      n++;
      JavaRDD<byte[]> r =
          Workload.gen(sc, "cell" + n, 6 + n % 40, 64 + (n * 37) % 3000, 4096, -1, 0)
              .persist(lv(lvs[n % lvs.length]));
      r.count();
      live.add(r);
      r.count();
      if (n % 3 == 0) {
        Dataset<Row> d =
            s.sql("select k, w, v from f0 where d = " + n % 37)
                .persist(lv(n % 2 == 0 ? "MEMORY_AND_DISK" : "MEMORY_ONLY"));
        d.count();
        d.groupBy("k").count().count();
        dl.add(d);
      }
      if (n % 4 == 1)
        s.sql("select k, sum(w) from f0 group by k order by 2 desc limit 10").collectAsList();
      if (live.size() > i("live", 10)) live.removeFirst().unpersist(n % 2 == 0);
      if (dl.size() > 4) dl.removeFirst().unpersist();
      if (live.size() > 3) live.get(n % live.size()).count();
      if (n % 9 == 0) System.gc();
      if (n % 11 == 0) Thread.sleep(i("think", 1500));
    }
    say("cells", n);
  }

  static void thrash(JavaSparkContext sc) throws Exception {
    int parts = i("parts", 20), kb = i("kb", 3072);
    List<JavaRDD<byte[]>> rs = new ArrayList<>();
    String[] L =
        s("levels", "MEMORY_ONLY,MEMORY_AND_DISK,MEMORY_AND_DISK_SER,MEMORY_ONLY_SER").split(",");
    for (int k = 0; k < i("rdds", 8); k++) {
      JavaRDD<byte[]> r =
          Workload.gen(sc, "t" + k, parts, kb + 512 * (k % 4), 8192, -1, 0)
              .persist(lv(L[k % L.length]));
      rs.add(r);
      Workload.read(r, 0);
    }
    for (int k = 0; k < i("rereads", 10); k++) {
      Workload.read(rs.get((k * 5) % rs.size()), 0);
      if (k % 3 == 1)
        Workload.shuffles(
            sc, k % 2 == 0 ? "group" : "reduce", 4, i("srows", 60000), 60000, 60, 3, 0);
    }
  }

  static void conc(final JavaSparkContext sc, final SparkSession s) throws Exception {
    final JavaRDD<byte[]>
        a =
            Workload.gen(sc, "ca", 12, i("kb", 6144), 16384, -1, 0)
                .persist(lv(s("level", "MEMORY_AND_DISK"))),
        b =
            Workload.gen(sc, "cb", 16, i("kb", 6144) / 2, 16384, -1, 0)
                .persist(lv(s("level2", "MEMORY_ONLY")));
    fact(s, i("rows", 250000), 4, 40).createOrReplaceTempView("f0");
    ExecutorService ex = Executors.newFixedThreadPool(3);
    List<Future<?>> fs = new ArrayList<>();
    fs.add(
        ex.submit(
            new Callable<Object>() {
              public Object call() {
                for (int k = 0; k < 4; k++) {
                  Workload.read(a, 20);
                  Workload.read(b, 0);
                }
                return null;
              }
            }));
    fs.add(
        ex.submit(
            new Callable<Object>() {
              public Object call() {
                for (int k = 0; k < 3; k++)
                  say(
                      "agg",
                      s.sql(
                              "select count(*), max(m) from (select k, v, max(w) m from f0 group by"
                                  + " k, v)")
                          .collectAsList());
                return null;
              }
            }));
    fs.add(
        ex.submit(
            new Callable<Object>() {
              public Object call() {
                Workload.shuffles(sc, "group,sort", 6, 60000, 60000, 60, 3, 0);
                return null;
              }
            }));
    for (Future<?> f : fs) f.get();
    ex.shutdown();
  }

  public static void main(String[] args) throws Exception {
    for (int k = 1; k < args.length; k++) {
      int e = args[k].indexOf('=');
      opt.put(args[k].substring(0, e), args[k].substring(e + 1));
    }
    SparkConf conf = new SparkConf();
    final JavaSparkContext sc = new JavaSparkContext(conf);
    SparkSession s = SparkSession.builder().getOrCreate();
    String dir = s("dir", "/tmp");
    if (i("execs", 2) > 0) Workload.awaitExecutors(sc, i("execs", 2));
    try {
      switch (args[0]) {
        case "aqe":
          aqe(s);
          break;
        case "fairsql":
          fairsql(s, sc);
          break;
        case "levels":
          levels(sc, dir);
          break;
        case "many":
          many(sc, s);
          break;
        case "dyn":
          dyn(sc, s);
          break;
        case "decom":
          decom(sc, s);
          break;
        case "killed":
          killed(sc, s);
          break;
        case "spec":
          spec(sc, s);
          break;
        case "stream":
          stream(s, dir);
          break;
        case "ml":
          ml(s);
          break;
        case "graph":
          graph(sc, dir);
          break;
        case "bc":
          bc(sc);
          break;
        case "shell":
          shell(sc, s);
          break;
        case "thrash":
          thrash(sc);
          break;
        case "conc":
          conc(sc, s);
          break;
        default:
          throw new IllegalArgumentException(args[0]);
      }
      say("done", args[0]);
    } finally {
      Thread.sleep(i("linger", 300));
      sc.stop();
    }
  }
}
