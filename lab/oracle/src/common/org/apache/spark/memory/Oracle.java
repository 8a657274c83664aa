package org.apache.spark.memory;

import java.io.*;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.*;
import java.util.zip.GZIPOutputStream;

/**
 * Generates vector files. args: sparkVersion outDir seed public|held-out which(all|construct)
 * gcName
 */
public final class Oracle {
  static String ver;
  static boolean v1;
  static Drv d;
  static long seed;
  static String set;
  static String gc;
  static File out;
  static final TreeMap<String, Integer> cov = new TreeMap<>();
  static final TreeMap<String, Integer> fileOps = new TreeMap<>();
  static int multiWake = 0;

  static String kind = "unified";
  static PrintWriter w;
  static String fileName;
  static int i;
  static boolean tmmMode;
  static int linesInFile;
  static final List<Drv.AcqThread> live = new ArrayList<>();
  static final Map<String, Integer> pinned = new LinkedHashMap<>();
  static final LinkedHashSet<String> handles = new LinkedHashSet<>();
  static LinkedHashMap<String, String> curConf;

  static void openFile(String name) throws Exception {
    fileName = name;
    linesInFile = 0;
    w =
        new PrintWriter(
            new OutputStreamWriter(
                new GZIPOutputStream(new FileOutputStream(new File(out, name + ".jsonl.gz"))) {
                  {
                    def.setLevel(9);
                  }
                },
                StandardCharsets.US_ASCII));
  }

  static void closeFile() {
    endScenario();
    w.close();
    fileOps.put(fileName, linesInFile);
  }

  static void line(Object o) {
    w.print(Js.s(o));
    w.print('\n');
  }

  static void endScenario() {
    for (Drv.AcqThread t : live) {
      t.interrupt();
      try {
        t.join(5000);
      } catch (InterruptedException e) {
        throw new RuntimeException(e);
      }
      if (t.isAlive())
        throw new IllegalStateException(
            "stuck thread " + t + " " + Arrays.toString(t.getStackTrace()));
    }
    live.clear();
    pinned.clear();
    handles.clear();
    d.close();
  }

  static void scenario(String title, Map<String, String> conf, int cores) throws Throwable {
    endScenario();
    i = 0;
    curConf = new LinkedHashMap<>(conf);
    d.open(conf, cores, kind);
    LinkedHashMap<String, Object> h =
        Js.m(
            "sparkVersion",
            ver,
            "manager",
            kind,
            "scenario",
            title,
            "seed",
            seed,
            "numCores",
            cores,
            "conf",
            new LinkedHashMap<>(conf),
            "gc",
            gc,
            "java",
            System.getProperty("java.version"),
            "tmm",
            tmmMode);
    h.put("derived", d.describe(mgr()));
    h.put("state", d.state().json());
    line(Js.m("header", h));
  }

  static Object mgr() throws Throwable {
    return DrvImpl.fget(d, "mm");
  }

  static boolean quiet(Drv.AcqThread t) {
    if (t.done) return true;
    if (t.getState() != Thread.State.WAITING) return false;
    StackTraceElement[] st = t.getStackTrace();
    boolean in = false, pool = false;
    for (int k = 0; k < Math.min(4, st.length); k++)
      if (st[k].getClassName().equals("java.lang.Object")
          && st[k].getMethodName().startsWith("wait")) in = true;
    for (StackTraceElement e : st)
      if (e.getClassName().endsWith("ExecutionMemoryPool")) pool = true;
    return in && pool && t.getState() == Thread.State.WAITING;
  }

  /**
   * Returns once every acquirer thread has either finished or is parked in Object.wait of the pool,
   * seen in three consecutive passes during which no evaluation ran (a notified thread shows as
   * BLOCKED).
   */
  static void waitQuiet() {
    if (live.isEmpty()) return;
    long t0 = System.nanoTime();
    int calm = 0;
    long ev = -1;
    while (calm < 3) {
      long e0 = Drv.evalCount.get();
      boolean all = true;
      for (Drv.AcqThread t : live)
        if (!quiet(t)) {
          all = false;
          break;
        }
      if (all && Drv.evalCount.get() == e0 && (calm == 0 || e0 == ev)) {
        calm++;
        ev = e0;
      } else {
        calm = 0;
        Thread.yield();
      }
      if (System.nanoTime() - t0 > 60_000_000_000L)
        throw new IllegalStateException("not quiet: " + live);
    }
    for (Drv.AcqThread t : live)
      if (t.done)
        try {
          t.join();
        } catch (InterruptedException e) {
          throw new RuntimeException(e);
        }
  }

  static LinkedHashMap<String, Object> err(Throwable t) {
    while ((t instanceof java.lang.reflect.InvocationTargetException
            || t instanceof java.util.concurrent.ExecutionException)
        && t.getCause() != null) t = t.getCause();
    if (t instanceof NullPointerException
        || t instanceof ClassCastException
        || t instanceof NoSuchMethodError
        || t instanceof NoClassDefFoundError
        || t instanceof NoSuchFieldException) throw new RuntimeException("harness problem", t);
    if (String.valueOf(t.getMessage()).startsWith("harness")) throw new RuntimeException(t);
    return Js.m("error", Js.m("class", t.getClass().getName(), "message", t.getMessage()));
  }

  static Set<Long> blockedTasks() {
    Set<Long> r = new TreeSet<>();
    for (Drv.AcqThread t : live) r.add(t.task);
    return r;
  }

  static Drv.St last;

  /** Runs one operation, records it, returns its result object. */
  static Object op(String op, Object... kv) throws Throwable {
    LinkedHashMap<String, Object> a = Js.m(kv);
    boolean off = "OFF_HEAP".equals(a.get("mode"));
    String b = (String) a.get("block");
    long size = a.get("size") == null ? 0 : ((Number) a.get("size")).longValue();
    long task = a.get("task") == null ? -1 : ((Number) a.get("task")).longValue();
    int c = a.get("consumer") == null ? -1 : ((Number) a.get("consumer")).intValue();
    Object[] elems = (Object[]) a.remove("_elems");
    Drv.St s0 = d.state();
    d.evicted.clear();
    d.evictStatus.clear();
    d.spills.clear();
    Drv.evalOrder.clear();
    Object res;
    boolean blocked = false;
    Drv.Call async = null;
    final long fs = size, ft = task;
    final boolean fo = off;
    final int fc = c;
    switch (op) {
      case "acquireExec":
        async = () -> d.acquireExec(fs, ft, fo);
        break;
      case "tmmAcquire":
        async = () -> d.tmmAcquire(fc, fs);
        break;
      case "tmmRelease":
        async =
            () -> {
              d.tmmRelease(fc, fs);
              return null;
            };
        break;
      case "tmmAllocatePage":
        async = () -> d.tmmAllocPage(fc, fs);
        break;
      case "consumerAllocatePage":
        async = () -> d.consAllocPage(fc, fs);
        break;
      case "consumerAllocateArray":
        async = () -> d.consAllocArray(fc, fs);
        break;
      case "consumerFreePage":
        {
          int idx = ((Number) a.get("index")).intValue();
          async = () -> d.consFreePage(fc, idx);
          break;
        }
      case "tmmAllocatePages":
        {
          int n = ((Number) a.get("count")).intValue();
          async =
              () -> {
                Object l = null;
                for (int k = 0; k < n; k++) l = d.tmmAllocPage(fc, fs);
                return l;
              };
          break;
        }
      default:
        break;
    }
    if (async != null) {
      Drv.AcqThread t = new Drv.AcqThread(i, task, async);
      live.add(t);
      t.start();
      waitQuiet();
      if (t.done) {
        t.reported = true;
        res = t.err != null ? err(t.err) : t.result;
      } else {
        blocked = true;
        res = Js.m("blocked", true);
      }
    } else {
      try {
        switch (op) {
          case "putBytes":
            res = d.putBytes(b, size, off);
            break;
          case "putValues":
            {
              LinkedHashMap<String, Object> sh = new LinkedHashMap<>();
              try {
                res = d.putValues(b, elems, off, task, sh);
              } finally {
                a.putAll(sh);
              }
              if (((Map<?, ?>) res).containsKey("failed") && !v1) handles.add(b);
              break;
            }
          case "putIteratorAsBytes":
            {
              LinkedHashMap<String, Object> sh = new LinkedHashMap<>();
              try {
                res = d.putIterBytes(b, elems, off, task, sh);
              } finally {
                a.putAll(sh);
              }
              if (((Map<?, ?>) res).containsKey("failed")) handles.add(b);
              break;
            }
          case "closePartial":
            handles.remove(b);
            res = d.closePartial(b, task, Boolean.TRUE.equals(a.get("drain")));
            break;
          case "get":
            res = d.get(b);
            break;
          case "remove":
            res = d.remove(b);
            break;
          case "evict":
            res = d.evict(b, size, off);
            break;
          case "pin":
            res = d.pin(b);
            if ((Boolean) res) pinned.merge(b, 1, Integer::sum);
            break;
          case "unpin":
            d.unpin(b);
            if (pinned.merge(b, -1, Integer::sum) <= 0) pinned.remove(b);
            res = null;
            break;
          case "acquireStorage":
            res = d.acquireStorage(b, size, off);
            break;
          case "releaseStorage":
            d.releaseStorage(size, off);
            res = null;
            break;
          case "acquireUnroll":
            res = d.acquireUnroll(b, size, off, task);
            break;
          case "releaseUnroll":
            d.releaseUnroll(a.get("size") == null ? Long.MAX_VALUE : size, off, task);
            res = null;
            break;
          case "releaseExec":
            d.releaseExec(size, task, off);
            res = null;
            break;
          case "releaseAllExec":
            res = d.releaseAllExec(task);
            break;
          case "taskEnd":
            d.taskEndUnroll(task);
            res = d.releaseAllExec(task);
            break;
          case "clear":
            d.clear();
            res = null;
            break;
          case "setUnmanaged":
            d.setUnmanaged(
                ((Number) a.get("onHeap")).longValue(), ((Number) a.get("offHeap")).longValue());
            res = null;
            break;
          case "newConsumer":
            d.newConsumer(
                c, task, off, (String) a.get("policy"), ((Number) a.get("pageSize")).longValue());
            res = null;
            break;
          case "tmmCleanUp":
            res = d.tmmCleanUp(task);
            break;
          default:
            throw new RuntimeException("harness op " + op);
        }
      } catch (RuntimeException e) {
        if (String.valueOf(e.getMessage()).startsWith("harness")) throw e;
        res = err(e);
      } catch (Throwable e) {
        res = err(e);
      }
      waitQuiet();
    }
    List<Object> woken = new ArrayList<>();
    List<Integer> order;
    synchronized (Drv.evalOrder) {
      order = new ArrayList<>(Drv.evalOrder);
    }
    List<Drv.AcqThread> fin = new ArrayList<>();
    for (Drv.AcqThread t : live) if (t.done) fin.add(t);
    fin.sort(
        Comparator.comparingInt(
            t -> order.indexOf(t.ref) < 0 ? Integer.MAX_VALUE : order.indexOf(t.ref)));
    for (Drv.AcqThread t : fin) {
      live.remove(t);
      if (!t.reported) {
        t.reported = true;
        woken.add(
            Js.m("ref", t.ref, "task", t.task, "result", t.err != null ? err(t.err) : t.result));
      }
    }
    Drv.St s1 = d.state();
    int reeval = 0;
    for (int r : order) if (r != i) reeval++;
    if (reeval >= 2) multiWake++;
    LinkedHashMap<String, Object> l = Js.m("i", i, "op", op, "args", a, "result", res);
    if (!d.evicted.isEmpty()) l.put("evicted", new ArrayList<>(d.evicted));
    if (v1 && !d.evicted.isEmpty()) l.put("evictedStatusMemSize", new ArrayList<>(d.evictStatus));
    if (!d.spills.isEmpty()) l.put("spills", new ArrayList<>(d.spills));
    if (!woken.isEmpty()) l.put("woken", woken);
    if (reeval > 0) l.put("evalOrder", order);
    String br = branch(op, a, res, s0, s1, blocked, woken, reeval, off, size);
    l.put("branch", br);
    l.put("state", s1.json());
    if (tmmMode) l.put("tmm", d.tmmState());
    line(l);
    cov.merge(kind + "|" + br, 1, Integer::sum);
    linesInFile++;
    i++;
    last = s1;
    return res;
  }

