package org.apache.spark.memory;

import java.io.IOException;
import java.lang.reflect.*;
import java.nio.ByteBuffer;
import java.util.*;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskContext$;
import org.apache.spark.TaskContextImpl;
import org.apache.spark.executor.TaskMetrics;
import org.apache.spark.rpc.RpcEnv;
import org.apache.spark.rpc.RpcEnv$;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.storage.*;
import org.apache.spark.unsafe.array.LongArray;
import org.apache.spark.unsafe.memory.MemoryBlock;
import org.apache.spark.util.KnownSizeEstimation;
import org.apache.spark.util.SizeEstimator;
import org.apache.spark.util.Utils;
import org.apache.spark.util.collection.SizeTrackingVector;
import scala.Function0;
import scala.Option;
import scala.reflect.ClassTag;
import scala.util.Either;

/**
 * Spark 1.6: MemoryStore lives inside a real BlockManager (netty RpcEnv on localhost, no master).
 */
@SuppressWarnings({"unchecked", "rawtypes"})
public final class DrvImpl extends Drv {
  static final ClassTag CT = scala.reflect.ClassTag$.MODULE$.Any();
  static byte[] SHARED = new byte[0];
  static RpcEnv rpc;

  MemoryManager mm;
  MemoryStore ms;
  BlockManager bm;
  SparkConf conf;
  final Map<Long, TaskContext> tcs = new HashMap<>();
  final Map<Long, TaskMemoryManager> tmms = new TreeMap<>();
  final Map<Integer, Mock> cons = new TreeMap<>();

  public static final class HookExec extends ExecutionMemoryPool {
    HookExec(Object lock, String n) {
      super(lock, n);
    }

    @Override
    public long memoryUsed() {
      evalHook();
      return super.memoryUsed();
    }
  }

  public static final class Known implements KnownSizeEstimation {
    final long n;

    Known(long n) {
      this.n = n;
    }

    @Override
    public long estimatedSize() {
      return n;
    }
  }

  @Override
  public Object[] knownSizeElems(int n, long each) {
    Object[] r = new Object[n];
    for (int i = 0; i < n; i++) r[i] = new Known(each);
    return r;
  }

  static Field field(Class<?> c, String name) throws Exception {
    for (Class<?> k = c; k != null; k = k.getSuperclass())
      for (Field f : k.getDeclaredFields())
        if (f.getName().equals(name) || f.getName().endsWith("$$" + name)) {
          f.setAccessible(true);
          return f;
        }
    throw new NoSuchFieldException(c + "." + name);
  }

  static Object fget(Object o, String name) {
    try {
      return field(o.getClass(), name).get(o);
    } catch (Exception e) {
      throw new RuntimeException(e);
    }
  }

  static TreeMap<Long, Long> smap(Object scalaMap) {
    TreeMap<Long, Long> r = new TreeMap<>();
    scala.collection.Iterator it = ((scala.collection.Iterable) scalaMap).iterator();
    while (it.hasNext()) {
      scala.Tuple2 t = (scala.Tuple2) it.next();
      r.put(((Number) t._1()).longValue(), ((Number) t._2()).longValue());
    }
    return r;
  }

  static MemoryMode mode(boolean off) {
    return off ? MemoryMode.OFF_HEAP : MemoryMode.ON_HEAP;
  }

  static BlockId bid(String s) {
    return BlockId$.MODULE$.apply(s);
  }

  static scala.collection.Iterator it(Object[] a) {
    return (scala.collection.Iterator)
        scala.collection.JavaConverters.asScalaIteratorConverter(Arrays.asList(a).iterator())
            .asScala();
  }

  @Override
  public boolean v1() {
    return true;
  }

  SparkConf mkConf(Map<String, String> c) {
    SparkConf s = new SparkConf(false);
    for (Map.Entry<String, String> e : c.entrySet()) s.set(e.getKey(), e.getValue());
    return s;
  }

  @Override
  public Object construct(Map<String, String> c, int cores, String kind) throws Throwable {
    SparkConf s = mkConf(c);
    return kind.equals("unified")
        ? UnifiedMemoryManager$.MODULE$.apply(s, cores)
        : new StaticMemoryManager(s, cores);
  }

