package lab;

import java.io.*;
import java.lang.management.ManagementFactory;
import java.lang.reflect.*;
import java.util.*;

/**
 * Runtime of the agent: one JSON line per operation; sequence numbers are taken under the lock that
 * orders the operation.
 */
public final class Trace {
  static final Object LOCK = new Object();
  static long seq;
  static OutputStream out;
  static long epoch0, nano0;
  static volatile Object mm, ms;
  static volatile TMap entries;
  static String exec = "driver";

  public static final class Tok {
    String op;
    long s0, ns0;
    Tok parent;
    Object[] a;
    Object self;
    int kind; // kind 1: memory manager, 2: other, 3: silent
  }

  static final ThreadLocal<Tok> TOP = new ThreadLocal<>();

  static void init(String arg) throws Exception {
    String[] kv = arg.split(";");
    String dir = kv[0];
    String cmd = System.getProperty("sun.java.command", "");
    java.util.regex.Matcher m =
        java.util.regex.Pattern.compile("--executor-id (\\S+)").matcher(cmd);
    java.util.regex.Matcher m2 =
        java.util.regex.Pattern.compile("--driver-url \\S+ (\\S+) ").matcher(cmd);
    if (m.find()) exec = m.group(1);
    else if (cmd.contains("CoarseGrainedExecutorBackend")) exec = m2.find() ? m2.group(1) : "x";
    new File(dir).mkdirs();
    out =
        new BufferedOutputStream(
            new FileOutputStream(dir + "/ops-" + exec + ".jsonl"), 1 << 16);
    epoch0 = System.currentTimeMillis();
    while (System.currentTimeMillis() == epoch0) {}
    epoch0 = System.currentTimeMillis();
    nano0 = System.nanoTime();
    String pid = ManagementFactory.getRuntimeMXBean().getName().split("@")[0];
    StringBuilder sb = new StringBuilder();
    sb.append("{\"s\":0,\"op\":\"start\",\"executor\":")
        .append(q(exec))
        .append(",\"epochMs\":")
        .append(epoch0)
        .append(",\"nano\":")
        .append(nano0)
        .append(",\"pid\":")
        .append(pid)
        .append(",\"java\":")
        .append(q(System.getProperty("java.version")))
        .append(",\"maxMemory\":")
        .append(Runtime.getRuntime().maxMemory())
        .append(",\"cpus\":")
        .append(Runtime.getRuntime().availableProcessors())
        .append("}\n");
    out.write(sb.toString().getBytes("UTF-8"));
    out.flush();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  synchronized (LOCK) {
                    try {
                      out.flush();
                    } catch (IOException e) {
                    }
                  }
                }));
  }

  static String q(Object o) {
    if (o == null) return "null";
    String s = o.toString();
    StringBuilder b = new StringBuilder(s.length() + 2).append('"');
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      if (c == '"' || c == '\\') b.append('\\').append(c);
      else if (c < 32) b.append(' ');
      else b.append(c);
    }
    return b.append('"').toString();
  }

  static long next() {
    synchronized (LOCK) {
      return ++seq;
    }
  }

  /** body starts with ','; returns the sequence number given */
  static long emit(StringBuilder body) {
    long ns = System.nanoTime();
    synchronized (LOCK) {
      long s = ++seq;
      long us = (ns - nano0) / 1000;
      long ms = epoch0 + us / 1000;
      long fr = us % 1000;
      String line =
          "{\"s\":"
              + s
              + ",\"t\":"
              + ms
              + "."
              + (fr < 10 ? "00" : fr < 100 ? "0" : "")
              + fr
              + ",\"ns\":"
              + (ns - nano0)
              + body
              + "}\n";
      try {
        out.write(line.getBytes("UTF-8"));
        out.flush();
      } catch (IOException e) {
      }
      return s;
    }
  }

  static void note(String op, String what) {
    emit(new StringBuilder(",\"op\":").append(q(op)).append(",\"what\":").append(q(what)));
  }

  static long taskId() {
    try {
      org.apache.spark.TaskContext c = org.apache.spark.TaskContext.get();
      return c == null ? -1 : c.taskAttemptId();
    } catch (Throwable t) {
      return -2;
    }
  }

  static String opOf(String origin) {
    int i = origin.indexOf("::");
    String t = origin.substring(0, i), m = origin.substring(i + 2);
    String c = t.substring(t.lastIndexOf('.') + 1);
    switch (c) {
      case "MemoryManager":
      case "UnifiedMemoryManager":
      case "StaticMemoryManager":
        switch (m) {
          case "acquireStorageMemory":
            return "acqStorage";
          case "acquireUnrollMemory":
            return "acqUnroll";
          case "acquireExecutionMemory":
            return "acqExec";
          case "releaseExecutionMemory":
            return "relExec";
          case "releaseAllExecutionMemoryForTask":
            return "relAllExec";
          case "releaseStorageMemory":
            return "relStorage";
          case "releaseAllStorageMemory":
            return "relAllStorage";
          case "releaseUnrollMemory":
            return "relUnroll";
          default:
            return m;
        }
      case "MemoryStore":
        return "ms." + m;
      case "DiskStore":
        return "disk." + m;
      case "BlockManager":
        return "bm." + m;
      case "TaskMemoryManager":
        return "tmm." + m;
      case "Executor$TaskRunner":
        return "task";
      case "ExternalSorter":
      case "ExternalAppendOnlyMap":
        return "spillCollection";
      default:
        if (m.endsWith("logSpillage")) return "spillLog";
        return m.equals("spill") ? "spill" : m;
    }
  }

  static final Map<String, String> OPS = Collections.synchronizedMap(new HashMap<>());

  public static Object enter(Object self, String origin, Object[] a) {
    String op = OPS.get(origin);
    if (op == null) {
      op = opOf(origin);
      OPS.put(origin, op);
    }
    Tok t = new Tok();
    t.op = op;
    t.a = a;
    t.self = self;
    t.parent = TOP.get();
    t.ns0 = System.nanoTime();
    char c = op.charAt(0);
    boolean dot = op.indexOf('.') > 0;
    t.kind =
        (!dot && (op.startsWith("acq") || op.startsWith("rel")))
            ? 1
            : op.equals("ms.getSize") ? 3 : 2;
    if (t.kind == 1 && self != mm)
      t.kind =
          3; // a private manager (hash relations of broadcast joins build with one of their own)
    TOP.set(t);
    if (op.equals("task")) {
      emit(
          new StringBuilder(",\"op\":\"taskStart\",\"tid\":")
              .append(taskOf(self))
              .append(",\"th\":")
              .append(q(Thread.currentThread().getName()))
              .append(",\"jth\":")
              .append(Thread.currentThread().getId()));
    } else if (t.kind != 3 && !op.equals("maybeSpill")) t.s0 = next();
    return t;
  }

  static String taskOf(Object tr) {
    try {
      Method m = tr.getClass().getMethod("taskId");
      m.setAccessible(true);
      return String.valueOf(m.invoke(tr));
    } catch (Throwable e) {
      try {
        Field f = tr.getClass().getDeclaredField("taskId");
        f.setAccessible(true);
        return String.valueOf(f.get(tr));
      } catch (Throwable e2) {
        return "-1";
      }
    }
  }

  static String id(Object o) {
    return o == null
        ? "null"
        : o.getClass().getName() + "@" + Integer.toHexString(System.identityHashCode(o));
  }

  public static void exit(Object tok, Object ret, Throwable th) {
    if (!(tok instanceof Tok)) return;
    Tok t = (Tok) tok;
    TOP.set(t.parent);
    if (t.kind == 3) return;
    String op = t.op;
    Object[] a = t.a;
    String par = t.parent == null ? null : t.parent.op;
    // true duplicates: unified unroll delegates to storage
    if (op.equals("acqStorage") && "acqUnroll".equals(par)) return;
    if (op.equals("relStorage") && "relUnroll".equals(par)) return;
    if (op.equals("ms.putIterator") && (par != null && par.startsWith("ms.putIterator"))) return;
    if (op.equals("disk.put") && "disk.putBytes".equals(par)) return;
    if (op.equals("maybeSpill") && !Boolean.TRUE.equals(ret)) return;
    if (op.equals("bm.doPut") && (par != null && (par.equals("bm.doPutIterator")))) return;
    StringBuilder b = new StringBuilder(256);
    b.append(",\"s0\":")
        .append(t.s0)
        .append(",\"dur\":")
        .append(System.nanoTime() - t.ns0)
        .append(",\"op\":\"")
        .append(op.equals("task") ? "taskEnd" : op)
        .append('"');
    if (par != null && !par.equals("task")) b.append(",\"in\":").append(q(par));
    long tid;
    if (op.equals("task")) {
      b.append(",\"tid\":").append(taskOf(t.self));
      tid = 0;
    } else {
      tid = taskId();
      b.append(",\"tid\":").append(tid);
    }
    b.append(",\"jth\":").append(Thread.currentThread().getId());
    if (tid < 0) b.append(",\"th\":").append(q(Thread.currentThread().getName()));
    boolean state = t.kind == 1;
    long execTid = -1;
    Object mode = null;
    if (a != null)
      for (Object o : a) if (o != null && o.getClass().getName().endsWith("MemoryMode")) mode = o;
    switch (op) {
      case "acqStorage":
      case "acqUnroll":
        b.append(",\"blk\":")
            .append(q(a[0]))
            .append(",\"n\":")
            .append(a[1])
            .append(",\"ret\":")
            .append(ret);
        break;
      case "acqExec":
        execTid = (Long) a[1];
        b.append(",\"n\":")
            .append(a[0])
            .append(",\"task\":")
            .append(a[1])
            .append(",\"ret\":")
            .append(ret);
        break;
      case "relExec":
        execTid = (Long) a[1];
        b.append(",\"n\":").append(a[0]).append(",\"task\":").append(a[1]);
        break;
      case "relAllExec":
        execTid = (Long) a[0];
        b.append(",\"task\":").append(a[0]).append(",\"ret\":").append(ret);
        break;
      case "relStorage":
      case "relUnroll":
        b.append(",\"n\":").append(a[0]);
        break;
      case "relAllStorage":
        break;
      case "task":
        break;
      case "tmm.acquireExecutionMemory":
      case "tmm.releaseExecutionMemory":
        b.append(",\"n\":")
            .append(a[0])
            .append(",\"task\":")
            .append(tmmTask(t.self))
            .append(",\"cons\":")
            .append(q(id(a[a.length - 1])));
        if (ret != null) b.append(",\"ret\":").append(ret);
        break;
      case "tmm.allocatePage":
        b.append(",\"n\":")
            .append(a[0])
            .append(",\"task\":")
            .append(tmmTask(t.self))
            .append(",\"cons\":")
            .append(q(id(a[1])))
            .append(",\"ret\":")
            .append(ret == null ? "null" : call(ret, "size"));
        break;
      case "tmm.freePage":
        b.append(",\"task\":").append(tmmTask(t.self)).append(",\"cons\":").append(q(id(a[1])));
        break;
      case "tmm.cleanUpAllAllocatedMemory":
        b.append(",\"task\":").append(tmmTask(t.self)).append(",\"ret\":").append(ret);
        break;
      case "spill":
        b.append(",\"cons\":")
            .append(q(id(t.self)))
            .append(",\"n\":")
            .append(a[0])
            .append(",\"trigger\":")
            .append(q(id(a[1])))
            .append(",\"ret\":")
            .append(ret);
        break;
      case "maybeSpill":
        b.append(",\"cons\":").append(q(id(t.self))).append(",\"mem\":").append(a[1]);
        break;
      case "spillLog":
        b.append(",\"cons\":").append(q(id(t.self))).append(",\"size\":").append(a[0]);
        break;
      case "spillCollection":
        b.append(",\"cons\":")
            .append(q(id(t.self)))
            .append(",\"diskTotal\":")
            .append(call(t.self, "diskBytesSpilled"));
        break;
      default:
        if (a != null)
          for (Object o : a) {
            if (o == null) continue;
            String cn = o.getClass().getName();
            if (o instanceof Long || o instanceof Integer) b.append(",\"n\":").append(o);
            else if (cn.endsWith("BlockId")) b.append(",\"blk\":").append(q(o));
            else if (cn.startsWith("scala.Some")) b.append(",\"for\":").append(q(call(o, "get")));
            else if (cn.equals("org.apache.spark.storage.StorageLevel"))
              b.append(",\"level\":").append(q(o));
          }
        if (op.equals("disk.put") || op.equals("disk.putBytes")) {
          try {
            Method m =
                t.self
                    .getClass()
                    .getMethod("getSize", Class.forName("org.apache.spark.storage.BlockId"));
            b.append(",\"size\":").append(m.invoke(t.self, a[0]));
          } catch (Throwable e) {
          }
        } else b.append(",\"ret\":").append(retStr(ret));
    }
    if (mode != null)
      b.append(",\"mode\":").append(mode.toString().startsWith("OFF") ? "\"off\"" : "\"on\"");
    if (th != null) b.append(",\"thrown\":").append(q(th.getClass().getName()));
    if (state) appendState(b, execTid, mode);
    emit(b);
  }

  static Object call(Object o, String m) {
    try {
      Method x = null;
      for (Class<?> c = o.getClass(); c != null && x == null; c = c.getSuperclass())
        try {
          x = c.getDeclaredMethod(m);
        } catch (NoSuchMethodException e) {
        }
      if (x == null) x = o.getClass().getMethod(m);
      x.setAccessible(true);
      return x.invoke(o);
    } catch (Throwable t) {
      return null;
    }
  }

  static Field tmmF;

  static Object tmmTask(Object tmm) {
    try {
      if (tmmF == null) {
        Field f = tmm.getClass().getDeclaredField("taskAttemptId");
        f.setAccessible(true);
        tmmF = f;
      }
      return tmmF.get(tmm);
    } catch (Throwable t) {
      return -1;
    }
  }

  static String retStr(Object r) {
    if (r == null) return "null";
    if (r instanceof Boolean || r instanceof Long || r instanceof Integer) return r.toString();
    String cn = r.getClass().getName();
    if (cn.startsWith("scala.None")) return "\"none\"";
    if (cn.equals("scala.runtime.BoxedUnit")) return "null";
    if (cn.startsWith("scala.Some")) {
      Object v = call(r, "get");
      if (v != null && v.getClass().getName().endsWith("BlockResult"))
        return "{\"some\":\"BlockResult\",\"readMethod\":"
            + q(call(v, "readMethod"))
            + ",\"bytes\":"
            + call(v, "bytes")
            + "}";
      return "\"some\"";
    }
    if (cn.endsWith(".Right")) {
      Object v = call(r, "value");
      if (v == null) v = call(r, "b");
      if (v instanceof Long) return "{\"right\":" + v + "}";
      return "\"right\"";
    }
    if (cn.endsWith(".Left")) {
      Object v = call(r, "value");
      if (v == null) v = call(r, "a");
      if (v instanceof Long) return "{\"left\":" + v + "}";
      return "{\"left\":" + q(v == null ? null : v.getClass().getSimpleName()) + "}";
    }
    if (cn.equals("org.apache.spark.storage.StorageLevel")) return q(r);
    if (cn.endsWith("PutResult")) return "{\"put\":" + call(r, "size") + "}";
    return q(r.getClass().getSimpleName());
  }

  // ---- pool state
  // -------------------------------------------------------------------------------------------
  static Object[] pools; // onS, onE, offS, offE
  static Method poolSize, stUsed, exUsed, exTask;
  static Method memForTask;
  static Field memForTaskF;

  static void resolve(Object m) throws Exception {
    Object onS = call(m, "onHeapStorageMemoryPool");
    if (onS == null) onS = call(m, "storageMemoryPool");
    Object onE = call(m, "onHeapExecutionMemoryPool"),
        offS = call(m, "offHeapStorageMemoryPool"),
        offE = call(m, "offHeapExecutionMemoryPool");
    poolSize = onS.getClass().getMethod("poolSize");
    poolSize.setAccessible(true);
    stUsed = onS.getClass().getMethod("memoryUsed");
    stUsed.setAccessible(true);
    exUsed = onE.getClass().getMethod("memoryUsed");
    exUsed.setAccessible(true);
    exTask = onE.getClass().getMethod("getMemoryUsageForTask", long.class);
    exTask.setAccessible(true);
    for (Field f : onE.getClass().getDeclaredFields())
      if (f.getName().endsWith("memoryForTask")) {
        f.setAccessible(true);
        memForTaskF = f;
      }
    pools = new Object[] {onS, onE, offS, offE};
  }

  static long[] state() throws Exception {
    Object[] p = pools;
    long[] r = new long[8];
    r[0] = (Long) poolSize.invoke(p[0]);
    r[1] = (Long) stUsed.invoke(p[0]);
    r[2] = (Long) poolSize.invoke(p[1]);
    r[3] = (Long) exUsed.invoke(p[1]);
    if (p[2] != null) {
      r[4] = (Long) poolSize.invoke(p[2]);
      r[5] = (Long) stUsed.invoke(p[2]);
    }
    r[6] = (Long) poolSize.invoke(p[3]);
    r[7] = (Long) exUsed.invoke(p[3]);
    return r;
  }

  static void appendState(StringBuilder b, long tid, Object mode) {
    try {
      if (pools == null) return;
      long[] s = state();
      b.append(",\"st\":[");
      for (int i = 0; i < 8; i++) {
        if (i > 0) b.append(',');
        b.append(s[i]);
      }
      b.append(']');
      if (tid >= 0) {
        Object p = mode != null && mode.toString().startsWith("OFF") ? pools[3] : pools[1];
        b.append(",\"tu\":")
            .append(exTask.invoke(p, tid))
            .append(",\"na\":")
            .append(call(memForTaskF.get(p), "size"));
      }
    } catch (Throwable t) {
      b.append(",\"sterr\":").append(q(t));
    }
  }

  public static void mmCreated(Object m) {
    if (mm != null) {
      note("privateManager", m.getClass().getName());
      return;
    }
    try {
      resolve(m);
      mm = m;
      StringBuilder b =
          new StringBuilder(",\"op\":\"mmCreated\",\"class\":").append(q(m.getClass().getName()));
      for (String f :
          new String[] {
            "maxHeapMemory",
            "maxMemory",
            "onHeapStorageRegionSize",
            "storageRegionSize",
            "maxUnrollMemory",
            "maxOnHeapStorageMemory",
            "maxOffHeapMemory",
            "offHeapStorageMemory",
            "pageSizeBytes",
            "maxOffHeapStorageMemory"
          }) {
        Object v = null;
        for (Class<?> c = m.getClass(); c != null && v == null; c = c.getSuperclass())
          for (Field x : c.getDeclaredFields())
            if (x.getName().equals(f) || x.getName().endsWith("$" + f)) {
              x.setAccessible(true);
              v = x.get(m);
            }
        if (v != null) b.append(",\"").append(f).append("\":").append(v);
      }
      appendState(b, -1, null);
      emit(b);
    } catch (Throwable t) {
      note("error", "mmCreated " + t);
    }
  }

  public static void msCreated(Object s) {
    try {
      for (Field f : s.getClass().getDeclaredFields())
        if (f.getName().endsWith("entries") && LinkedHashMap.class.isAssignableFrom(f.getType())) {
          f.setAccessible(true);
          if (f.get(s) instanceof TMap) return;
          TMap t = new TMap();
          f.set(s, t);
          entries = t;
        }
      ms = s;
      note("msCreated", entries == null ? "no entries field" : "entries traced");
    } catch (Throwable t) {
      note("error", "msCreated " + t);
    }
  }

  /**
   * access-ordered map as in MemoryStore; every access happens under entries.synchronized, so order
   * here is the true LRU order
   */
  public static final class TMap extends LinkedHashMap<Object, Object> {
    TMap() {
      super(32, 0.75f, true);
    }

    private void ev(String op, Object k, Object v, boolean isGet) {
      Tok p = TOP.get();
      StringBuilder b = new StringBuilder(",\"op\":\"").append(op).append('"');
      if (p != null && !p.op.equals("task")) b.append(",\"in\":").append(q(p.op));
      b.append(",\"tid\":")
          .append(taskId())
          .append(",\"jth\":")
          .append(Thread.currentThread().getId());
      if (k != null) b.append(",\"blk\":").append(q(k));
      if (v != null)
        b.append(",\"n\":")
            .append(call(v, "size"))
            .append(",\"ser\":")
            .append(v.getClass().getSimpleName().startsWith("Ser"));
      if (isGet) b.append(",\"hit\":").append(v != null);
      b.append(",\"entries\":").append(size());
      emit(b);
    }

    @Override
    public Object put(Object k, Object v) {
      Object r = super.put(k, v);
      ev("e.put", k, v, false);
      return r;
    }

    @Override
    public Object get(Object k) {
      Object r = super.get(k);
      ev("e.get", k, r, true);
      return r;
    }

    @Override
    public Object remove(Object k) {
      Object r = super.remove(k);
      if (r != null) ev("e.rm", k, r, false);
      return r;
    }

    @Override
    public void clear() {
      super.clear();
      ev("e.clear", null, null, false);
    }
  }

  static String taskMap(Object pool)
      throws Exception { // "Map(0 -> 12, 1 -> 4)" in every Scala version
    String s = String.valueOf(memForTaskF.get(pool));
    int i = s.indexOf('('), j = s.lastIndexOf(')');
    if (i < 0) return "";
    return s.substring(i + 1, j).replace(" -> ", ":").replace(", ", ";");
  }
}