  static String branch(
      String op,
      Map<String, Object> a,
      Object res,
      Drv.St s0,
      Drv.St s1,
      boolean blocked,
      List<Object> woken,
      int reeval,
      boolean off,
      long size) {
    StringBuilder r = new StringBuilder(op).append(off ? ":off:" : ":");
    boolean err = res instanceof Map && ((Map<?, ?>) res).containsKey("error");
    long max = off ? s0.maxOff : s0.maxOn, free = off ? s0.osp - s0.osu : s0.sp - s0.su;
    boolean storBorrow = s1.sp > s0.sp || s1.osp > s0.osp,
        execGrow = s1.ep > s0.ep || s1.oep > s0.oep;
    if (err) {
      Map<?, ?> e = (Map<?, ?>) ((Map<?, ?>) res).get("error");
      r.append("error=").append(String.valueOf(e.get("class")).replaceAll(".*\\.", ""));
    } else
      switch (op) {
        case "acquireExec":
        case "tmmAcquire":
          if (blocked) r.append("blocked");
          else {
            long g = ((Number) res).longValue();
            r.append(g == size ? "full" : g > 0 ? "partial" : "zero");
          }
          break;
        case "putBytes":
        case "acquireStorage":
        case "acquireUnroll":
          if (Boolean.TRUE.equals(res)) r.append("ok");
          else if (res instanceof String) r.append("exists");
          else r.append(size > max ? "tooLarge" : size > free ? "noSpace" : "refused");
          break;
        case "putValues":
        case "putIteratorAsBytes":
          {
            Map<?, ?> m = (Map<?, ?>) res;
            if (m.containsKey("stored")) r.append("stored");
            else if (m.containsKey("exists")) r.append("exists");
            else
              r.append(
                  ((Number) m.get("heldUnroll")).longValue() == 0
                      ? "failedAtStart"
                      : "failedMidway");
            break;
          }
        case "evict":
          r.append(v1 ? String.valueOf(res) : ((Number) res).longValue() > 0 ? "freed" : "none");
          break;
        case "get":
        case "remove":
        case "pin":
        case "closePartial":
          r.append(res);
          break;
        case "releaseExec":
          {
            TreeMap<Long, Long> t = off ? s0.oet : s0.et;
            Long cur = t.get(((Number) a.get("task")).longValue());
            r.append(
                cur == null
                    ? "unknownTask"
                    : size > cur ? "overRelease" : size == cur ? "all" : "part");
            break;
          }
        case "releaseStorage":
          r.append(size > (off ? s0.osu : s0.su) ? "overRelease" : "part");
          break;
        case "releaseUnroll":
          r.append(a.get("size") == null ? "all" : "some");
          break;
        case "releaseAllExec":
        case "taskEnd":
        case "tmmCleanUp":
          r.append(((Number) res).longValue() > 0 ? "freed" : "nothing");
          break;
        case "tmmAllocatePage":
        case "consumerAllocatePage":
        case "consumerAllocateArray":
          if (blocked) r.append("blocked");
          else if (res == null) r.append("null");
          else {
            Map<?, ?> p = (Map<?, ?>) res;
            r.append(((Number) p.get("size")).longValue() < size ? "partial" : "ok");
          }
          break;
        case "newConsumer":
          r.append(a.get("policy"));
          break;
        default:
          r.append("done");
      }
    if (storBorrow) r.append("+storageBorrows");
    if (execGrow) r.append("+execGrows");
    if (!d.evicted.isEmpty()) r.append("+evicts");
    if (!d.spills.isEmpty()) {
      boolean self = false, other = false;
      for (Map<String, Object> s : d.spills)
        if (s.get("consumer").equals(s.get("trigger"))) self = true;
        else other = true;
      if (other) r.append("+spillOther");
      if (self) r.append("+spillSelf");
    }
    if (!woken.isEmpty()) r.append("+wakes");
    else if (reeval > 0) r.append("+reevaluates");
    return r.toString();
  }

  // ------------------------------------------------------------------------------------------
  // hand-written scenarios
  static long B; // one tenth of the unified maximum in hand-written scenarios

  static Map<String, String> conf(String... kv) {
    LinkedHashMap<String, String> c = new LinkedHashMap<>();
    for (int k = 0; k < kv.length; k += 2) c.put(kv[k], kv[k + 1]);
    return c;
  }

  static Map<String, String> hc(double sf, String... more) {
    Map<String, String> c =
        conf(
            "spark.testing.memory",
            "" + 20 * B,
            "spark.testing.reservedMemory",
            "0",
            "spark.memory.fraction",
            "0.5",
            "spark.memory.storageFraction",
            "" + sf,
            "spark.storage.unrollMemoryThreshold",
            "" + Math.max(1, B / 10));
    if (!v1) {
      c.put("spark.memory.offHeap.enabled", "true");
      c.put("spark.memory.offHeap.size", "" + 10 * B);
    } else c.put("spark.memory.offHeap.size", "" + 10 * B);
    for (int k = 0; k < more.length; k += 2) c.put(more[k], more[k + 1]);
    return c;
  }

  static String md(boolean off) {
    return off ? "OFF_HEAP" : "ON_HEAP";
  }

  static Object put(String b, long n, boolean off) throws Throwable {
    return op("putBytes", "block", b, "size", n, "mode", md(off));
  }

  static Object acq(long t, long n, boolean off) throws Throwable {
    return op("acquireExec", "task", t, "size", n, "mode", md(off));
  }

  static void rel(long t, long n, boolean off) throws Throwable {
    op("releaseExec", "task", t, "size", n, "mode", md(off));
  }

  static void relAll(long t) throws Throwable {
    op("releaseAllExec", "task", t);
  }

  static Object unroll(String b, long n, long t, boolean off) throws Throwable {
    return op("acquireUnroll", "block", b, "size", n, "mode", md(off), "task", t);
  }

  static Object vals(String b, Object[] e, long each, long t, boolean off) throws Throwable {
    return op(
        "putValues",
        "block",
        b,
        "mode",
        md(off),
        "task",
        t,
        "elementKind",
        each >= 0 ? "known" : "bytes",
        "elementSize",
        Math.abs(each),
        "_elems",
        e);
  }