  @Override
  public LinkedHashMap<String, Object> describe(Object o) {
    MemoryManager m = (MemoryManager) o;
    LinkedHashMap<String, Object> r = new LinkedHashMap<>();
    if (o instanceof UnifiedMemoryManager)
      r.put("maxHeapMemory", ((UnifiedMemoryManager) o).maxMemory());
    r.put("onHeapStoragePool", m.storageMemoryPool().poolSize());
    r.put("onHeapExecutionPool", m.onHeapExecutionMemoryPool().poolSize());
    r.put("offHeapExecutionPool", m.offHeapExecutionMemoryPool().poolSize());
    r.put("maxOnHeapStorageMemory", m.maxStorageMemory());
    r.put("pageSizeBytes", m.pageSizeBytes());
    r.put("tungstenMemoryMode", m.tungstenMemoryMode().toString());
    if (o instanceof StaticMemoryManager) r.put("maxUnrollMemory", fget(o, "maxUnrollMemory"));
    return r;
  }

  final class BM extends BlockManager {
    BM(SparkConf c) {
      super(
          "driver",
          rpc,
          new BlockManagerMaster(null, c, true),
          new JavaSerializer(c),
          c,
          mm,
          null,
          null,
          null,
          new SecurityManager(c),
          1);
    }

    @Override
    public Option<BlockStatus> dropFromMemory(
        BlockId b, Function0<Either<Object[], ByteBuffer>> data) {
      boolean had = memoryStore().contains(b);
      if (had) evicted.add(b.name());
      Option<BlockStatus> r = super.dropFromMemory(b, (Function0) data);
      if (had) evictStatus.add(r.isDefined() ? (Object) r.get().memSize() : null);
      return r;
    }
  }

  @Override
  public void open(Map<String, String> c, int cores, String kind) throws Throwable {
    close();
    mm = (MemoryManager) construct(c, cores, kind);
    conf = mkConf(c);
    for (String n : new String[] {"onHeapExecutionMemoryPool", "offHeapExecutionMemoryPool"}) {
      Field f = field(MemoryManager.class, n);
      HookExec h =
          new HookExec(mm, n.startsWith("on") ? "on-heap execution" : "off-heap execution");
      h.incrementPoolSize(((ExecutionMemoryPool) f.get(mm)).poolSize());
      f.set(mm, h);
    }
    if (rpc == null)
      rpc =
          RpcEnv$.MODULE$.create(
              "oracle",
              "localhost",
              0,
              new SparkConf(false),
              new SecurityManager(new SparkConf(false)),
              false);
    bm = new BM(conf); // the constructor calls memoryManager.setMemoryStore(memoryStore)
    ms = bm.memoryStore();
    tcs.clear();
    tmms.clear();
    cons.clear();
  }

  @Override
  public void close() {
    if (bm != null)
      try {
        bm.diskBlockManager().stop();
        ((org.apache.spark.rpc.RpcEndpointRef) fget(bm, "slaveEndpoint")).getClass();
        rpc.stop((org.apache.spark.rpc.RpcEndpointRef) fget(bm, "slaveEndpoint"));
        for (String n : new String[] {"metadataCleaner", "broadcastCleaner"})
          ((org.apache.spark.util.MetadataCleaner) fget(bm, n)).cancel();
      } catch (Throwable t) {
        t.printStackTrace();
      }
    bm = null;
    mm = null;
    ms = null;
  }

  TaskContext tc(long task) throws Exception {
    TaskContext t = tcs.get(task);
    if (t != null) return t;
    t =
        new TaskContextImpl(
            1,
            1,
            task,
            1,
            null,
            null,
            (scala.collection.Seq) scala.collection.immutable.Nil$.MODULE$,
            false,
            TaskMetrics.empty());
    tcs.put(task, t);
    return t;
  }

  <T> T as(long task, Call c) throws Throwable {
    if (task >= 0) TaskContext$.MODULE$.setTaskContext(tc(task));
    try {
      return (T) c.call();
    } finally {
      TaskContext$.MODULE$.unset();
    }
  }

