package org.apache.spark.shuffle.sort;

import java.io.PrintWriter;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.memory.MemoryManager;
import org.apache.spark.memory.TaskMemoryManager;
import org.apache.spark.memory.UnifiedMemoryManager;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.map.BytesToBytesMap;
import org.apache.spark.util.collection.unsafe.sort.PrefixComparators;
import org.apache.spark.util.collection.unsafe.sort.RecordComparator;
import org.apache.spark.util.collection.unsafe.sort.UnsafeExternalSorter;

/**
 * Fills Spark's own sorters and maps record by record and writes what they hold of execution memory, whenever it changes.
 * A line is one filling: its settings, and changes as [record, held bytes, Memory Bytes Spilled].
 */
public final class Consumers {
  private static final long ENOUGH = 1L << 40;

  private static final class Equal extends RecordComparator {
    @Override
    public int compare(Object a, long at, int length, Object b, long from, int bLength) {
      return 0;
    }
  }

  private interface Filled {
    /** False: there is no room, and nothing was taken. */
    boolean insert(int record) throws Exception;
  }

  private final String version;
  private final PrintWriter out;

  private Consumers(String version, PrintWriter out) {
    this.version = version;
    this.out = out;
  }

  private static SparkConf conf(long limit, long page) {
    return new SparkConf(false)
        .set("spark.testing.memory", Long.toString(limit))
        .set("spark.testing.reservedMemory", "0")
        .set("spark.memory.fraction", "1.0")
        .set("spark.memory.storageFraction", "0.0")
        .set("spark.buffer.pageSize", Long.toString(page));
  }

  private void record(String consumer, long limit, long page, int records, int recordBytes, boolean radix)
      throws Exception {
    SparkConf conf = conf(limit, page);
    MemoryManager memory = UnifiedMemoryManager.apply(conf, 1);
    TaskMemoryManager tasks = new TaskMemoryManager(memory, 7);
    TaskContext context = org.apache.spark.TaskContext$.MODULE$.empty();
    byte[] row = new byte[recordBytes];
    Filled filled = filling(consumer, conf, tasks, context, row, radix);
    List<String> changes = new ArrayList<>();
    String end = "whole";
    long held = -1;
    long spilled = -1;
    for (int n = 0; n <= records; n++) {
      try {
        if (n > 0 && !filled.insert(n)) {
          end = "no room";
          break;
        }
      } catch (OutOfMemoryError dead) {
        end = "out of memory";
        break;
      }
      long nowHeld = tasks.getMemoryConsumptionForThisTask();
      long nowSpilled = context.taskMetrics().memoryBytesSpilled();
      if (nowHeld == held && nowSpilled == spilled) continue;
      held = nowHeld;
      spilled = nowSpilled;
      changes.add("[" + n + "," + held + "," + spilled + "]");
    }
    out.println(
        "{\"spark\":\"" + version + "\",\"consumer\":\"" + consumer + "\",\"limit\":" + limit
            + ",\"page\":" + page + ",\"records\":" + records + ",\"recordBytes\":" + recordBytes
            + ",\"radix\":" + radix + ",\"end\":\"" + end + "\",\"changes\":["
            + String.join(",", changes) + "]}");
    tasks.cleanUpAllAllocatedMemory();
  }

  private Filled filling(
      String consumer, SparkConf conf, TaskMemoryManager tasks, TaskContext context, byte[] row,
      boolean radix) throws Exception {
    long page = conf.getSizeAsBytes("spark.buffer.pageSize");
    switch (consumer) {
      case "UnsafeExternalSorter": {
        UnsafeExternalSorter sorter = sorter(tasks, context, page, radix);
        return n -> {
          sorter.insertRecord(row, Platform.BYTE_ARRAY_OFFSET, row.length, n, false);
          return true;
        };
      }
      case "ShuffleExternalSorter": {
        Constructor<?> make = ShuffleExternalSorter.class.getDeclaredConstructors()[0];
        make.setAccessible(true);
        ShuffleExternalSorter sorter = (ShuffleExternalSorter) make.newInstance(
            tasks, SparkEnv.get().blockManager(), context, 4096, 4, conf,
            context.taskMetrics().shuffleWriteMetrics());
        return n -> {
          sorter.insertRecord(row, Platform.BYTE_ARRAY_OFFSET, row.length, n % 4);
          return true;
        };
      }
      default: {
        BytesToBytesMap map = new BytesToBytesMap(tasks, 16384, page);
        byte[] key = new byte[row.length - 8];
        byte[] value = new byte[8];
        return n -> {
          ByteBuffer.wrap(key).putInt(n);
          BytesToBytesMap.Location place =
              map.lookup(key, Platform.BYTE_ARRAY_OFFSET, key.length);
          return place.append(
              key, Platform.BYTE_ARRAY_OFFSET, key.length,
              value, Platform.BYTE_ARRAY_OFFSET, value.length);
        };
      }
    }
  }

  /** `create` gained a threshold by bytes in 4.x: further numbers are limits that are never reached. */
  private static UnsafeExternalSorter sorter(
      TaskMemoryManager tasks, TaskContext context, long page, boolean radix) throws Exception {
    for (Method make : UnsafeExternalSorter.class.getMethods()) {
      if (!make.getName().equals("create")) continue;
      List<Object> arguments = new ArrayList<>(List.of(
          tasks, SparkEnv.get().blockManager(), SparkEnv.get().serializerManager(), context,
          (Supplier<RecordComparator>) Equal::new, PrefixComparators.LONG, 4096, page));
      Class<?>[] types = make.getParameterTypes();
      for (int at = arguments.size(); at < types.length; at++) {
        if (types[at] == int.class) arguments.add(Integer.MAX_VALUE);
        else if (types[at] == long.class) arguments.add(ENOUGH);
        else arguments.add(radix);
      }
      return (UnsafeExternalSorter) make.invoke(null, arguments.toArray());
    }
    throw new IllegalStateException("UnsafeExternalSorter.create is gone");
  }

  public static void main(String[] args) throws Exception {
    SparkConf own = new SparkConf().setMaster("local[1]").setAppName("consumers")
        .set("spark.ui.enabled", "false").set("spark.driver.host", "localhost")
        .set("spark.driver.bindAddress", "127.0.0.1");
    SparkContext context = SparkContext.getOrCreate(own);
    try (PrintWriter out = new PrintWriter(args[0])) {
      Consumers consumers = new Consumers(context.version(), out);
      for (String consumer : new String[] {
        "UnsafeExternalSorter", "ShuffleExternalSorter", "BytesToBytesMap"}) {
        for (long kib : new long[] {384, 1000, 1536, 2600, 5000, 24000}) {
          for (int bytes : new int[] {24, 88, 400}) {
            boolean sorts = consumer.equals("UnsafeExternalSorter");
            consumers.record(consumer, kib * 1024, 65536, 40000, bytes, true);
            if (sorts) consumers.record(consumer, kib * 1024, 65536, 40000, bytes, false);
          }
        }
        // A record larger than a page has a page of its own.
        consumers.record(consumer, 3L << 20, 65536, 60, 100000, true);
      }
    }
    context.stop();
  }
}