  static void handUnified() throws Throwable {
    boolean[] modes = v1 ? new boolean[] {false} : new boolean[] {false, true};
    for (boolean off : modes) {
      String m = " (" + md(off) + ")";
      scenario("storage borrows from execution, then fills to the maximum" + m, hc(0.5), 1);
      put("rdd_1_0", 5 * B, off);
      put("rdd_1_1", 1, off);
      put("rdd_1_2", 2 * B, off);
      put("rdd_1_3", 3 * B - 1, off);
      put("rdd_1_4", 1, off);
      put("rdd_2_0", 1, off);
      put("rdd_2_1", 10 * B, off);
      put("rdd_2_2", 10 * B + 1, off);
      put("rdd_3_0", 10 * B, off);
      put("rdd_3_1", 0, off);
      scenario("execution reclaims borrowed storage by eviction" + m, hc(0.5), 1);
      for (int k = 0; k < 8; k++) put("rdd_1_" + k, B, off);
      acq(1, B, off);
      acq(1, B, off);
      acq(1, B / 2, off);
      acq(1, B, off);
      acq(1, 5 * B, off);
      acq(1, B, off);
      rel(1, B, off);
      put("rdd_2_0", B, off);
      put("rdd_2_1", 6 * B, off);
      relAll(1);
      put("rdd_2_2", 6 * B, off);
      scenario("execution cannot go below the storage region" + m, hc(0.5), 1);
      for (int k = 0; k < 5; k++) put("rdd_1_" + k, B, off);
      acq(1, 10 * B, off);
      acq(1, 1, off);
      relAll(1);
      put("rdd_2_0", B, off);
      acq(1, 10 * B, off);
      acq(2, B, off);
      relAll(1);
      scenario("execution takes unused storage, storage cannot evict execution" + m, hc(0.5), 1);
      acq(1, 9 * B, off);
      put("rdd_1_0", 2 * B, off);
      put("rdd_1_1", B + 1, off);
      put("rdd_1_2", B, off);
      put("rdd_2_0", 1, off);
      put("rdd_2_1", B, off);
      rel(1, 4 * B, off);
      put("rdd_3_0", 5 * B, off);
      put("rdd_3_1", 4 * B, off);
      scenario("same-RDD blocks are not evicted, others are" + m, hc(0.5), 1);
      put("rdd_1_0", 4 * B, off);
      put("broadcast_1", B, off);
      put("rdd_1_1", 4 * B, off);
      put("rdd_1_2", 2 * B, off);
      put("rdd_1_3", 3 * B, off);
      put("rdd_2_0", 5 * B, off);
      put("broadcast_2", 8 * B, off);
      put("taskresult_1", 2 * B, off);
      put("taskresult_2", 9 * B, off);
      put("broadcast_2", B, off);
      put("rdd_2_0", B, off);
      scenario("LRU order and touches" + m, hc(0.5), 1);
      for (int k = 0; k < 5; k++) put("rdd_" + k + "_0", 2 * B, off);
      op("get", "block", "rdd_0_0");
      op("get", "block", "rdd_2_0");
      put("rdd_9_0", 3 * B, off);
      op("get", "block", "rdd_4_0");
      op("get", "block", "nope_0".replace("nope", "rdd_77"));
      put("rdd_9_1", B, off);
      put("broadcast_5", 4 * B, off);
      op("remove", "block", "broadcast_5");
      op("remove", "block", "broadcast_5");
      scenario(
          "evicting a large block overshoots and shrinks storage below its region" + m, hc(0.5), 1);
      put("rdd_1_0", 6 * B, off);
      put("rdd_1_1", B, off);
      put("rdd_1_2", 2 * B, off);
      acq(1, B, off);
      acq(1, B / 10, off);
      acq(1, 1, off);
      acq(1, 3 * B, off);
      put("rdd_2_0", 3 * B, off);
      relAll(1);
      put("rdd_2_1", 4 * B, off);
      scenario("zero and invalid sizes" + m, hc(0.5), 1);
      put("rdd_1_0", 0, off);
      acq(1, 0, off);
      op("acquireStorage", "block", "rdd_1_1", "size", 0, "mode", md(off));
      unroll("rdd_1_2", 0, 1, off);
      rel(1, 0, off);
      relAll(1);
      acq(2, 1, off);
      rel(2, 0, off);
      rel(2, 1, off);
      op("evict", "size", 0, "mode", md(off), "block", null);
      put("rdd_5_0", 10 * B, off);
      acq(1, -1, off);
      op("acquireStorage", "block", "rdd_1_1", "size", -1, "mode", md(off));
      scenario("1/N cap: a single task may take all, two tasks half each" + m, hc(0.5), 1);
      acq(1, 4 * B, off);
      acq(2, 4 * B, off);
      acq(1, 2 * B, off);
      acq(2, 2 * B, off);
      acq(1, 1, off);
      rel(1, 5 * B, off);
      acq(2, B, off);
      acq(3, 5 * B, off);
      acq(1, 5 * B, off);
      scenario("1/2N wait, woken in two steps" + m, hc(0.5), 1);
      acq(1, 10 * B, off);
      acq(2, 5 * B, off);
      rel(1, B, off);
      rel(1, B, off);
      rel(1, B / 2, off);
      rel(1, B, off);
      acq(2, B, off);
      relAll(1);
      acq(2, 10 * B, off);
      scenario("waiter is granted less than asked once it reaches 1/2N" + m, hc(0.5), 1);
      acq(1, 10 * B, off);
      acq(2, 3 * B, off);
      rel(1, 25 * B / 10, off);
      acq(3, B, off);
      rel(1, B, off);
      rel(1, B, off);
      relAll(2);
      relAll(1);
      scenario("small request is granted at once even below 1/2N" + m, hc(0.5), 1);
      acq(1, 9 * B, off);
      acq(2, B, off);
      acq(2, B, off);
      rel(1, B / 2, off);
      rel(1, B / 2, off);
      scenario("number of tasks changes while waiting" + m, hc(0.5), 1);
      acq(1, 10 * B, off);
      acq(2, 4 * B, off);
      acq(3, 4 * B, off);
      acq(4, 4 * B, off);
      rel(1, B, off);
      rel(1, B, off);
      rel(1, 4 * B, off);
      relAll(1);
      relAll(2);
      relAll(3);
      relAll(4);
      scenario("a finishing task lowers N for the others" + m, hc(0.5), 1);
      acq(1, 6 * B, off);
      acq(2, 4 * B, off);
      acq(3, 2 * B, off);
      acq(4, 2 * B, off);
      relAll(2);
      relAll(1);
      acq(3, 8 * B, off);
      acq(4, 8 * B, off);
      scenario("releasing everything of a waiting task kills its acquire" + m, hc(0.5), 1);
      acq(1, 10 * B, off);
      acq(2, 5 * B, off);
      relAll(2);
      acq(3, B, off);
      acq(2, B, off);
      relAll(1);
      scenario(
          "waiter holding memory, its own memory is released by another thread" + m, hc(0.5), 1);
      acq(2, B, off);
      acq(1, 9 * B, off);
      acq(2, 4 * B, off);
      rel(2, B / 2, off);
      rel(2, B / 2, off);
      acq(1, B, off);
      scenario(
          "storage takes what a waiter waits for, waiter takes it back by eviction" + m,
          hc(0.5),
          1);
      acq(1, 10 * B, off);
      acq(2, 2 * B, off);
      rel(1, B, off);
      put("rdd_1_0", B, off);
      rel(1, B, off);
      put("rdd_1_1", B, off);
      rel(1, 1, off);
      rel(1, 6 * B, off);
      scenario("wrong releases: over-release, unknown task, double release" + m, hc(0.5), 1);
      acq(1, 2 * B, off);
      rel(1, 3 * B, off);
      rel(1, B, off);
      rel(7, B, off);
      relAll(7);
      acq(1, B, off);
      rel(1, B, off);
      rel(1, B, off);
      op("releaseStorage", "size", 1, "mode", md(off));
      put("rdd_1_0", B, off);
      op("releaseStorage", "size", B / 2, "mode", md(off));
      op("releaseStorage", "size", B, "mode", md(off));
      op("remove", "block", "rdd_1_0");
      acq(1, 10 * B, off);
      acq(1, 10 * B, off);
      rel(1, 11 * B, off);
      scenario("unroll memory: acquire, partial, over- and full release" + m, hc(0.5), 1);
      unroll("rdd_1_0", 2 * B, 1, off);
      unroll("rdd_1_0", B, 1, off);
      unroll("rdd_2_0", 4 * B, 2, off);
      op("releaseUnroll", "task", 1, "size", B / 2, "mode", md(off));
      op("releaseUnroll", "task", 1, "size", 100 * B, "mode", md(off));
      op("releaseUnroll", "task", 1, "mode", md(off));
      unroll("rdd_3_0", 7 * B, 1, off);
      put("rdd_4_0", 3 * B, off);
      put("rdd_4_1", 4 * B, off);
      unroll("rdd_5_0", 5 * B, 1, off);
      acq(3, 9 * B, off);
      op("taskEnd", "task", 2);
      acq(3, 9 * B, off);
      op("taskEnd", "task", 3);
      op("taskEnd", "task", 1);
      op("taskEnd", "task", 1);
      scenario("unroll memory cannot be evicted to grow execution" + m, hc(0.5), 1);
      unroll("rdd_1_0", 8 * B, 1, off);
      acq(2, 5 * B, off);
      put("rdd_2_0", B, off);
      acq(2, B, off);
      op("releaseUnroll", "task", 1, "mode", md(off));
      acq(2, 5 * B, off);
      scenario("clear drops blocks and unroll bookkeeping" + m, hc(0.5), 1);
      put("rdd_1_0", 3 * B, off);
      unroll("rdd_1_1", B, 1, off);
      acq(1, 4 * B, off);
      op("clear");
      op("releaseUnroll", "task", 1, "mode", md(off));
      put("rdd_1_0", 6 * B, off);
      op("clear");
      op("clear");
      scenario("storageFraction 0: everything cached is evictable by execution" + m, hc(0.0), 1);
      put("rdd_1_0", 3 * B, off);
      put("rdd_1_1", 3 * B, off);
      acq(1, 5 * B, off);
      acq(1, 5 * B, off);
      put("rdd_2_0", 1, off);
      acq(2, 1, off);
      relAll(1);
      scenario("storageFraction 0.9" + m, hc(0.9), 1);
      put("rdd_1_0", 3 * B, off);
      put("rdd_1_1", 6 * B, off);
      acq(1, 5 * B, off);
      acq(2, B, off);
      put("rdd_2_0", 2 * B, off);
      relAll(1);
      put("rdd_2_1", 2 * B, off);
      acq(1, 3 * B, off);
      scenario("explicit eviction calls" + m, hc(0.5), 1);
      for (int k = 0; k < 6; k++) put("rdd_" + (k % 2) + "_" + k, B, off);
      op("evict", "size", 1, "mode", md(off), "block", null);
      op("evict", "size", 2 * B, "mode", md(off), "block", "rdd_0_99");
      op("evict", "size", 4 * B, "mode", md(off), "block", "rdd_0_99");
      op("evict", "size", 20 * B, "mode", md(off), "block", null);
      op("evict", "size", B + 1, "mode", md(off), "block", "broadcast_3");
      op("evict", "size", B, "mode", md(!off), "block", null);
      if (!v1) {
        scenario("read-locked blocks are skipped by eviction" + m, hc(0.5), 1);
        for (int k = 0; k < 5; k++) put("rdd_" + k + "_0", 2 * B, off);
        op("pin", "block", "rdd_0_0");
        op("pin", "block", "rdd_1_0");
        op("pin", "block", "rdd_99_0");
        put("rdd_9_0", 3 * B, off);
        put("rdd_9_1", 3 * B, off);
        op("remove", "block", "rdd_0_0");
        op("unpin", "block", "rdd_0_0");
        put("rdd_9_2", 2 * B, off);
        acq(1, 9 * B, off);
        op("unpin", "block", "rdd_1_0");
        acq(1, 9 * B, off);
      }
      boolean vOff = off && !ver.startsWith("2.") && !ver.startsWith("3.0");
      if (!off || vOff) {
        long bb = B;
        B = B * 100;
        scenario("values: unroll growth, success, final size adjustment" + m, hc(0.5), 1);
        vals("rdd_1_0", d.knownSizeElems(0, 1), 1, 1, off);
        vals("rdd_1_1", d.knownSizeElems(1, 5), 5, 1, off);
        vals("rdd_1_2", d.knownSizeElems(100, B / 100), B / 100, 1, off);
        vals("rdd_1_3", d.knownSizeElems(15, 3 * B / 15), 3 * B / 15, 2, off);
        vals("rdd_1_4", d.knownSizeElems(64, B / 20), B / 20, 2, off);
        scenario("values: unroll fails midway, at start, at the final adjustment" + m, hc(0.5), 1);
        put("rdd_1_0", 5 * B, off);
        acq(1, 4 * B, off);
        vals("rdd_2_0", d.knownSizeElems(100, B / 10), B / 10, 2, off);
        vals("rdd_2_1", d.knownSizeElems(10, B / 2), B / 2, 2, off);
        op("closePartial", "block", "rdd_2_0", "task", 2, "drain", false);
        op("closePartial", "block", "rdd_2_1", "task", 2, "drain", true);
        op("closePartial", "block", "rdd_2_1", "task", 2, "drain", true);
        acq(1, 10 * B, off);
        vals("rdd_1_9", d.knownSizeElems(5, 1), 1, 3, off);
        vals("rdd_1_8", d.knownSizeElems(5, B), B, 3, off);
        op("taskEnd", "task", 2);
        op("taskEnd", "task", 3);
        op("taskEnd", "task", 1);
        scenario(
            "values: unrolling evicts other blocks, not those of the same RDD" + m, hc(0.5), 1);
        for (int k = 0; k < 5; k++) put("rdd_" + (k % 2) + "_" + k, 2 * B, off);
        vals("rdd_0_50", d.knownSizeElems(33, B / 10), B / 10, 1, off);
        vals("rdd_2_50", d.knownSizeElems(48, B / 10), B / 10, 1, off);
        vals("rdd_2_51", d.knownSizeElems(128, B / 10), B / 10, 1, off);
        vals("rdd_2_50", d.knownSizeElems(3, 1), 1, 1, off);
        op("taskEnd", "task", 1);
        B = bb;
      }
    }
    if (!v1) {
      scenario(
          "on-heap and off-heap pools are separate; any release wakes every waiter", hc(0.5), 1);
      acq(1, 10 * B, false);
      acq(1, 10 * B, true);
      acq(2, 5 * B, false);
      acq(3, 5 * B, true);
      acq(4, 5 * B, false);
      acq(5, 5 * B, true);
      rel(1, 4 * B, false);
      rel(1, 4 * B, true);
      put("rdd_1_0", B, false);
      put("rdd_1_1", B, true);
      relAll(1);
      relAll(2);
      relAll(3);
      relAll(4);
      relAll(5);
      put("rdd_2_0", 10 * B, false);
      put("rdd_2_1", 10 * B, true);
      put("rdd_2_2", 10 * B, false);
    } else {
      scenario("off-heap execution pool is fixed and does not touch storage", hc(0.5), 1);
      acq(1, 10 * B, true);
      acq(1, 1, true);
      acq(2, 5 * B, true);
      put("rdd_1_0", 10 * B, false);
      rel(1, 3 * B, true);
      acq(1, 5 * B, false);
      relAll(1);
      relAll(2);
    }
    if (ver.startsWith("4.2")) {
      scenario(
          "unmanaged memory reduces what storage and execution may use",
          hc(0.5, "spark.memory.unmanagedMemoryPollingInterval", "100000000s"),
          1);
      op("setUnmanaged", "onHeap", 2 * B, "offHeap", 9 * B);
      put("rdd_1_0", 8 * B + 1, false);
      put("rdd_1_0", 8 * B, false);
      put("rdd_1_1", 2 * B, false);
      acq(1, 4 * B, false);
      acq(2, 4 * B, false);
      relAll(1);
      acq(2, 8 * B, false);
      put("rdd_2_0", B + 1, true);
      put("rdd_2_0", B, true);
      acq(3, 5 * B, true);
      op("setUnmanaged", "onHeap", 20 * B, "offHeap", 0);
      put("rdd_3_0", 0, false);
      put("rdd_3_1", 1, false);
      acq(4, B, false);
      relAll(2);
      acq(4, B, false);
      op("setUnmanaged", "onHeap", 0, "offHeap", 0);
      relAll(4);
      scenario("unmanaged memory is ignored when polling is off", hc(0.5), 1);
      op("setUnmanaged", "onHeap", 9 * B, "offHeap", 9 * B);
      put("rdd_1_0", 9 * B, false);
      acq(1, 5 * B, false);
      op("setUnmanaged", "onHeap", 0, "offHeap", 0);
    }
  }

