package lab;

import java.io.*;
import java.nio.file.*;
import java.util.*;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.*;
import org.apache.spark.api.java.function.*;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/** One source for Spark 1.6 .. 4.x (RDD scenarios). Usage: lab.Workload SCENARIO key=value ... */
public class Workload {
  static Map<String, String> opt = new HashMap<>();

  static int i(String k, int d) {
    return opt.containsKey(k) ? Integer.parseInt(opt.get(k)) : d;
  }

  static String s(String k, String d) {
    return opt.getOrDefault(k, d);
  }

  /** deterministic partition sizes: base * {0.75,1.0,1.25,0.9,1.1} */
  static long partBytes(int p, int baseKb) {
    int[] f = {75, 100, 125, 90, 110};
    return (long) baseKb * 1024L * f[(p * 7 + 3) % 5] / 100;
  }

  static JavaRDD<byte[]> gen(
      JavaSparkContext sc,
      String name,
      final int parts,
      final int baseKb,
      final int elem,
      final int bigPart,
      final int bigKb) {
    List<Integer> seed = new ArrayList<>();
    for (int k = 0; k < parts; k++) seed.add(k);
    JavaRDD<byte[]> r =
        sc.parallelize(seed, parts)
            .mapPartitionsWithIndex(
                new Function2<Integer, Iterator<Integer>, Iterator<byte[]>>() {
                  public Iterator<byte[]> call(final Integer p, Iterator<Integer> it) {
                    final long total = p == bigPart ? bigKb * 1024L : partBytes(p, baseKb);
                    return new Iterator<byte[]>() {
                      long left = total;
                      int n = 0;

                      public boolean hasNext() {
                        return left > 0;
                      }

                      public byte[] next() {
                        byte[] b = new byte[elem];
                        Arrays.fill(b, 0, Math.min(64, elem), (byte) (n++ + p));
                        left -= elem;
                        return b;
                      }

                      public void remove() {
                        throw new UnsupportedOperationException();
                      }
                    };
                  }
                },
                false);
    r.setName(name);
    return r;
  }

  static JavaPairRDD<Long, String> pairs(
      JavaSparkContext sc,
      final int parts,
      final int rows,
      final int keys,
      final int payload,
      final int staggerMs) {
    List<Integer> seed = new ArrayList<>();
    for (int k = 0; k < parts; k++) seed.add(k);
    return sc.parallelize(seed, parts)
        .mapPartitionsWithIndex(
            new Function2<Integer, Iterator<Integer>, Iterator<Tuple2<Long, String>>>() {
              public Iterator<Tuple2<Long, String>> call(final Integer p, Iterator<Integer> it)
                  throws Exception {
                if (staggerMs > 0) Thread.sleep((long) (p % 4) * staggerMs);
                final char[] pay = new char[payload];
                Arrays.fill(pay, (char) ('a' + p % 26));
                return new Iterator<Tuple2<Long, String>>() {
                  int n = 0;
                  long x = 88172645463325252L + p * 7919L;

                  public boolean hasNext() {
                    return n < rows;
                  }

                  public Tuple2<Long, String> next() {
                    n++;
                    x ^= x << 13;
                    x ^= x >>> 7;
                    x ^= x << 17;
                    return new Tuple2<>((x & Long.MAX_VALUE) % keys, new String(pay));
                  }

                  public void remove() {
                    throw new UnsupportedOperationException();
                  }
                };
              }
            },
            false)
        .mapToPair(
            new PairFunction<Tuple2<Long, String>, Long, String>() {
              public Tuple2<Long, String> call(Tuple2<Long, String> t) {
                return t;
              }
            });
  }

  static void read(JavaRDD<byte[]> r, final int pauseMs) {
    long t0 = System.currentTimeMillis();
    long n =
        r.mapPartitionsWithIndex(
                new Function2<Integer, Iterator<byte[]>, Iterator<Long>>() {
                  public Iterator<Long> call(Integer p, Iterator<byte[]> it) throws Exception {
                    long c = 0;
                    while (it.hasNext()) c += it.next().length;
                    if (pauseMs > 0) Thread.sleep(pauseMs);
                    return Collections.singletonList(c).iterator();
                  }
                },
                false)
            .reduce(
                new Function2<Long, Long, Long>() {
                  public Long call(Long a, Long b) {
                    return a + b;
                  }
                });
    System.err.println(
        "WORKLOAD read " + r.name() + " bytes=" + n + " ms=" + (System.currentTimeMillis() - t0));
  }

