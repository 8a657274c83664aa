package org.apache.spark.memory;

import java.util.*;

/** Version-neutral face of one Spark memory stack (manager + MemoryStore + TaskMemoryManagers). */
public abstract class Drv {
  // --- evaluation-order hook: which acquirer thread last ran an evaluation inside the pool ---
  public static final List<Integer> evalOrder =
      Collections.synchronizedList(new ArrayList<Integer>());
  public static final java.util.concurrent.atomic.AtomicLong evalCount =
      new java.util.concurrent.atomic.AtomicLong();

  public static void evalHook() {
    evalCount.incrementAndGet();
    Thread t = Thread.currentThread();
    if (t instanceof AcqThread) {
      int ref = ((AcqThread) t).ref;
      synchronized (evalOrder) {
        int n = evalOrder.size();
        if (n == 0 || evalOrder.get(n - 1) != ref) evalOrder.add(ref);
      }
    }
  }

  public static class AcqThread extends Thread {
    public final int ref;
    public final long task;
    public volatile Object result;
    public volatile Throwable err;
    public volatile boolean done;
    public boolean reported;
    final Call body;

    public AcqThread(int ref, long task, Call body) {
      this.ref = ref;
      this.task = task;
      this.body = body;
      setDaemon(true);
      setName("acq-" + ref);
    }

    @Override
    public void run() {
      try {
        result = body.call();
      } catch (Throwable e) {
        err = e;
      }
      done = true;
    }
  }

  public interface Call {
    Object call() throws Throwable;
  }

  /** Snapshot of the accounting state. */
  public static final class St {
    public long sp, su, ep, eu, osp, osu, oep, oeu, maxOn, maxOff;
    public boolean hasOffStorage;
    public TreeMap<Long, Long> et = new TreeMap<>(), oet = new TreeMap<>();
    public TreeMap<Long, Long> unroll = new TreeMap<>(),
        ounroll = new TreeMap<>(),
        pending = new TreeMap<>();
    public long storeUsed, blocksUsed;
    public List<String> lru = new ArrayList<>();
    public List<Long> sizes = new ArrayList<>();
    public List<Boolean> off = new ArrayList<>();

    public long unrollTotal() {
      long s = 0;
      for (long v : unroll.values()) s += v;
      for (long v : ounroll.values()) s += v;
      for (long v : pending.values()) s += v;
      return s;
    }

    public LinkedHashMap<String, Object> json() {
      LinkedHashMap<String, Object> r = new LinkedHashMap<>();
      r.put("onHeapStorage", Js.m("poolSize", sp, "used", su));
      r.put("onHeapExecution", Js.m("poolSize", ep, "used", eu, "tasks", tm(et)));
      if (hasOffStorage) r.put("offHeapStorage", Js.m("poolSize", osp, "used", osu));
      r.put("offHeapExecution", Js.m("poolSize", oep, "used", oeu, "tasks", tm(oet)));
      r.put("maxOnHeapStorageMemory", maxOn);
      if (hasOffStorage) r.put("maxOffHeapStorageMemory", maxOff);
      LinkedHashMap<String, Object> ms = new LinkedHashMap<>();
      ms.put("memoryUsed", storeUsed);
      ms.put("blocksMemoryUsed", blocksUsed);
      LinkedHashMap<String, Object> u = new LinkedHashMap<>();
      u.put("onHeap", tm(unroll));
      if (hasOffStorage) u.put("offHeap", tm(ounroll));
      else u.put("pending", tm(pending));
      ms.put("unroll", u);
      ms.put("lru", lru);
      r.put("memoryStore", ms);
      return r;
    }

    static LinkedHashMap<String, Object> tm(TreeMap<Long, Long> t) {
      LinkedHashMap<String, Object> r = new LinkedHashMap<>();
      for (Map.Entry<Long, Long> e : t.entrySet()) r.put(String.valueOf(e.getKey()), e.getValue());
      return r;
    }
  }

  public final List<String> evicted = Collections.synchronizedList(new ArrayList<String>());
  public final List<Object> evictStatus = Collections.synchronizedList(new ArrayList<Object>());
  public final List<LinkedHashMap<String, Object>> spills =
      Collections.synchronizedList(new ArrayList<LinkedHashMap<String, Object>>());

  public abstract boolean v1();

  /** kind = unified | static; builds the manager through its public factory, no store */
  public abstract Object construct(Map<String, String> conf, int cores, String kind)
      throws Throwable;

  public abstract LinkedHashMap<String, Object> describe(Object mgr);

  /** construct + swap in observing execution pools + attach a real MemoryStore */
  public abstract void open(Map<String, String> conf, int cores, String kind) throws Throwable;

  public abstract void close();

  public abstract St state();

  public abstract boolean contains(String b);

  public abstract Object putBytes(String b, long size, boolean off) throws Throwable;

  /**
   * returns result map: {stored:size} | {failed:true,heldUnroll:bytes?}; fills shadow with
   * checks/finalSize
   */
  public abstract LinkedHashMap<String, Object> putValues(
      String b, Object[] elems, boolean off, long task, LinkedHashMap<String, Object> shadow)
      throws Throwable;

  public abstract LinkedHashMap<String, Object> putIterBytes(
      String b, Object[] elems, boolean off, long task, LinkedHashMap<String, Object> shadow)
      throws Throwable;

  public abstract boolean closePartial(String handle, long task, boolean drain) throws Throwable;

  public abstract Object[] knownSizeElems(int n, long each);

  public abstract boolean get(String b) throws Throwable;

  public abstract boolean remove(String b) throws Throwable;

  public abstract Object evict(String forBlock, long space, boolean off) throws Throwable;

  public abstract boolean pin(String b) throws Throwable;

  public abstract void unpin(String b) throws Throwable;

  public abstract boolean acquireStorage(String b, long size, boolean off) throws Throwable;

  public abstract void releaseStorage(long size, boolean off) throws Throwable;

  public abstract boolean acquireUnroll(String b, long size, boolean off, long task)
      throws Throwable;

  public abstract void releaseUnroll(long size, boolean off, long task) throws Throwable;

  public abstract long acquireExec(long size, long task, boolean off) throws Throwable;

  public abstract void releaseExec(long size, long task, boolean off) throws Throwable;

  public abstract long releaseAllExec(long task) throws Throwable;

  public abstract void taskEndUnroll(long task) throws Throwable;

  public abstract void clear() throws Throwable;

  public abstract void setUnmanaged(long on, long off) throws Throwable;

  // ---- TaskMemoryManager ----
  public abstract void newConsumer(int id, long task, boolean off, String policy, long pageSize)
      throws Throwable;

  public abstract long tmmAcquire(int consumer, long size) throws Throwable;

  public abstract void tmmRelease(int consumer, long size) throws Throwable;

  /** via TaskMemoryManager.allocatePage: {page:n,size:s} or null */
  public abstract Object tmmAllocPage(int consumer, long size) throws Throwable;

  public abstract Object consAllocPage(int consumer, long size) throws Throwable;

  public abstract Object consAllocArray(int consumer, long elems) throws Throwable;

  /** free the idx-th oldest live page of the consumer (consumer-level freePage) */
  public abstract Object consFreePage(int consumer, int idx) throws Throwable;

  public abstract long tmmCleanUp(long task) throws Throwable;

  public abstract LinkedHashMap<String, Object> tmmState();

  public abstract int livePages(int consumer);

  public abstract long usedOf(int consumer);

  // ---- utils ----
  public abstract String bytesToString(java.math.BigInteger v) throws Throwable;

  public abstract Object parse(String fn, String s) throws Throwable;
}