  static Map<String, String> sc(String... more) {
    Map<String, String> c =
        conf(
            "spark.testing.memory",
            "" + 1000000 * B / 10,
            "spark.storage.unrollMemoryThreshold",
            "" + 1000);
    if (!v1) c.put("spark.memory.offHeap.enabled", "true");
    c.put("spark.memory.offHeap.size", "" + 10 * B);
    for (int k = 0; k < more.length; k += 2) c.put(more[k], more[k + 1]);
    return c;
  }

  static void handStatic() throws Throwable {
    scenario("storage: fail fast, fill, evict LRU, same RDD", sc(), 1);
    long S = d.state().sp, E = d.state().ep, q = S / 10;
    put("rdd_1_0", S + 1, false);
    put("rdd_1_0", S, false);
    put("rdd_2_0", q, false);
    for (int k = 1; k < 9; k++) put("rdd_2_" + k, q, false);
    put("rdd_2_9", S - 9 * q, false);
    put("rdd_2_10", 1, false);
    op("get", "block", "rdd_2_0");
    put("rdd_3_0", 1, false);
    put("rdd_3_1", 3 * q, false);
    put("broadcast_1", 9 * q, false);
    acq(1, E, false);
    acq(1, 1, false);
    put("rdd_4_0", q, false);
    scenario("unroll: capped eviction, eviction without success", sc(), 1);
    long U = S / 5;
    for (int k = 0; k < 10; k++) put("rdd_1_" + k, q, false);
    unroll("rdd_9_0", 1, 1, false);
    unroll("rdd_9_0", U + q, 1, false);
    unroll("rdd_9_0", U / 2, 1, false);
    unroll("rdd_9_0", U / 2, 1, false);
    unroll("rdd_9_0", q, 1, false);
    unroll("rdd_9_1", U, 2, false);
    unroll("rdd_9_1", 1, 2, false);
    op("releaseUnroll", "task", 1, "size", q, "mode", "ON_HEAP");
    unroll("rdd_9_1", q, 2, false);
    op("taskEnd", "task", 1);
    op("taskEnd", "task", 2);
    unroll("rdd_1_99", S, 3, false);
    unroll("rdd_1_99", 2 * S, 3, false);
    op("taskEnd", "task", 3);
    scenario("unroll: free memory is used beyond the cap", sc(), 1);
    unroll("rdd_9_0", U, 1, false);
    unroll("rdd_9_0", S - U, 1, false);
    unroll("rdd_9_0", 1, 1, false);
    put("rdd_1_0", 1, false);
    op("taskEnd", "task", 1);
    put("rdd_1_0", S / 2, false);
    unroll("rdd_9_1", S - S / 2, 1, false);
    unroll("rdd_9_1", 1, 1, false);
    op("taskEnd", "task", 1);
    scenario(
        "unrollFraction 0: unrolling never evicts", sc("spark.storage.unrollFraction", "0"), 1);
    put("rdd_1_0", S, false);
    unroll("rdd_2_0", 1, 1, false);
    op("remove", "block", "rdd_1_0");
    unroll("rdd_2_0", S, 1, false);
    op("taskEnd", "task", 1);
    scenario(
        "unrollFraction 1: unrolling may evict everything",
        sc("spark.storage.unrollFraction", "1"),
        1);
    put("rdd_1_0", S / 2, false);
    put("rdd_1_1", S - S / 2, false);
    unroll("rdd_2_0", S / 2 + 1, 1, false);
    unroll("rdd_2_0", S / 2, 1, false);
    put("rdd_3_0", q, false);
    op("taskEnd", "task", 1);
    scenario("values under the static manager", sc(), 1);
    for (int k = 0; k < 9; k++) put("rdd_" + (k % 3) + "_" + k, q, false);
    vals("rdd_5_0", d.knownSizeElems(64, q / 64), q / 64, 1, false);
    vals("rdd_5_1", d.knownSizeElems(64, q / 16), q / 16, 1, false);
    vals("rdd_5_2", d.knownSizeElems(16, q / 2), q / 2, 1, false);
    vals("rdd_5_3", d.knownSizeElems(5, S), S, 2, false);
    op("closePartial", "block", "rdd_5_2", "task", 1, "drain", false);
    op("closePartial", "block", "rdd_5_3", "task", 2, "drain", true);
    op("taskEnd", "task", 1);
    op("taskEnd", "task", 2);
    scenario(
        "custom fractions",
        sc(
            "spark.storage.memoryFraction",
            "0.3",
            "spark.storage.safetyFraction",
            "0.8",
            "spark.shuffle.memoryFraction",
            "0.5",
            "spark.shuffle.safetyFraction",
            "0.7",
            "spark.storage.unrollFraction",
            "0.33"),
        4);
    long S2 = d.state().sp, E2 = d.state().ep;
    put("rdd_1_0", S2, false);
    put("rdd_2_0", S2, false);
    unroll("rdd_3_0", S2 / 4, 1, false);
    acq(1, E2 + 1, false);
    acq(2, 1, false);
    rel(1, E2 / 2, false);
    op("taskEnd", "task", 1);
    scenario("execution: 1/N and 1/2N without storage", sc(), 1);
    put("rdd_1_0", S, false);
    acq(1, E + 5, false);
    acq(2, E / 2, false);
    acq(3, E / 8, false);
    rel(1, E / 4, false);
    rel(1, E / 4, false);
    rel(1, E / 4, false);
    relAll(1);
    relAll(2);
    acq(3, E, false);
    acq(3, 0, false);
    relAll(3);
    rel(3, 5, false);
    scenario("off-heap: execution owns it all, storage is refused", sc(), 1);
    acq(1, 10 * B, true);
    acq(1, 1, true);
    acq(2, 5 * B, true);
    rel(1, 3 * B, true);
    relAll(1);
    if (!v1) {
      put("rdd_1_0", 1, true);
      unroll("rdd_1_0", 1, 1, true);
      op("acquireStorage", "block", "rdd_1_0", "size", 0, "mode", "OFF_HEAP");
    }
  }

  static void nc(int id, long t, String pol, long ps, boolean off) throws Throwable {
    op("newConsumer", "consumer", id, "task", t, "mode", md(off), "policy", pol, "pageSize", ps);
  }

  static Object ta(int c, long n, long t) throws Throwable {
    return op("tmmAcquire", "consumer", c, "task", t, "size", n);
  }