  @Override
  public St state() {
    St s = new St();
    synchronized (mm) {
      s.sp = mm.storageMemoryPool().poolSize();
      s.su = mm.storageMemoryPool().memoryUsed();
      s.ep = mm.onHeapExecutionMemoryPool().poolSize();
      s.eu = mm.onHeapExecutionMemoryPool().memoryUsed();
      s.oep = mm.offHeapExecutionMemoryPool().poolSize();
      s.oeu = mm.offHeapExecutionMemoryPool().memoryUsed();
      s.et = smap(fget(mm.onHeapExecutionMemoryPool(), "memoryForTask"));
      s.oet = smap(fget(mm.offHeapExecutionMemoryPool(), "memoryForTask"));
      s.maxOn = mm.maxStorageMemory();
      s.unroll = smap(fgetExact(ms, "unrollMemoryMap"));
      s.pending = smap(fgetExact(ms, "pendingUnrollMemoryMap"));
      s.storeUsed = mm.storageMemoryUsed();
      s.blocksUsed = s.storeUsed - ms.currentUnrollMemory();
      LinkedHashMap<BlockId, MemoryEntry> en =
          (LinkedHashMap<BlockId, MemoryEntry>) fget(ms, "entries");
      for (Map.Entry<BlockId, MemoryEntry> e : en.entrySet()) {
        s.lru.add(e.getKey().name());
        s.sizes.add(e.getValue().size());
        s.off.add(false);
      }
    }
    return s;
  }

  static Object fgetExact(Object o, String n) {
    try {
      for (Field f : o.getClass().getDeclaredFields())
        if (f.getName().equals(n) || f.getName().endsWith("$$" + n)) {
          f.setAccessible(true);
          return f.get(o);
        }
    } catch (Exception e) {
      throw new RuntimeException(e);
    }
    throw new RuntimeException(n);
  }

  @Override
  public boolean contains(String b) {
    return ms.contains(bid(b));
  }

  @Override
  public Object putBytes(String b, long size, boolean off) throws Throwable {
    if (size > SHARED.length) {
      if (size > Integer.MAX_VALUE - 16)
        throw new IllegalArgumentException(
            "harness: 1.6 byte blocks are limited to one ByteBuffer");
      SHARED = new byte[(int) Math.min(Integer.MAX_VALUE - 16, size + (size >> 2))];
    }
    BlockId id = bid(b);
    boolean had = ms.contains(id);
    bm.putBytes(
        id,
        ByteBuffer.wrap(SHARED, 0, (int) size).slice(),
        StorageLevel.MEMORY_ONLY_SER(),
        false,
        Option.empty());
    return had ? (Object) "exists" : (Object) ms.contains(id);
  }

  @Override
  public LinkedHashMap<String, Object> putValues(
      String b, Object[] el, boolean off, long task, LinkedHashMap<String, Object> shadow)
      throws Throwable {
    SizeTrackingVector v = new SizeTrackingVector(CT);
    List<Object> checks = new ArrayList<>();
    for (int i = 0; i < el.length; i++) {
      v.$plus$eq(el[i]);
      if (i % 16 == 0) checks.add(v.estimateSize());
    }
    shadow.put("count", el.length);
    shadow.put("checks", checks);
    shadow.put("finalSize", SizeEstimator.estimate(v.toArray()));
    BlockId id = bid(b);
    if (ms.contains(id)) return Js.m("exists", true);
    long before = unrollOf(task);
    as(task, () -> bm.putIterator(id, it(el), StorageLevel.MEMORY_ONLY(), false, Option.empty()));
    if (ms.contains(id)) {
      long sz = -1;
      St s = state();
      for (int i = 0; i < s.lru.size(); i++) if (s.lru.get(i).equals(b)) sz = s.sizes.get(i);
      return Js.m("stored", sz);
    }
    return Js.m("failed", true, "heldUnroll", unrollOf(task) - before);
  }

  long unrollOf(long task) {
    Long r = smap(fgetExact(ms, "unrollMemoryMap")).get(task);
    return r == null ? 0 : r;
  }

  @Override
  public LinkedHashMap<String, Object> putIterBytes(
      String b, Object[] el, boolean off, long task, LinkedHashMap<String, Object> shadow) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean closePartial(String h, long task, boolean drain) {
    return false;
  }

  @Override
  public boolean get(String b) throws Throwable {
    LinkedHashMap<BlockId, MemoryEntry> en =
        (LinkedHashMap<BlockId, MemoryEntry>) fget(ms, "entries");
    boolean deser = false;
    for (Map.Entry<BlockId, MemoryEntry> e : en.entrySet())
      if (e.getKey().name().equals(b)) deser = e.getValue().deserialized();
    return deser ? ms.getValues(bid(b)).isDefined() : ms.getBytes(bid(b)).isDefined();
  }

  @Override
  public boolean remove(String b) throws Throwable {
    boolean had = ms.contains(bid(b));
    bm.removeBlock(bid(b), false);
    return had;
  }

