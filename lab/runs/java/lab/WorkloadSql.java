package lab;

import static org.apache.spark.sql.functions.*;

import java.util.*;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.*;

public class WorkloadSql {
  static int i(Map<String, String> o, String k, int d) {
    return o.containsKey(k) ? Integer.parseInt(o.get(k)) : d;
  }

  public static void run(String name, JavaSparkContext sc, Map<String, String> o) {
    SparkSession s = SparkSession.builder().getOrCreate();
    int rows = i(o, "rows", 400000), parts = i(o, "parts", 4), pay = i(o, "payload", 80);
    Dataset<Row> l =
        s.range(0, rows, 1, parts)
            .selectExpr(
                "(id * 7919) % " + rows + " as k",
                "repeat(cast(id % 10 as string), " + pay + ") as v",
                "id as w");
    Dataset<Row> r =
        s.range(0, rows, 1, parts)
            .selectExpr(
                "(id * 104729) % " + rows + " as k2", "repeat('x', " + (pay / 2) + ") as u");
    long t0 = System.currentTimeMillis();
    switch (name) {
      case "sqljoin":
        {
          Row x =
              l.join(r, l.col("k").equalTo(r.col("k2")))
                  .agg(sum(length(col("v"))), sum(length(col("u"))), count(lit(1)))
                  .collectAsList()
                  .get(0);
          System.err.println("WORKLOAD sqljoin " + x + " ms=" + (System.currentTimeMillis() - t0));
          t0 = System.currentTimeMillis();
          Row y =
              l.groupBy(col("k"), col("v"))
                  .agg(sum("w").as("sw"), max("w").as("mw"))
                  .agg(sum("sw"), count(lit(1)))
                  .collectAsList()
                  .get(0);
          System.err.println("WORKLOAD sqlagg " + y + " ms=" + (System.currentTimeMillis() - t0));
          t0 = System.currentTimeMillis();
          Row z = l.sort(col("v"), col("k")).agg(max("k"), count(lit(1))).collectAsList().get(0);
          System.err.println("WORKLOAD sqlsort " + z + " ms=" + (System.currentTimeMillis() - t0));
          break;
        }
      case "sqlcache":
        {
          Dataset<Row> c =
              l.repartition(i(o, "cparts", 8))
                  .persist(
                      org.apache.spark.storage.StorageLevel.fromString(
                          o.getOrDefault("level", "MEMORY_AND_DISK")));
          for (int k = 0; k < 2; k++) {
            System.err.println(
                "WORKLOAD sqlcache "
                    + c.agg(sum("w"), sum(length(col("v")))).collectAsList().get(0));
          }
          Row x =
              c.join(r, c.col("k").equalTo(r.col("k2")))
                  .groupBy(col("v"))
                  .agg(count(lit(1)).as("n"))
                  .agg(sum("n"))
                  .collectAsList()
                  .get(0);
          System.err.println(
              "WORKLOAD sqlcachejoin " + x + " ms=" + (System.currentTimeMillis() - t0));
          System.err.println(
              "WORKLOAD sqlcache again "
                  + c.agg(sum("w"), sum(length(col("v")))).collectAsList().get(0));
          break;
        }
      default:
        throw new IllegalArgumentException(name);
    }
  }
}