  static void handTmm() throws Throwable {
    Map<String, String> on =
        conf(
            "spark.testing.memory",
            "" + 20 * B,
            "spark.testing.reservedMemory",
            "0",
            "spark.memory.fraction",
            "0.5",
            "spark.buffer.pageSize",
            "" + Math.max(8, B / 4 / 8 * 8));
    scenario("spill order among others: smallest that suffices", on, 1);
    for (int k = 1; k <= 4; k++) nc(k, 1, "all", 64, false);
    nc(5, 1, "none", 64, false);
    ta(1, B, 1);
    ta(2, 2 * B, 1);
    ta(3, 3 * B, 1);
    ta(4, 4 * B, 1);
    ta(5, 25 * B / 10, 1);
    ta(5, 1, 1);
    ta(5, 2 * B, 1);
    ta(5, 10 * B, 1);
    op("tmmCleanUp", "task", 1);
    scenario("no single consumer suffices: largest first", on, 1);
    for (int k = 1; k <= 4; k++) nc(k, 1, "all", 64, false);
    nc(5, 1, "none", 64, false);
    ta(1, B, 1);
    ta(2, 2 * B, 1);
    ta(3, 3 * B, 1);
    ta(4, 4 * B, 1);
    ta(5, 9 * B, 1);
    op("tmmCleanUp", "task", 1);
    scenario("partial spillers are asked again", on, 1);
    nc(1, 1, "half", 64, false);
    nc(2, 1, "upTo", 64, false);
    nc(3, 1, "half", 64, false);
    nc(4, 1, "none", 64, false);
    ta(1, 4 * B, 1);
    ta(2, 3 * B, 1);
    ta(3, 3 * B, 1);
    ta(4, 5 * B, 1);
    ta(4, 4 * B, 1);
    ta(1, B, 1);
    op("tmmCleanUp", "task", 1);
    scenario("ties between equal consumers", on, 1);
    for (int k = 1; k <= 5; k++) nc(k, 1, "all", 64, false);
    for (int k = 1; k <= 5; k++) ta(k, 2 * B, 1);
    ta(3, B, 1);
    ta(1, 3 * B, 1);
    ta(5, 5 * B, 1);
    op("tmmCleanUp", "task", 1);
    scenario("self spill after the others", on, 1);
    nc(1, 1, "all", 64, false);
    ta(1, 6 * B, 1);
    ta(1, 6 * B, 1);
    nc(2, 1, "none", 64, false);
    ta(2, B, 1);
    ta(1, 9 * B, 1);
    ta(1, 10 * B, 1);
    nc(3, 1, "all", 64, false);
    ta(3, 10 * B, 1);
    op("tmmRelease", "consumer", 1, "task", 1, "size", B);
    op("tmmCleanUp", "task", 1);
    scenario("self spill of a consumer that is not yet registered or holds nothing", on, 1);
    nc(1, 1, "none", 64, false);
    nc(2, 1, "all", 64, false);
    ta(1, 10 * B, 1);
    ta(2, B, 1);
    ta(2, B, 1);
    op("tmmCleanUp", "task", 1);
    scenario("spill errors", on, 1);
    nc(1, 1, "io", 64, false);
    nc(2, 1, "all", 64, false);
    ta(1, 6 * B, 1);
    ta(2, 6 * B, 1);
    ta(2, 1, 1);
    op("tmmCleanUp", "task", 1);
    nc(3, 1, "interrupted", 64, false);
    ta(3, 6 * B, 1);
    ta(2, 6 * B, 1);
    op("tmmCleanUp", "task", 1);
    ta(1, 6 * B, 1);
    ta(1, 6 * B, 1);
    op("tmmCleanUp", "task", 1);
    ta(3, 6 * B, 1);
    ta(3, 6 * B, 1);
    op("tmmCleanUp", "task", 1);
    scenario("a spiller that claims more than it frees", on, 1);
    nc(1, 1, "lie", 64, false);
    nc(2, 1, "none", 64, false);
    ta(1, 6 * B, 1);
    ta(2, 5 * B, 1);
    op("tmmCleanUp", "task", 1);
    scenario("pages: numbers, reuse, partial pages, arrays, too large", on, 1);
    long ps = Long.parseLong(on.get("spark.buffer.pageSize"));
    nc(1, 1, "lastPage", ps, false);
    nc(2, 1, "none", 64, false);
    for (int k = 0; k < 4; k++) op("consumerAllocatePage", "consumer", 1, "task", 1, "size", 1);
    op("consumerFreePage", "consumer", 1, "task", 1, "index", 1);
    op("consumerAllocatePage", "consumer", 1, "task", 1, "size", 2 * ps);
    op("consumerAllocatePage", "consumer", 1, "task", 1, "size", 1);
    ta(2, 3 * B, 1);
    op("consumerAllocateArray", "consumer", 2, "task", 1, "size", 4);
    op("consumerAllocatePage", "consumer", 2, "task", 1, "size", 8 * B);
    op("tmmAllocatePage", "consumer", 2, "task", 1, "size", 9 * B);
    op("tmmAllocatePage", "consumer", 2, "task", 1, "size", 17179869176L);
    op("tmmAllocatePage", "consumer", 2, "task", 1, "size", 17179869177L);
    op("consumerAllocateArray", "consumer", 2, "task", 1, "size", 1L << 31);
    op("tmmCleanUp", "task", 1);
    scenario("storage is evicted before anything is spilled", on, 1);
    nc(1, 1, "all", 64, false);
    nc(2, 1, "all", 64, false);
    put("rdd_1_0", 4 * B, false);
    put("rdd_1_1", 4 * B, false);
    ta(1, 3 * B, 1);
    ta(2, 3 * B, 1);
    ta(2, 3 * B, 1);
    op("tmmCleanUp", "task", 1);
    scenario("two tasks: spilling stays within the task, waiting across", on, 1);
    nc(1, 1, "all", 64, false);
    nc(2, 2, "all", 64, false);
    nc(3, 3, "all", 64, false);
    nc(4, 1, "all", 64, false);
    ta(1, 10 * B, 1);
    ta(2, 5 * B, 2);
    ta(3, 5 * B, 3);
    op("releaseExec", "task", 1, "size", 2 * B, "mode", "ON_HEAP");
    op("releaseExec", "task", 1, "size", 2 * B, "mode", "ON_HEAP");
    ta(4, B, 1);
    op("tmmCleanUp", "task", 1);
    ta(2, 5 * B, 2);
    op("tmmCleanUp", "task", 2);
    op("tmmCleanUp", "task", 3);
    op("tmmCleanUp", "task", 3);
    Map<String, String> of = new LinkedHashMap<>(on);
    of.put("spark.memory.offHeap.enabled", "true");
    of.put("spark.memory.offHeap.size", "" + 10 * B);
    scenario("off-heap tungsten: consumers of the other mode are not spilled", of, 1);
    nc(1, 1, "all", ps, true);
    nc(2, 1, "all", 64, false);
    nc(3, 1, "all", ps, true);
    ta(1, 6 * B, 1);
    ta(2, 10 * B, 1);
    ta(3, 6 * B, 1);
    ta(2, B, 1);
    op("consumerAllocatePage", "consumer", 3, "task", 1, "size", 1);
    op("consumerAllocatePage", "consumer", 1, "task", 1, "size", 1);
    ta(1, 8 * B, 1);
    op("tmmCleanUp", "task", 1);
    Map<String, String> big =
        conf(
            "spark.testing.memory",
            "" + (40L << 30),
            "spark.testing.reservedMemory",
            "0",
            "spark.memory.fraction",
            "0.5",
            "spark.buffer.pageSize",
            "1024");
    scenario(
        "the JVM cannot give the page: acquiredButNotUsed (allocation of pages >= 2 GiB fails)",
        big,
        1);
    nc(1, 1, "all", 64, false);
    ta(1, 1 << 20, 1);
    op("tmmAllocatePage", "consumer", 1, "task", 1, "size", 6L << 30);
    op("tmmAllocatePage", "consumer", 1, "task", 1, "size", 6L << 30);
    op("tmmCleanUp", "task", 1);
    op("tmmAllocatePage", "consumer", 1, "task", 1, "size", 1L << 20);
    op("tmmCleanUp", "task", 1);
    scenario("page table is full at 8192 pages", big, 1);
    nc(1, 1, "none", 64, false);
    op("tmmAllocatePages", "consumer", 1, "task", 1, "size", 8, "count", 8192);
    op("tmmAllocatePage", "consumer", 1, "task", 1, "size", 8);
    op("tmmCleanUp", "task", 1);
  }

  // ------------------------------------------------------------------------------------------
  // random scenarios
  static Random R;

  static long pick(long... xs) {
    return xs[R.nextInt(xs.length)];
  }

  static long up(long n) {
    return n <= 0 ? 0 : (long) (R.nextDouble() * n);
  }

  static long logUp(long n) {
    return n <= 1 ? 1 : (long) Math.exp(R.nextDouble() * Math.log(n));
  }

  static long size(boolean off, boolean storage) {
    Drv.St s = last;
    long sp = off ? s.osp : s.sp,
        su = off ? s.osu : s.su,
        ep = off ? s.oep : s.ep,
        eu = off ? s.oeu : s.eu,
        max = sp + ep;
    if (v1 && off) {
      sp = 0;
      su = 0;
      max = ep;
    }
    long r;
    switch (R.nextInt(storage ? 16 : 14)) {
      case 0:
        r = pick(0, 1, 1, 2);
        break;
      case 1:
        r = sp - su;
        break;
      case 2:
        r = sp - su + 1;
        break;
      case 3:
        r = ep - eu;
        break;
      case 4:
        r = ep - eu + pick(-1, 1);
        break;
      case 5:
        r = max - su - eu + pick(-1, 0, 1);
        break;
      case 6:
        r = max - eu + pick(0, 1);
        break;
      case 7:
        r = pick(max, max + 1, max / 2, max / 2 + 1, max / 3, max / 4, max / 8);
        break;
      case 8:
      case 9:
        r = up(max / 3);
        break;
      case 10:
        r = up(max / 10);
        break;
      case 11:
      case 12:
      case 14:
      case 15:
        r = up(max / 20) + 1;
        break;
      default:
        r = logUp(max);
    }
    return Math.max(0, r);
  }

  static String freshBlock() {
    for (int k = 0; ; k++) {
      int x = R.nextInt(10);
      String b =
          x < 8
              ? "rdd_" + R.nextInt(4) + "_" + R.nextInt(40)
              : x == 8 ? "broadcast_" + R.nextInt(50) : "taskresult_" + R.nextInt(50);
      if (!d.contains(b) && !handles.contains(b)) return b;
    }
  }