  @Override
  public Object evict(String f, long space, boolean off) throws Throwable {
    return ms.evictBlocksToFreeSpace(
        f == null ? (Option) Option.empty() : (Option) Option.apply(bid(f)), space, buf());
  }

  static scala.collection.mutable.Buffer buf() {
    return new scala.collection.mutable.ArrayBuffer();
  }

  @Override
  public boolean pin(String b) {
    return false;
  }

  @Override
  public void unpin(String b) {}

  @Override
  public boolean acquireStorage(String b, long size, boolean off) {
    return mm.acquireStorageMemory(bid(b), size, buf());
  }

  @Override
  public void releaseStorage(long size, boolean off) {
    mm.releaseStorageMemory(size);
  }

  @Override
  public boolean acquireUnroll(String b, long size, boolean off, long task) throws Throwable {
    return as(task, () -> ms.reserveUnrollMemoryForThisTask(bid(b), size, buf()));
  }

  @Override
  public void releaseUnroll(long size, boolean off, long task) throws Throwable {
    as(
        task,
        () -> {
          ms.releaseUnrollMemoryForThisTask(size);
          return null;
        });
  }

  @Override
  public long acquireExec(long size, long task, boolean off) {
    return mm.acquireExecutionMemory(size, task, mode(off));
  }

  @Override
  public void releaseExec(long size, long task, boolean off) {
    mm.releaseExecutionMemory(size, task, mode(off));
  }

  @Override
  public long releaseAllExec(long task) {
    return mm.releaseAllExecutionMemoryForTask(task);
  }

  @Override
  public void taskEndUnroll(long task) throws Throwable {
    as(
        task,
        () -> {
          ms.releaseUnrollMemoryForThisTask(Long.MAX_VALUE);
          ms.releasePendingUnrollMemoryForThisTask(Long.MAX_VALUE);
          return null;
        });
  }

  @Override
  public void clear() {
    LinkedHashMap<BlockId, Object> en = (LinkedHashMap<BlockId, Object>) fget(ms, "entries");
    List<BlockId> ids = new ArrayList<>(en.keySet());
    ms.clear();
    for (BlockId id : ids) bm.removeBlock(id, false);
  }

  @Override
  public void setUnmanaged(long on, long off) {
    throw new UnsupportedOperationException();
  }

  // ------------------------------------------------------------------ TaskMemoryManager
  final class Mock extends MemoryConsumer {
    final int id;
    final String policy;
    final long task;
    final boolean off;
    final TaskMemoryManager t;
    final List<MemoryBlock> pages = new ArrayList<>();
    final List<LongArray> arrays = new ArrayList<>();
    long plain;

    Mock(int id, TaskMemoryManager t, long task, boolean off, String policy, long ps) {
      super(t, ps);
      this.id = id;
      this.t = t;
      this.policy = policy;
      this.task = task;
      this.off = off;
    }

    @Override
    public int hashCode() {
      return id;
    }

    @Override
    public boolean equals(Object o) {
      return this == o;
    }

    @Override
    public String toString() {
      return "c" + id;
    }

    long acq(long n) {
      long g = t.acquireExecutionMemory(n, mode(off), this);
      used += g;
      plain += g;
      return g;
    }

    void rel(long n) {
      t.releaseExecutionMemory(n, mode(off), this);
      used -= n;
      plain -= n;
    }

    MemoryBlock page(long n) {
      MemoryBlock b = allocatePage(n);
      pages.add(b);
      return b;
    }

    void freeP(MemoryBlock b) {
      pages.remove(b);
      freePage(b);
    }

    @Override
    public long spill(long size, MemoryConsumer trigger) throws IOException {
      LinkedHashMap<String, Object> rec =
          Js.m("consumer", id, "requested", size, "trigger", ((Mock) trigger).id);
      spills.add(rec);
      if (policy.equals("io")) {
        rec.put("throws", "IOException");
        throw new IOException("boom");
      }
      if (policy.equals("interrupted")) {
        rec.put("throws", "ClosedByInterruptException");
        throw new java.nio.channels.ClosedByInterruptException();
      }
      long r = 0;
      if (policy.equals("all")) {
        for (MemoryBlock b : new ArrayList<>(pages)) {
          r += b.size();
          freeP(b);
        }
        for (LongArray a : new ArrayList<>(arrays)) {
          r += a.memoryBlock().size();
          arrays.remove(a);
          freeArray(a);
        }
        if (plain > 0) {
          r += plain;
          rel(plain);
        }
      } else if (policy.equals("upTo")) {
        long k = Math.min(plain, size);
        if (k > 0) {
          rel(k);
          r = k;
        }
      } else if (policy.equals("half")) {
        long k = plain / 2;
        if (k > 0) {
          rel(k);
          r = k;
        }
      } else if (policy.equals("lastPage")) {
        if (!pages.isEmpty()) {
          MemoryBlock b = pages.get(pages.size() - 1);
          r = b.size();
          freeP(b);
        }
      } else if (policy.equals("lie")) {
        r = plain > 0 && spills.size() < 6 ? 1 : 0;
      }
      rec.put("released", r);
      return r;
    }
  }