  static long drain(JavaPairRDD<?, ?> r) {
    long t0 = System.currentTimeMillis();
    long n = r.count();
    System.err.println("WORKLOAD drain rows=" + n + " ms=" + (System.currentTimeMillis() - t0));
    return n;
  }

  static StorageLevel level(String n) {
    return StorageLevel.fromString(n);
  }

  static Function<String, Integer> len() {
    return new Function<String, Integer>() {
      public Integer call(String s) {
        return s.length();
      }
    };
  }

  static void shuffles(
      JavaSparkContext sc,
      String which,
      int parts,
      int rows,
      int keys,
      int payload,
      int reduce,
      int stagger) {
    JavaPairRDD<Long, String> p = pairs(sc, parts, rows, keys, payload, stagger);
    if (which.contains("sort")) drain(p.sortByKey(true, reduce));
    if (which.contains("group"))
      drain(
          p.groupByKey(reduce)
              .mapValues(
                  new Function<Iterable<String>, Integer>() {
                    public Integer call(Iterable<String> v) {
                      int c = 0;
                      for (String x : v) c += x.length();
                      return c;
                    }
                  }));
    if (which.contains("reduce"))
      drain(
          p.reduceByKey(
              new Function2<String, String, String>() {
                public String call(String a, String b) {
                  return a.compareTo(b) < 0 ? a : b;
                }
              },
              reduce));
    if (which.contains("cogroup"))
      drain(p.cogroup(pairs(sc, parts, rows / 2, keys, payload, 0), reduce));
    if (which.contains("repart")) drain(p.mapValues(len()).repartition(reduce));
  }

  static List<Integer> executorPids(String execId) throws IOException {
    List<Integer> out = new ArrayList<>();
    String appDir = System.getProperty("lab.tag", "").replace("-driver", "");
    for (File f : new File("/proc").listFiles()) {
      if (!f.getName().matches("\\d+")) continue;
      try {
        String c =
            new String(Files.readAllBytes(Paths.get("/proc/" + f.getName() + "/cmdline")), "UTF-8")
                .replace('\0', ' ');
        if (c.contains("CoarseGrainedExecutorBackend")
            && c.contains("--executor-id " + execId + " ")
            && c.contains(appDir)) out.add(Integer.parseInt(f.getName()));
      } catch (IOException e) {
      }
    }
    return out;
  }

  static void kill9(String execId) throws Exception {
    for (int pid : executorPids(execId)) {
      System.err.println("WORKLOAD kill -9 executor " + execId);
      new ProcessBuilder("kill", "-9", "" + pid).start().waitFor();
    }
  }

  static void awaitExecutors(JavaSparkContext sc, int n) throws Exception {
    for (int k = 0; k < 200; k++) {
      if (sc.sc().getExecutorMemoryStatus().size() >= n + 1) return;
      Thread.sleep(50);
    }
  }