  static String someBlock() {
    List<String> l = last.lru;
    return l.isEmpty() || R.nextInt(20) == 0
        ? "rdd_" + R.nextInt(4) + "_" + R.nextInt(40)
        : l.get(R.nextInt(l.size()));
  }

  static Map<String, String> randConf(boolean offCentric) {
    Map<String, String> c = new LinkedHashMap<>();
    long[] T =
        kind.equals("static")
            ? (v1
                ? new long[] {5000, 100003, 33554432, 400L << 20}
                : new long[] {33554432, 100000007, 1L << 30, 5L << 30})
            : v1
                ? new long[] {2000, 20011, 1 << 20, 64 << 20, 400L << 20}
                : new long[] {2000, 20011, 1 << 20, 300L << 20, 1L << 30, (6L << 30) + 7};
    long t = pick(T);
    c.put("spark.testing.memory", "" + t);
    double f = new double[] {0.5, 0.6, 0.75, 0.9, 1.0}[R.nextInt(5)];
    boolean deff = R.nextBoolean();
    if (kind.equals("unified")) {
      if (t < (500L << 20)) c.put("spark.testing.reservedMemory", "0");
      if (!deff) c.put("spark.memory.fraction", "" + f);
      if (R.nextBoolean())
        c.put(
            "spark.memory.storageFraction",
            "" + new double[] {0.0, 0.1, 0.3, 0.5, 0.77, 0.9}[R.nextInt(6)]);
    } else {
      if (R.nextBoolean())
        c.put("spark.storage.memoryFraction", "" + new double[] {0.1, 0.4, 0.6, 0.8}[R.nextInt(4)]);
      if (R.nextBoolean())
        c.put(
            "spark.storage.unrollFraction",
            "" + new double[] {0.0, 0.05, 0.2, 0.5, 1.0}[R.nextInt(5)]);
      if (R.nextBoolean())
        c.put("spark.shuffle.memoryFraction", "" + new double[] {0.1, 0.2, 0.5}[R.nextInt(3)]);
    }
    if (offCentric || R.nextInt(3) == 0) {
      c.put("spark.memory.offHeap.enabled", "true");
      c.put("spark.memory.offHeap.size", "" + pick(1, 1000, t / 2 + 1, t));
      if (offCentric) c.put("spark.memory.offHeap.size", "" + pick(1001, t / 2 + 1, t));
    }
    c.put(
        "spark.storage.unrollMemoryThreshold",
        ""
            + Math.max(
                1,
                Math.min(
                    pick(t / 100, t / 20, 1000, 1 << 20), Math.min(4 << 20, Math.max(1, t / 5)))));
    if (!v1 && R.nextInt(3) == 0) {
      c.put("spark.storage.unrollMemoryCheckPeriod", "" + pick(1, 4, 16, 50));
      c.put(
          "spark.storage.unrollMemoryGrowthFactor",
          "" + new double[] {1.1, 1.5, 2.0, 3.0}[R.nextInt(4)]);
    }
    if (ver.startsWith("4.2") && R.nextInt(2) == 0)
      c.put("spark.memory.unmanagedMemoryPollingInterval", "100000000s");
    return c;
  }

  static void random(String title, String profile, int ops) throws Throwable {
    boolean offc = profile.equals("offheap");
    Map<String, String> c = randConf(offc);
    scenario(title, c, 1 + R.nextInt(4));
    last = d.state();
    long offP = c.containsKey("spark.memory.offHeap.size") ? (offc ? 75 : 25) : 0;
    boolean storOff = !v1 && kind.equals("unified");
    boolean valsOff = storOff && !ver.startsWith("2.") && !ver.startsWith("3.0");
    int[]
        wgt; // put vals iterBytes get remove pin/unpin evict acqStorage relStorage acqUnroll
             // relUnroll acqExec relExec relAll taskEnd clear closePartial unmanaged dup
    switch (profile) {
      case "storage":
        wgt = new int[] {300, 90, 60, 100, 60, 50, 20, 6, 6, 60, 50, 80, 50, 20, 10, 2, 40, 20, 6};
        break;
      case "wait":
        wgt = new int[] {50, 4, 0, 10, 10, 4, 4, 0, 0, 6, 6, 500, 170, 30, 20, 0, 2, 8, 0};
        break;
      case "exec":
        wgt = new int[] {80, 10, 5, 20, 10, 8, 5, 2, 2, 15, 12, 400, 250, 40, 20, 1, 6, 10, 2};
        break;
      default:
        wgt = new int[] {200, 60, 30, 70, 40, 30, 12, 4, 4, 40, 35, 230, 140, 40, 20, 2, 25, 20, 4};
    }
    int tot = 0;
    for (int x : wgt) tot += x;
    int maxTasks = profile.equals("wait") ? 6 + R.nextInt(6) : 2 + R.nextInt(5);
    for (int n = 0; n < ops; n++) {
      boolean off = R.nextInt(100) < offP;
      boolean soff = off && (storOff || (!v1 && kind.equals("static") && R.nextInt(20) == 0));
      Set<Long> bl = blockedTasks();
      List<Long> free = new ArrayList<>();
      for (long t = 0; t < maxTasks; t++) if (!bl.contains(t)) free.add(t);
      long anyTask = R.nextInt(maxTasks);
      int x = R.nextInt(tot), k = 0;
      while (x >= wgt[k]) x -= wgt[k++];
      if (!bl.isEmpty() && R.nextInt(100) < (profile.equals("wait") ? 9 : 15) * bl.size())
        k = R.nextBoolean() ? 12 : R.nextInt(3) == 0 ? 13 : 12;
      switch (k) {
        case 0:
          {
            long z = size(soff, true);
            op(
                "putBytes",
                "block",
                freshBlock(),
                "size",
                v1 ? Math.min(z, 600L << 20) : Math.min(z, 24L << 30),
                "mode",
                md(soff));
            break;
          }
        case 1:
          {
            boolean vo = soff && valsOff;
            long z = Math.min(size(vo, true) + 1, 1L << 34);
            int cnt = R.nextInt(6) == 0 ? R.nextInt(3) : R.nextInt(120) + 1;
            if (R.nextInt(3) > 0) {
              long each = Math.max(1, z / Math.max(1, cnt));
              vals(freshBlock(), d.knownSizeElems(cnt, each), each, R.nextInt(maxTasks), vo);
            } else {
              int len = R.nextInt(1500);
              Object[] e = new Object[cnt];
              for (int q = 0; q < cnt; q++) e[q] = new byte[len];
              vals(freshBlock(), e, -len, R.nextInt(maxTasks), vo);
            }
            break;
          }
        case 2:
          if (!v1) {
            if (ver.startsWith("2.")) soff = false; /* 2.x cannot make direct buffers on Java 9+ */
            int cnt = R.nextInt(80);
            int len = R.nextInt(2500);
            Object[] e = new Object[cnt];
            for (int q = 0; q < cnt; q++) e[q] = new byte[len];
            op(
                "putIteratorAsBytes",
                "block",
                freshBlock(),
                "mode",
                md(soff),
                "task",
                (long) R.nextInt(maxTasks),
                "elementKind",
                "bytes",
                "elementSize",
                len,
                "_elems",
                e);
          } else n--;
          break;
        case 3:
          op("get", "block", someBlock());
          break;
        case 4:
          {
            String b = someBlock();
            op("remove", "block", b);
            break;
          }
        case 5:
          if (v1) {
            n--;
            break;
          }
          if (!pinned.isEmpty() && R.nextBoolean()) {
            List<String> l = new ArrayList<>(pinned.keySet());
            op("unpin", "block", l.get(R.nextInt(l.size())));
          } else if (!last.lru.isEmpty() && pinned.size() < 4) op("pin", "block", someBlock());
          else n--;
          break;
        case 6:
          {
            long z = Math.max(1, size(soff, true));
            op(
                "evict",
                "size",
                z,
                "mode",
                md(soff),
                "block",
                R.nextBoolean() ? null : "rdd_" + R.nextInt(4) + "_999");
            break;
          }
        case 7:
          op("acquireStorage", "block", freshBlock(), "size", size(soff, true), "mode", md(soff));
          break;
        case 8:
          op(
              "releaseStorage",
              "size",
              Math.min(
                  size(soff, true), 1 + up(soff ? last.osu - offBlocks(last) : freeableRaw(last))),
              "mode",
              md(soff));
          break;
        case 9:
          op(
              "acquireUnroll",
              "block",
              freshBlock(),
              "size",
              R.nextInt(4) == 0 ? size(soff, true) : 1 + up(1 + (soff ? last.osp : last.sp) / 10),
              "mode",
              md(soff),
              "task",
              (long) R.nextInt(maxTasks));
          break;
        case 10:
          {
            long t = R.nextInt(maxTasks);
            if (R.nextInt(4) == 0) op("releaseUnroll", "task", t, "mode", md(soff));
            else {
              TreeMap<Long, Long> u = soff ? last.ounroll : last.unroll;
              long cur = u.containsKey(t) ? u.get(t) : 0;
              op(
                  "releaseUnroll",
                  "task",
                  t,
                  "size",
                  pick(cur, cur + 1, up(cur) + 1, 1),
                  "mode",
                  md(soff));
            }
            break;
          }
        case 11:
          {
            if (free.isEmpty() || bl.size() >= 4) {
              n--;
              if (bl.size() >= 4) {
                rel(anyTask, Math.max(1, size(off, false)), off);
                n++;
              }
              break;
            }
            long t = free.get(R.nextInt(free.size()));
            long z = size(off, false);
            if (z == 0 && R.nextInt(4) > 0) z = 1;
            if (profile.equals("wait") && R.nextInt(3) > 0) {
              Drv.St s = last;
              long M = off ? s.oep + (v1 ? 0 : s.osp) : s.sp + s.ep;
              z = pick(M, M / 2, M / 3, 1 + up(M));
            }
            acq(t, z, off);
            break;
          }
        case 12:
          {
            TreeMap<Long, Long> m = off ? last.oet : last.et;
            List<Long> hold = new ArrayList<>(m.keySet());
            if (R.nextInt(25) > 0)
              hold.removeIf(q -> m.get(q) == 0L || blockedTasks().contains(q) && R.nextInt(10) > 0);
            if (hold.isEmpty()) {
              if (R.nextInt(6) == 0) rel(anyTask, 1 + up(100), off);
              else n--;
              if (!bl.isEmpty() && m.isEmpty()) {}
              break;
            }
            long t = hold.get(R.nextInt(hold.size()));
            long cur = m.get(t);
            rel(
                t,
                R.nextInt(30) == 0
                    ? cur + 1
                    : pick(cur, up(cur) + 1, up(cur) + 1, up(cur / 4) + 1, 1),
                off);
            break;
          }
        case 13:
          {
            long t =
                free.isEmpty() || R.nextInt(30) == 0 ? anyTask : free.get(R.nextInt(free.size()));
            relAll(t);
            break;
          }
        case 14:
          {
            long t = free.isEmpty() ? anyTask : free.get(R.nextInt(free.size()));
            op("taskEnd", "task", t);
            break;
          }
        case 15:
          {
            for (String b : new ArrayList<>(pinned.keySet()))
              while (pinned.containsKey(b)) op("unpin", "block", b);
            op("clear");
            break;
          }
        case 16:
          if (!handles.isEmpty()) {
            List<String> l = new ArrayList<>(handles);
            op(
                "closePartial",
                "block",
                l.get(R.nextInt(l.size())),
                "task",
                (long) R.nextInt(maxTasks),
                "drain",
                R.nextBoolean());
          } else n--;
          break;
        case 17:
          if (ver.startsWith("4.2"))
            op(
                "setUnmanaged",
                "onHeap",
                pick(
                    0,
                    0,
                    up(last.sp + last.ep),
                    up((last.sp + last.ep) / 5),
                    2 * (last.sp + last.ep)),
                "offHeap",
                pick(0, 0, up((last.osp + last.oep) / 3)));
          else n--;
          break;
        default:
          if (!last.lru.isEmpty()) {
            String b = last.lru.get(R.nextInt(last.lru.size()));
            op("putBytes", "block", b, "size", 1 + up(100), "mode", md(soff));
          } else n--;
      }
    }
    endScenario();
  }