  TaskMemoryManager tmm(long task) {
    TaskMemoryManager t = tmms.get(task);
    if (t == null) {
      t = new TaskMemoryManager(mm, task);
      tmms.put(task, t);
    }
    return t;
  }

  @Override
  public void newConsumer(int id, long task, boolean off, String policy, long ps) {
    cons.put(id, new Mock(id, tmm(task), task, off, policy, ps));
  }

  @Override
  public long tmmAcquire(int c, long n) {
    return cons.get(c).acq(n);
  }

  @Override
  public void tmmRelease(int c, long n) {
    cons.get(c).rel(n);
  }

  Object pg(MemoryBlock b) {
    return b == null ? null : Js.m("page", b.pageNumber, "size", b.size());
  }

  @Override
  public Object tmmAllocPage(int c, long n) {
    Mock m = cons.get(c);
    return pg(tmm(m.task).allocatePage(n, m));
  }

  @Override
  public Object consAllocPage(int c, long n) {
    return pg(cons.get(c).page(n));
  }

  @Override
  public Object consAllocArray(int c, long n) {
    Mock m = cons.get(c);
    LongArray a = m.allocateArray(n);
    m.arrays.add(a);
    return pg(a.memoryBlock());
  }

  @Override
  public Object consFreePage(int c, int i) {
    Mock m = cons.get(c);
    MemoryBlock b = m.pages.get(i);
    Object r = pg(b);
    m.freeP(b);
    return r;
  }

  @Override
  public long tmmCleanUp(long task) {
    return tmm(task).cleanUpAllAllocatedMemory();
  }

  @Override
  public int livePages(int c) {
    return cons.get(c).pages.size();
  }

  @Override
  public long usedOf(int c) {
    return cons.get(c).getUsed();
  }

  @Override
  public LinkedHashMap<String, Object> tmmState() {
    LinkedHashMap<String, Object> r = new LinkedHashMap<>();
    for (Map.Entry<Long, TaskMemoryManager> e : tmms.entrySet()) {
      TaskMemoryManager t = e.getValue();
      LinkedHashMap<String, Object> x = new LinkedHashMap<>();
      x.put("consumption", t.getMemoryConsumptionForThisTask());
      List<Object> order = new ArrayList<>();
      for (Object o : (Set<?>) fget(t, "consumers")) order.add(((Mock) o).id);
      x.put("registered", order);
      LinkedHashMap<String, Object> u = new LinkedHashMap<>();
      for (Mock m : cons.values()) if (m.task == e.getKey()) u.put("" + m.id, m.getUsed());
      x.put("used", u);
      BitSet bs = (BitSet) fget(t, "allocatedPages");
      if (bs.cardinality() <= 64) {
        List<Object> l = new ArrayList<>();
        for (int i = bs.nextSetBit(0); i >= 0; i = bs.nextSetBit(i + 1)) l.add(i);
        x.put("pages", l);
      } else x.put("pagesCount", bs.cardinality());
      x.put("acquiredButNotUsed", fget(t, "acquiredButNotUsed"));
      r.put("" + e.getKey(), x);
    }
    return r;
  }

  @Override
  public String bytesToString(java.math.BigInteger v) {
    return v.bitLength() < 64 ? Utils.bytesToString(v.longValue()) : null;
  }

  @Override
  public Object parse(String fn, String s) throws Throwable {
    switch (fn) {
      case "byteStringAsBytes":
        return Utils.byteStringAsBytes(s);
      case "byteStringAsKb":
        return Utils.byteStringAsKb(s);
      case "byteStringAsMb":
        return Utils.byteStringAsMb(s);
      case "byteStringAsGb":
        return Utils.byteStringAsGb(s);
      default:
        return (long) Utils.memoryStringToMb(s);
    }
  }
}