  public static void main(String[] args) throws Exception {
    String sc0 = args[0];
    for (int k = 1; k < args.length; k++) {
      int e = args[k].indexOf('=');
      opt.put(args[k].substring(0, e), args[k].substring(e + 1));
    }
    SparkConf conf = new SparkConf();
    final JavaSparkContext sc = new JavaSparkContext(conf);
    awaitExecutors(sc, i("execs", 2));
    int parts = i("parts", 16), kb = i("kb", 10240), elem = i("elem", 16384), pause = i("pause", 0);
    try {
      switch (sc0) {
        case "cache":
          { // a,b,c: bigger than storage, read `reads` more times
            JavaRDD<byte[]> r =
                gen(sc, "base", parts, kb, elem, -1, 0).persist(level(s("level", "MEMORY_ONLY")));
            read(r, pause);
            for (int k = 0; k < i("reads", 2); k++) read(r, pause);
            break;
          }
        case "cache2":
          { // two RDDs alternating, LRU order matters
            JavaRDD<byte[]> a =
                gen(sc, "left", parts, kb, elem, -1, 0).persist(level(s("level", "MEMORY_ONLY")));
            JavaRDD<byte[]> b =
                gen(sc, "right", parts / 2, kb * 2, elem, -1, 0)
                    .persist(level(s("level2", "MEMORY_AND_DISK")));
            read(a, pause);
            read(b, pause);
            read(a, pause);
            read(b, pause);
            read(a, pause);
            break;
          }
        case "cacheset":
          { // a: several RDDs, together larger than storage memory; LRU eviction across RDDs
            int n = i("rdds", 3);
            List<JavaRDD<byte[]>> rs = new ArrayList<>();
            for (int k = 0; k < n; k++) {
              JavaRDD<byte[]> r =
                  gen(sc, "set" + k, parts, kb - k * 1024, elem, -1, 0)
                      .persist(level(s("level", "MEMORY_ONLY")));
              rs.add(r);
              read(r, pause);
            }
            for (int k : new int[] {0, 1, 0, 2, 1}) read(rs.get(k % n), pause);
            break;
          }
        case "shuffle":
          shuffles(
              sc,
              s("ops", "sort,group,reduce"),
              parts,
              i("rows", 60000),
              i("keys", 100000),
              i("payload", 60),
              i("reduce", 4),
              i("stagger", 0));
          break;
        case "mixed":
          { // f: cached data, heavy shuffle, cached data again
            JavaRDD<byte[]> r =
                gen(sc, "hot", parts, kb, elem, -1, 0).persist(level(s("level", "MEMORY_ONLY")));
            read(r, pause);
            read(r, pause);
            shuffles(
                sc,
                s("ops", "group,sort"),
                i("sparts", 8),
                i("rows", 60000),
                i("keys", 50000),
                i("payload", 60),
                i("reduce", 4),
                0);
            read(r, pause);
            break;
          }
        case "concurrent":
          { // f: two jobs at the same time (FAIR)
            final JavaRDD<byte[]> r =
                gen(sc, "hot", parts, kb, elem, -1, 0)
                    .persist(level(s("level", "MEMORY_AND_DISK")));
            read(r, 0);
            Thread t =
                new Thread(
                    new Runnable() {
                      public void run() {
                        for (int k = 0; k < 3; k++) read(r, 50);
                      }
                    });
            t.start();
            shuffles(
                sc,
                s("ops", "group"),
                i("sparts", 8),
                i("rows", 60000),
                i("keys", 50000),
                i("payload", 60),
                i("reduce", 4),
                0);
            t.join();
            break;
          }
        case "broadcast":
          { // h
            byte[][] big = new byte[i("mb", 48)][];
            Random rnd = new Random(7);
            for (int k = 0; k < big.length; k++) {
              big[k] = new byte[1 << 20];
              rnd.nextBytes(big[k]);
            }
            JavaRDD<byte[]> r =
                gen(sc, "hot", parts, kb, elem, -1, 0).persist(level(s("level", "MEMORY_ONLY")));
            read(r, 0);
            for (int round = 0; round < 2; round++) {
              final Broadcast<byte[][]> b = sc.broadcast(big);
              long n =
                  r.map(
                          new Function<byte[], Long>() {
                            public Long call(byte[] x) {
                              return (long) b.value().length + x[0];
                            }
                          })
                      .reduce(
                          new Function2<Long, Long, Long>() {
                            public Long call(Long x, Long y) {
                              return x + y;
                            }
                          });
              System.err.println("WORKLOAD broadcast " + n);
              if (round == 0) b.unpersist(true);
              else b.destroy();
            }
            read(r, 0);
            break;
          }
        case "unroll":
          { // i: one partition does not fit
            JavaRDD<byte[]> r =
                gen(sc, "skewed", parts, kb, elem, 1, i("bigkb", 300 * 1024))
                    .persist(level(s("level", "MEMORY_ONLY")));
            read(r, pause);
            read(r, pause);
            JavaRDD<byte[]> q =
                gen(sc, "skewedDisk", parts, kb, elem, 2, i("bigkb", 300 * 1024))
                    .persist(level(s("level2", "MEMORY_AND_DISK")));
            read(q, pause);
            read(q, pause);
            break;
          }
        case "lost":
          { // j
            JavaRDD<byte[]> r =
                gen(sc, "base", parts, kb, elem, -1, 0).persist(level(s("level", "MEMORY_ONLY")));
            read(r, 0);
            if (opt.containsKey("oom")) {
              try {
                sc.parallelize(Arrays.asList(1, 2), 2)
                    .mapPartitionsWithIndex(
                        new Function2<Integer, Iterator<Integer>, Iterator<Integer>>() {
                          public Iterator<Integer> call(Integer p, Iterator<Integer> it) {
                            if (p == 1) {
                              List<byte[]> l = new ArrayList<>();
                              for (; ; ) l.add(new byte[32 << 20]);
                            }
                            return it;
                          }
                        },
                        false)
                    .count();
              } catch (Exception e) {
                System.err.println("WORKLOAD expected failure " + e.getMessage().split("\n")[0]);
              }
            } else {
              final String victim = s("victim", "1");
              Thread t =
                  new Thread(
                      new Runnable() {
                        public void run() {
                          try {
                            Thread.sleep(700);
                            kill9(victim);
                          } catch (Exception e) {
                            e.printStackTrace();
                          }
                        }
                      });
              t.start();
              read(r, 400);
              t.join();
            }
            awaitExecutors(sc, i("execs", 2));
            read(r, 0);
            if (!opt.containsKey("noremove")) {
              System.err.println("WORKLOAD killExecutor 0 " + sc.sc().killExecutor("0"));
              Thread.sleep(1500);
              read(r, 0);
            }
            break;
          }
        case "jobs":
          { // k
            String[] lv = {
              "MEMORY_ONLY",
              "MEMORY_AND_DISK",
              "MEMORY_ONLY_SER",
              "DISK_ONLY",
              "MEMORY_AND_DISK_SER",
              "MEMORY_ONLY_2"
            };
            List<JavaRDD<byte[]>> all = new ArrayList<>();
            for (int k = 0; k < lv.length; k++) {
              JavaRDD<byte[]> r =
                  gen(sc, "rdd-" + lv[k], 4 + k, kb / 2 + k * 512, elem, -1, 0)
                      .persist(level(lv[k]));
              read(r, 0);
              all.add(r);
              if (k >= 2) {
                JavaRDD<byte[]> o = all.get(k - 2);
                read(o, 0);
                if (k % 2 == 0) o.unpersist();
              }
            }
            for (JavaRDD<byte[]> r : all) read(r, 0);
            for (JavaRDD<byte[]> r : all) r.unpersist();
            shuffles(sc, "reduce", 8, 20000, 5000, 40, 4, 0);
            break;
          }
        case "tiny":
          { // rolling event log: very many small tasks
            List<Integer> seed = new ArrayList<>();
            for (int k = 0; k < parts; k++) seed.add(k);
            JavaRDD<Integer> r = sc.parallelize(seed, parts).cache();
            for (int k = 0; k < i("reads", 4); k++)
              System.err.println("WORKLOAD tiny " + r.count());
            break;
          }
        case "crash":
          { // .inprogress: driver halts in the middle of the second read
            final JavaRDD<byte[]> r =
                gen(sc, "base", parts, kb, elem, -1, 0).persist(level(s("level", "MEMORY_ONLY")));
            read(r, 0);
            Thread t =
                new Thread(
                    new Runnable() {
                      public void run() {
                        try {
                          Thread.sleep(1200);
                        } catch (InterruptedException e) {
                        }
                        Runtime.getRuntime().halt(137);
                      }
                    });
            t.setDaemon(true);
            t.start();
            read(r, 500);
            break;
          }
        default:
          { // sql scenarios (not for 1.6)
            Class.forName("lab.WorkloadSql")
                .getMethod("run", String.class, JavaSparkContext.class, Map.class)
                .invoke(null, sc0, sc, opt);
          }
      }
      System.err.println("WORKLOAD done");
    } finally {
      Thread.sleep(i("linger", 300));
      sc.stop();
    }
  }
}