  static long freeableRaw(Drv.St s) {
    long b = 0;
    for (int k = 0; k < s.lru.size(); k++) if (!s.off.get(k)) b += s.sizes.get(k);
    return Math.max(0, s.su - b - sum(s.unroll) - sum(s.pending));
  }

  static long offBlocks(Drv.St s) {
    long b = 0;
    for (int k = 0; k < s.lru.size(); k++) if (s.off.get(k)) b += s.sizes.get(k);
    return b + sum(s.ounroll);
  }

  static long sum(TreeMap<Long, Long> m) {
    long r = 0;
    for (long v : m.values()) r += v;
    return r;
  }

  static void randomTmm(String title, int tasks, int ops) throws Throwable {
    Map<String, String> c = new LinkedHashMap<>();
    long t = pick(20011, 200003, 4 << 20);
    boolean off = R.nextInt(3) == 0;
    long ps = Math.max(64, t / pick(20, 50, 200) / 8 * 8);
    c.put("spark.testing.memory", "" + t);
    c.put("spark.testing.reservedMemory", "0");
    c.put("spark.buffer.pageSize", "" + ps);
    if (R.nextBoolean())
      c.put("spark.memory.storageFraction", "" + new double[] {0.0, 0.2, 0.5, 0.8}[R.nextInt(4)]);
    if (off) {
      c.put("spark.memory.offHeap.enabled", "true");
      c.put("spark.memory.offHeap.size", "" + t / 2);
    }
    scenario(title, c, 1);
    last = d.state();
    Map<Integer, Long> cs = new TreeMap<>();
    Map<Integer, Boolean> co = new TreeMap<>();
    String[] pol = {"all", "all", "upTo", "half", "none", "lastPage", "all", "lie", "upTo", "half"};
    for (int id = 1; id <= 3 + tasks * 2 + R.nextInt(4); id++) {
      long tk = 1 + (id % tasks);
      boolean o = off ? R.nextInt(6) > 0 : false;
      String p = R.nextInt(40) == 0 ? "io" : pol[R.nextInt(pol.length)];
      nc(id, tk, p, ps, o);
      cs.put(id, tk);
      co.put(id, o);
    }
    for (int n = 0; n < ops; n++) {
      Set<Long> bl = blockedTasks();
      List<Integer> ok = new ArrayList<>();
      for (int id : cs.keySet()) if (!bl.contains(cs.get(id))) ok.add(id);
      long M = last.sp + last.ep;
      int x = R.nextInt(100);
      if (ok.isEmpty() || (!bl.isEmpty() && R.nextInt(6) == 0)) {
        TreeMap<Long, Long> m = R.nextBoolean() ? last.oet : last.et;
        List<Long> h = new ArrayList<>(m.keySet());
        if (h.isEmpty()) {
          h.add(1L);
        }
        long tk = h.get(R.nextInt(h.size()));
        if (bl.contains(tk) && ok.isEmpty()) {
          if (m.get(tk) != null && m.get(tk) > 0) rel(tk, m.get(tk), m == last.oet);
          else relAll(tk);
        } else if (!bl.contains(tk)) {
          op("tmmCleanUp", "task", tk);
          for (int q : new ArrayList<>(cs.keySet()))
            if (cs.get(q) == tk) nc(q, tk, pol[R.nextInt(pol.length)], ps, co.get(q));
        }
        continue;
      }
      int id = ok.get(R.nextInt(ok.size()));
      long tk = cs.get(id);
      boolean o = co.get(id);
      if (x < 45) {
        long z = size(o, false);
        ta(id, z == 0 && R.nextInt(10) > 0 ? 1 : z, tk);
      } else if (x < 60) {
        long u = d.usedOf(id);
        Object pl = DrvImpl.fget(((Map<?, ?>) DrvImpl.fget(d, "cons")).get(id), "plain");
        long p = ((Number) pl).longValue();
        if (p > 0 && u > 0)
          op("tmmRelease", "consumer", id, "task", tk, "size", pick(p, up(p) + 1, 1));
      } else if (x < 78) {
        if (o == off) {
          op(
              "consumerAllocatePage",
              "consumer",
              id,
              "task",
              tk,
              "size",
              R.nextInt(4) == 0 ? Math.min(up(M / 4) + 1, 1 << 20) : 1 + R.nextInt((int) ps));
        }
      } else if (x < 88) {
        int np = d.livePages(id);
        if (np > 0) op("consumerFreePage", "consumer", id, "task", tk, "index", R.nextInt(np));
      } else if (x < 91) {
        if (o == off)
          op("consumerAllocateArray", "consumer", id, "task", tk, "size", 1 + up(M / 40));
      } else if (x < 95)
        op("putBytes", "block", freshBlock(), "size", up(M / 4), "mode", md(false));
      else if (x
          < 99) { // the task ends: consumers must forget their memory as well, so replace them
        op("tmmCleanUp", "task", tk);
        for (int q : new ArrayList<>(cs.keySet()))
          if (cs.get(q) == tk) {
            nc(q, tk, pol[R.nextInt(pol.length)], ps, co.get(q));
          }
      } else op("remove", "block", someBlock());
    }
    endScenario();
  }

  // ------------------------------------------------------------------------------------------
  // tables
  static void construct(String k, int n) throws Throwable {
    kind = k;
    openFile("construct-" + k + "-" + ver + (gc.equals("G1") ? "-g1" : ""));
    line(
        Js.m(
            "header",
            Js.m(
                "sparkVersion",
                ver,
                "manager",
                k,
                "table",
                "construct",
                "gc",
                gc,
                "seed",
                seed,
                "java",
                System.getProperty("java.version"),
                "availableProcessors",
                Runtime.getRuntime().availableProcessors())));
    List<Map<String, String>> cs = new ArrayList<>();
    List<Integer> cores = new ArrayList<>();
    long MB = 1 << 20, GB = 1 << 30;
    long[] ts = {
      0,
      1,
      314572800,
      471859199,
      471859200,
      471859201,
      512 * MB,
      GB - 1,
      GB,
      GB + 1,
      2 * GB,
      3 * GB + 12345,
      8 * GB,
      64 * GB,
      1L << 40,
      33554431,
      33554432,
      33554433,
      954728448L,
      1908932608L,
      3817865216L
    };
    for (long t : ts) {
      cs.add(conf("spark.testing.memory", "" + t));
      cores.add(1);
    }
    for (int c : new int[] {1, 2, 4, 8, 16, 64, 1000})
      for (long t : new long[] {GB, 4 * GB, 30 * GB}) {
        cs.add(conf("spark.testing.memory", "" + t));
        cores.add(c);
      }
    for (String f :
        new String[] {
          "0.0", "0.000001", "0.1", "0.6", "0.75", "0.9999", "1.0", "1.5", "-0.1", "NaN", "abc"
        }) {
      cs.add(conf("spark.testing.memory", "" + 4 * GB, "spark.memory.fraction", f));
      cores.add(4);
      cs.add(conf("spark.testing.memory", "" + 4 * GB, "spark.memory.storageFraction", f));
      cores.add(4);
      cs.add(conf("spark.testing.memory", "" + 4 * GB, "spark.storage.memoryFraction", f));
      cores.add(4);
      cs.add(conf("spark.testing.memory", "" + 4 * GB, "spark.storage.unrollFraction", f));
      cores.add(4);
      cs.add(conf("spark.testing.memory", "" + 4 * GB, "spark.shuffle.memoryFraction", f));
      cores.add(4);
    }
    for (String r :
        new String[] {"0", "1", "300000000", "4294967296", "2863311530", "2863311531"}) {
      cs.add(conf("spark.testing.memory", "" + 4 * GB, "spark.testing.reservedMemory", r));
      cores.add(2);
    }
    cs.add(conf("spark.testing.memory", "1000", "spark.testing", "true"));
    cores.add(1);
    cs.add(conf("spark.testing.memory", "1000", "spark.testing", "false"));
    cores.add(1);
    for (String e :
        new String[] {
          "1g", "450m", "449m", "471859200b", "471859199b", "471859200", "100", "0.5g", "31m", "32m"
        }) {
      cs.add(conf("spark.testing.memory", "" + 4 * GB, "spark.executor.memory", e));
      cores.add(1);
    }
    for (String e :
        new String[] {
          "0",
          "1",
          "1g",
          "1024",
          "2t",
          "1.5g",
          "-1",
          "-5m",
          "abc",
          "10k",
          "16777215k",
          "9223372036854775807b"
        })
      for (String en : new String[] {"true", "false"}) {
        cs.add(
            conf(
                "spark.testing.memory",
                "" + 4 * GB,
                "spark.memory.offHeap.enabled",
                en,
                "spark.memory.offHeap.size",
                e));
        cores.add(4);
      }
    cs.add(conf("spark.testing.memory", "" + 4 * GB, "spark.memory.offHeap.enabled", "true"));
    cores.add(4);
    for (String e : new String[] {"1m", "64m", "512", "0", "2g", "1k", "100m", "-1"}) {
      cs.add(conf("spark.testing.memory", "" + 4 * GB, "spark.buffer.pageSize", e));
      cores.add(4);
    }
    for (int q = 0; q < n; q++) {
      Map<String, String> c =
          conf(
              "spark.testing.memory",
              "" + (R.nextBoolean() ? logUp(1L << 42) : 471859200 + logUp(1L << 40)));
      if (R.nextBoolean())
        c.put(k.equals("unified") ? "spark.memory.fraction" : "spark.storage.memoryFraction", rd());
      if (R.nextBoolean())
        c.put(
            k.equals("unified") ? "spark.memory.storageFraction" : "spark.shuffle.memoryFraction",
            rd());
      if (k.equals("static") && R.nextBoolean()) c.put("spark.storage.unrollFraction", rd());
      if (k.equals("static") && R.nextInt(3) == 0) c.put("spark.storage.safetyFraction", rd());
      if (k.equals("static") && R.nextInt(3) == 0) c.put("spark.shuffle.safetyFraction", rd());
      if (R.nextInt(3) == 0) {
        c.put("spark.memory.offHeap.enabled", R.nextBoolean() ? "true" : "false");
        c.put(
            "spark.memory.offHeap.size",
            R.nextBoolean() ? "" + logUp(1L << 40) : (1 + R.nextInt(4000)) + "m");
      }
      if (R.nextInt(5) == 0) c.put("spark.testing.reservedMemory", "" + logUp(1L << 30));
      cs.add(c);
      cores.add(1 + R.nextInt(48));
    }
    for (int q = 0; q < cs.size(); q++) {
      Object r;
      try {
        r = d.describe(d.construct(cs.get(q), cores.get(q), k));
      } catch (Throwable t) {
        r = errLoose(t);
      }
      String br =
          "construct:"
              + (((Map<?, ?>) r).containsKey("error")
                  ? "error="
                      + ((Map<?, ?>) ((Map<?, ?>) r).get("error"))
                          .get("class")
                          .toString()
                          .replaceAll(".*\\.", "")
                  : "ok");
      line(
          Js.m(
              "i",
              q,
              "op",
              "construct",
              "args",
              Js.m("conf", cs.get(q), "numCores", cores.get(q)),
              "result",
              r,
              "branch",
              br));
      cov.merge(k + "|" + br, 1, Integer::sum);
      linesInFile++;
    }
    w.close();
    fileOps.put(fileName, linesInFile);
  }

  static String rd() {
    switch (R.nextInt(3)) {
      case 0:
        return "" + R.nextInt(100) / 100.0;
      case 1:
        return "" + R.nextDouble();
      default:
        return "" + R.nextInt(1000) / 1000.0;
    }
  }

  static LinkedHashMap<String, Object> errLoose(Throwable t) {
    while (t instanceof java.lang.reflect.InvocationTargetException && t.getCause() != null)
      t = t.getCause();
    return Js.m("error", Js.m("class", t.getClass().getName(), "message", t.getMessage()));
  }

  static void utils(int n) throws Throwable {
    kind = "utils";
    openFile("utils-" + ver);
    line(
        Js.m(
            "header",
            Js.m(
                "sparkVersion",
                ver,
                "table",
                "utils",
                "seed",
                seed,
                "java",
                System.getProperty("java.version"))));
    List<BigInteger> vs = new ArrayList<>();
    for (long v :
        new long[] {
          0,
          1,
          5,
          999,
          1000,
          1023,
          1024,
          1025,
          -1,
          -2048,
          -5000000,
          Long.MAX_VALUE,
          Long.MIN_VALUE,
          434031820L,
          455501414L,
          384093388L,
          300000000L,
          456340275L
        }) vs.add(BigInteger.valueOf(v));
    for (int e = 10; e <= 60; e += 10)
      for (long dlt : new long[] {-2, -1, 0, 1, 2}) {
        vs.add(BigInteger.valueOf(1L << e).add(BigInteger.valueOf(dlt)));
        vs.add(BigInteger.valueOf(2L << e).add(BigInteger.valueOf(dlt)));
        vs.add(BigInteger.valueOf(3L << e).add(BigInteger.valueOf(dlt)));
      }
    for (int e = 10; e <= 60; e += 10)
      for (int tenths : new int[] {20, 21, 25, 33, 99, 100, 999, 10235, 20475})
        for (int q : new int[] {-1, 0, 1}) {
          BigInteger u = BigInteger.ONE.shiftLeft(e); // ties at x.x5
          BigInteger v =
              u.multiply(BigInteger.valueOf(tenths * 2 + 1))
                  .divide(BigInteger.valueOf(20))
                  .add(BigInteger.valueOf(q));
          if (v.bitLength() < 64) vs.add(v);
        }
    for (int e = 62; e < 84; e++) {
      vs.add(BigInteger.ONE.shiftLeft(e));
      vs.add(BigInteger.ONE.shiftLeft(e).subtract(BigInteger.ONE));
      vs.add(new BigInteger(e, R));
    }
    for (int q = 0; q < n; q++) vs.add(BigInteger.valueOf(logUp(Long.MAX_VALUE)));
    int q = 0;
    for (BigInteger v : vs) {
      Object r;
      try {
        r = d.bytesToString(v);
        if (r == null) continue;
      } catch (Throwable t) {
        r = errLoose(t);
      }
      String br =
          "bytesToString:" + (r instanceof String ? ((String) r).replaceAll("^.* ", "") : "error");
      line(
          Js.m(
              "i", q++, "op", "bytesToString", "args", Js.m("size", v), "result", r, "branch", br));
      cov.merge("utils|" + br, 1, Integer::sum);
      linesInFile++;
    }
    List<String> ss = new ArrayList<>();
    for (String num :
        new String[] {
          "0",
          "1",
          "10",
          "512",
          "1023",
          "1024",
          "1025",
          "1536",
          "2047",
          "3000000",
          "2147483647",
          "2147483648",
          "4294967296",
          "9223372036854775807",
          "9223372036854775808",
          "18014398509481984",
          "8796093022208",
          "8388608",
          "-1",
          "-0",
          "+5",
          "0.5",
          "1.5",
          "1.0",
          "007",
          ".5",
          "5."
        })
      for (String suf :
          new String[] {
            "", "b", "k", "kb", "m", "mb", "g", "gb", "t", "tb", "p", "pb", "K", "MB", "Gb", "e",
            "kib", "mib", "bytes", "x", " m", "m "
          }) ss.add(num + suf);
    for (String s :
        new String[] {
          "", " ", "m", "1 0m", "1,000", "0x10", "1m1", "1e3", " 5g ", "\t7k\n", "NaN", "null",
          "\u0661m"
        }) ss.add(s);
    for (int z = 0; z < n / 2; z++)
      ss.add(
          logUp(1L << (1 + R.nextInt(62)))
              + new String[] {"", "b", "k", "m", "g", "t", "p", "kb", "mb"}[R.nextInt(9)]);
    for (String s : ss)
      for (String fn :
          new String[] {
            "byteStringAsBytes",
            "byteStringAsKb",
            "byteStringAsMb",
            "byteStringAsGb",
            "memoryStringToMb"
          }) {
        Object r;
        try {
          r = d.parse(fn, s);
        } catch (Throwable t) {
          r = errLoose(t);
        }
        String br =
            fn
                + ":"
                + (r instanceof Map
                    ? "error="
                        + ((Map<?, ?>) ((Map<?, ?>) r).get("error"))
                            .get("class")
                            .toString()
                            .replaceAll(".*\\.", "")
                    : "ok");
        line(Js.m("i", q++, "op", fn, "args", Js.m("string", s), "result", r, "branch", br));
        cov.merge("utils|" + br, 1, Integer::sum);
        linesInFile++;
      }
    w.close();
    fileOps.put(fileName, linesInFile);
  }

  static boolean quick;

  public static void main(String[] av) throws Throwable {
    ver = av[0];
    out = new File(av[1]);
    seed = Long.parseLong(av[2]);
    set = av[3];
    String which = av[4];
    gc = av[5];
    out.mkdirs();
    d = new DrvImpl();
    v1 = d.v1();
    R = new Random(seed * 1000003L + ver.hashCode());
    boolean pub = set.equals("public");
    B = pub ? 1000 : 13370;
    boolean st = v1 || ver.startsWith("2.");
    if (which.equals("tmmrandom")) {
      /* only the file below */
    } else if (which.equals("construct")) {
      construct("unified", pub ? 150 : 250);
    } else {
      construct("unified", pub ? 150 : 250);
      if (st) construct("static", pub ? 120 : 200);
      utils(pub ? 300 : 600);
      kind = "unified";
      tmmMode = false;
      openFile("unified-" + ver + "-hand");
      handUnified();
      closeFile();
      for (String p : new String[] {"storage", "mixed", "exec", "wait", "offheap"}) {
        openFile("unified-" + ver + "-random-" + p);
        for (int k = 0; k < 4; k++) random("random " + p + " " + k, p, 250);
        closeFile();
      }
      if (st) {
        kind = "static";
        openFile("static-" + ver + "-hand");
        handStatic();
        closeFile();
        for (String p : new String[] {"storage", "mixed", "wait"}) {
          openFile("static-" + ver + "-random-" + p);
          for (int k = 0; k < 4; k++) random("random " + p + " " + k, p, 250);
          closeFile();
        }
      }
      kind = "unified";
      tmmMode = true;
      openFile("tmm-" + ver + "-hand");
      handTmm();
      closeFile();
    }
    if (!which.equals("construct")) {
      kind = "unified";
      tmmMode = true;
      R = new Random(seed * 1000003L + ("tmm" + ver).hashCode());
      openFile("tmm-" + ver + "-random");
      for (int k = 0; k < 6; k++) randomTmm("random tmm " + k, k < 4 ? 1 : 2 + R.nextInt(2), 220);
      closeFile();
    }
    int total = 0;
    for (int x : fileOps.values()) total += x;
    System.out.println(
        ver + " " + set + " files=" + fileOps.size() + " ops=" + total + " branches=" + cov.size());
    System.exit(0);
  }
}
