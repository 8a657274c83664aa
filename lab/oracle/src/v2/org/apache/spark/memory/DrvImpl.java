package org.apache.spark.memory;

import java.io.IOException;
import java.lang.reflect.*;
import java.nio.ByteBuffer;
import java.util.*;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskContext$;
import org.apache.spark.TaskContextImpl;
import org.apache.spark.executor.TaskMetrics;
import org.apache.spark.serializer.JavaSerializer;
import org.apache.spark.serializer.SerializerManager;
import org.apache.spark.storage.*;
import org.apache.spark.storage.memory.*;
import org.apache.spark.unsafe.array.LongArray;
import org.apache.spark.unsafe.memory.MemoryBlock;
import org.apache.spark.util.KnownSizeEstimation;
import org.apache.spark.util.SizeEstimator;
import org.apache.spark.util.Utils;
import org.apache.spark.util.collection.SizeTrackingVector;
import org.apache.spark.util.io.ChunkedByteBuffer;
import scala.Function0;
import scala.Option;
import scala.reflect.ClassTag;
import scala.util.Either;

/** Spark 2.x - 4.x: MemoryStore takes a BlockInfoManager and a BlockEvictionHandler. */
@SuppressWarnings({"unchecked", "rawtypes"})
public final class DrvImpl extends Drv {
  static final ClassTag CT = scala.reflect.ClassTag$.MODULE$.apply(Object.class);
  static final byte[] SHARED = new byte[4 << 20];
  static final int MAXTASK = 16;

  MemoryManager mm;
  MemoryStore ms;
  BlockInfoManager bim;
  SerializerManager sm;
  SparkConf conf;
  long threshold;
  int period;
  final Map<Long, TaskContext> tcs = new HashMap<>();
  final Map<String, Object> partial = new LinkedHashMap<>();
  final Map<Long, TaskMemoryManager> tmms = new TreeMap<>();
  final Map<Integer, Mock> cons = new TreeMap<>();

  public static final class HookExec extends ExecutionMemoryPool {
    HookExec(Object lock, MemoryMode m) {
      super(lock, m);
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
    return false;
  }

  SparkConf mkConf(Map<String, String> c) {
    SparkConf s = new SparkConf(false);
    for (Map.Entry<String, String> e : c.entrySet()) s.set(e.getKey(), e.getValue());
    return s;
  }

  static Throwable unwrap(Throwable t) {
    while (t instanceof InvocationTargetException && t.getCause() != null) t = t.getCause();
    return t;
  }

  @Override
  public Object construct(Map<String, String> c, int cores, String kind) throws Throwable {
    SparkConf s = mkConf(c);
    try {
      if (kind.equals("unified")) return UnifiedMemoryManager$.MODULE$.apply(s, cores);
      return Class.forName("org.apache.spark.memory.StaticMemoryManager")
          .getConstructor(SparkConf.class, int.class)
          .newInstance(s, cores);
    } catch (InvocationTargetException e) {
      throw unwrap(e);
    }
  }

  @Override
  public LinkedHashMap<String, Object> describe(Object o) {
    MemoryManager m = (MemoryManager) o;
    LinkedHashMap<String, Object> r = new LinkedHashMap<>();
    if (o instanceof UnifiedMemoryManager)
      r.put("maxHeapMemory", ((UnifiedMemoryManager) o).maxHeapMemory());
    r.put("onHeapStoragePool", m.onHeapStorageMemoryPool().poolSize());
    r.put("onHeapExecutionPool", m.onHeapExecutionMemoryPool().poolSize());
    r.put("offHeapStoragePool", m.offHeapStorageMemoryPool().poolSize());
    r.put("offHeapExecutionPool", m.offHeapExecutionMemoryPool().poolSize());
    r.put("maxOnHeapStorageMemory", m.maxOnHeapStorageMemory());
    r.put("maxOffHeapStorageMemory", m.maxOffHeapStorageMemory());
    r.put("pageSizeBytes", m.pageSizeBytes());
    r.put("tungstenMemoryMode", m.tungstenMemoryMode().toString());
    try {
      Object u = fget(o, "maxUnrollMemory");
      r.put("maxUnrollMemory", u);
    } catch (RuntimeException e) {
      /* unified */
    }
    return r;
  }

  final class Handler implements BlockEvictionHandler {
    @Override
    public StorageLevel dropFromMemory(BlockId b, Function0 data, ClassTag ev) {
      evicted.add(b.name());
      ms.remove(b);
      return StorageLevel.NONE();
    }
  }

  @Override
  public void open(Map<String, String> c, int cores, String kind) throws Throwable {
    close();
    mm = (MemoryManager) construct(c, cores, kind);
    conf = mkConf(c);
    if (c.containsKey("spark.memory.unmanagedMemoryPollingInterval"))
      Thread.sleep(400); // let the one initial poll pass
    try {
      setUnmanaged(0, 0);
    } catch (Throwable t) {
      /* before 4.1 */
    }
    for (String n : new String[] {"onHeapExecutionMemoryPool", "offHeapExecutionMemoryPool"}) {
      Field f = field(MemoryManager.class, n);
      HookExec h = new HookExec(mm, n.startsWith("on") ? MemoryMode.ON_HEAP : MemoryMode.OFF_HEAP);
      h.incrementPoolSize(((ExecutionMemoryPool) f.get(mm)).poolSize());
      f.set(mm, h);
    }
    bim = null;
    for (Constructor<?> k : BlockInfoManager.class.getConstructors()) {
      Object[] a = new Object[k.getParameterTypes().length];
      for (int i = 0; i < a.length; i++)
        if (k.getParameterTypes()[i] == boolean.class) a[i] = false;
      bim = (BlockInfoManager) k.newInstance(a);
      break;
    }
    sm = new SerializerManager(new JavaSerializer(conf), conf, Option.empty());
    ms = new MemoryStore(conf, bim, sm, mm, new Handler());
    mm.setMemoryStore(ms);
    threshold =
        Long.parseLong(
            c.containsKey("spark.storage.unrollMemoryThreshold")
                ? c.get("spark.storage.unrollMemoryThreshold")
                : "1048576");
    period =
        Integer.parseInt(
            c.containsKey("spark.storage.unrollMemoryCheckPeriod")
                ? c.get("spark.storage.unrollMemoryCheckPeriod")
                : "16");
    for (long t = 0; t < MAXTASK; t++) bim.registerTask(t);
    tcs.clear();
    partial.clear();
    tmms.clear();
    cons.clear();
  }

  @Override
  public void close() {
    mm = null;
    ms = null;
  }

  TaskContext tc(long task) throws Exception {
    TaskContext t = tcs.get(task);
    if (t != null) return t;
    Constructor<?> best = null;
    for (Constructor<?> k : TaskContextImpl.class.getConstructors())
      if (best == null || k.getParameterTypes().length > best.getParameterTypes().length) best = k;
    Class<?>[] p = best.getParameterTypes();
    Object[] a = new Object[p.length];
    int longs = 0;
    for (int i = 0; i < p.length; i++) {
      if (p[i] == int.class) a[i] = 1;
      else if (p[i] == long.class) a[i] = task;
      else if (p[i] == Properties.class) a[i] = new Properties();
      else if (p[i] == TaskMetrics.class) a[i] = TaskMetrics.empty();
      else if (p[i].getName().equals("scala.collection.immutable.Map"))
        a[i] = scala.collection.immutable.Map$.MODULE$.empty();
      else a[i] = null;
    }
    t = (TaskContext) best.newInstance(a);
    if (t.taskAttemptId() != task) throw new IllegalStateException();
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
      s.hasOffStorage = true;
      s.sp = mm.onHeapStorageMemoryPool().poolSize();
      s.su = mm.onHeapStorageMemoryPool().memoryUsed();
      s.osp = mm.offHeapStorageMemoryPool().poolSize();
      s.osu = mm.offHeapStorageMemoryPool().memoryUsed();
      s.ep = mm.onHeapExecutionMemoryPool().poolSize();
      s.eu = mm.onHeapExecutionMemoryPool().memoryUsed();
      s.oep = mm.offHeapExecutionMemoryPool().poolSize();
      s.oeu = mm.offHeapExecutionMemoryPool().memoryUsed();
      s.et = smap(fget(mm.onHeapExecutionMemoryPool(), "memoryForTask"));
      s.oet = smap(fget(mm.offHeapExecutionMemoryPool(), "memoryForTask"));
      s.maxOn = mm.maxOnHeapStorageMemory();
      s.maxOff = mm.maxOffHeapStorageMemory();
      s.unroll = smap(fget(ms, "onHeapUnrollMemoryMap"));
      s.ounroll = smap(fget(ms, "offHeapUnrollMemoryMap"));
      s.storeUsed = mm.storageMemoryUsed();
      s.blocksUsed = s.storeUsed - ms.currentUnrollMemory();
      LinkedHashMap<BlockId, Object> en = (LinkedHashMap<BlockId, Object>) fget(ms, "entries");
      for (Map.Entry<BlockId, Object> e : en.entrySet()) {
        s.lru.add(e.getKey().name());
        try {
          Method sz = e.getValue().getClass().getMethod("size");
          sz.setAccessible(true);
          s.sizes.add(((Number) sz.invoke(e.getValue())).longValue());
          Method md = e.getValue().getClass().getMethod("memoryMode");
          md.setAccessible(true);
          s.off.add(md.invoke(e.getValue()) == MemoryMode.OFF_HEAP);
        } catch (Exception x) {
          throw new RuntimeException(x);
        }
      }
    }
    return s;
  }

  @Override
  public boolean contains(String b) {
    return ms.contains(bid(b));
  }

  static Method lockNew;

  boolean lockNew(BlockId b) throws Exception {
    BlockInfo bi = new BlockInfo(StorageLevel.MEMORY_ONLY(), CT, false);
    if (lockNew == null)
      for (Method m : BlockInfoManager.class.getMethods())
        if (m.getName().equals("lockNewBlockForWriting")) lockNew = m;
    return (Boolean)
        (lockNew.getParameterTypes().length == 2
            ? lockNew.invoke(bim, b, bi)
            : lockNew.invoke(bim, b, bi, true));
  }

  Object withNewBlock(String name, Call body, java.util.function.Function<Object, Boolean> ok)
      throws Throwable {
    BlockId b = bid(name);
    if (ms.contains(b)) return body.call(); // reaches the require(!contains) of the store
    if (!lockNew(b))
      throw new IllegalStateException("harness: block info present without entry " + name);
    boolean stored = false;
    try {
      Object r = body.call();
      stored = ok.apply(r);
      return r;
    } finally {
      if (stored) bim.unlock(b, Option.empty());
      else bim.removeBlock(b);
    }
  }

  static ChunkedByteBuffer chunks(long size) {
    int n = (int) ((size + SHARED.length - 1) / SHARED.length);
    ByteBuffer[] a = new ByteBuffer[n];
    long left = size;
    for (int i = 0; i < n; i++) {
      int k = (int) Math.min(left, SHARED.length);
      a[i] = ByteBuffer.wrap(SHARED, 0, k).slice();
      left -= k;
    }
    return new ChunkedByteBuffer(a);
  }

  @Override
  public Object putBytes(String b, long size, boolean off) throws Throwable {
    return withNewBlock(
        b,
        () ->
            ms.putBytes(
                bid(b),
                size,
                mode(off),
                new scala.runtime.AbstractFunction0<ChunkedByteBuffer>() {
                  @Override
                  public ChunkedByteBuffer apply() {
                    return chunks(size);
                  }
                },
                CT),
        r -> (Boolean) r);
  }

  static Method putVals;

  @Override
  public LinkedHashMap<String, Object> putValues(
      String b, Object[] el, boolean off, long task, LinkedHashMap<String, Object> shadow)
      throws Throwable {
    SizeTrackingVector v = new SizeTrackingVector(CT);
    List<Object> checks = new ArrayList<>();
    for (int i = 0; i < el.length; i++) {
      v.$plus$eq(el[i]);
      if (i % period == 0) checks.add(v.estimateSize());
    }
    shadow.put("count", el.length);
    shadow.put("checks", checks);
    shadow.put("finalSize", SizeEstimator.estimate(v.toArray()));
    if (putVals == null)
      for (Method m : MemoryStore.class.getMethods())
        if (m.getName().equals("putIteratorAsValues")) putVals = m;
    Call body =
        () ->
            as(
                task,
                () -> {
                  try {
                    return putVals.getParameterTypes().length == 3
                        ? putVals.invoke(ms, bid(b), it(el), CT)
                        : putVals.invoke(ms, bid(b), it(el), mode(off), CT);
                  } catch (InvocationTargetException e) {
                    throw unwrap(e);
                  }
                });
    Either r = (Either) withNewBlockAs(task, b, body);
    return fin(b, r);
  }

  Object withNewBlockAs(long task, String b, Call body) throws Throwable {
    return withNewBlock(b, body, r -> ((Either) r).isRight());
  }

  LinkedHashMap<String, Object> fin(String b, Either r) throws Throwable {
    if (r.isRight()) return Js.m("stored", ((Number) r.right().get()).longValue());
    Object p = r.left().get();
    partial.put(b, p);
    return Js.m("failed", true, "heldUnroll", ((Number) fget(p, "unrollMemory")).longValue());
  }

  @Override
  public LinkedHashMap<String, Object> putIterBytes(
      String b, Object[] el, boolean off, long task, LinkedHashMap<String, Object> shadow)
      throws Throwable {
    Constructor<?> k =
        Class.forName("org.apache.spark.storage.memory.SerializedValuesHolder")
            .getDeclaredConstructors()[0];
    k.setAccessible(true);
    Object h =
        k.newInstance(bid(b), (int) Math.min(threshold, Integer.MAX_VALUE - 15), CT, mode(off), sm);
    Method st = h.getClass().getMethod("storeValue", Object.class),
        es = h.getClass().getMethod("estimatedSize"),
        gb = h.getClass().getMethod("getBuilder");
    st.setAccessible(true);
    es.setAccessible(true);
    gb.setAccessible(true);
    List<Object> checks = new ArrayList<>();
    for (int i = 0; i < el.length; i++) {
      st.invoke(h, el[i]);
      if (i % period == 0) checks.add(es.invoke(h));
    }
    Object eb = gb.invoke(h);
    Method ps = eb.getClass().getMethod("preciseSize");
    ps.setAccessible(true);
    shadow.put("count", el.length);
    shadow.put("checks", checks);
    shadow.put("finalSize", ps.invoke(eb));
    Call body = () -> as(task, () -> ms.putIteratorAsBytes(bid(b), it(el), CT, mode(off)));
    return fin(b, (Either) withNewBlockAs(task, b, body));
  }

  @Override
  public boolean closePartial(String h, long task, boolean drain) throws Throwable {
    Object p = partial.remove(h);
    if (p == null) return false;
    as(
        task,
        () -> {
          if (p instanceof PartiallyUnrolledIterator) {
            PartiallyUnrolledIterator q = (PartiallyUnrolledIterator) p;
            if (drain) while (q.hasNext()) q.next();
            else q.close();
          } else ((PartiallySerializedBlock) p).discard();
          return null;
        });
    return true;
  }

  @Override
  public boolean get(String b) throws Throwable {
    LinkedHashMap<BlockId, Object> en = (LinkedHashMap<BlockId, Object>) fget(ms, "entries");
    boolean deser = false;
    for (Map.Entry<BlockId, Object> e : en.entrySet())
      if (e.getKey().name().equals(b)) deser = e.getValue() instanceof DeserializedMemoryEntry;
    return deser ? ms.getValues(bid(b)).isDefined() : ms.getBytes(bid(b)).isDefined();
  }

  @Override
  public boolean remove(String b) throws Throwable {
    BlockId id = bid(b);
    if (!bim.lockForWriting(id, false).isDefined()) return ms.contains(id) ? false : ms.remove(id);
    boolean r = ms.remove(id);
    bim.removeBlock(id);
    return r;
  }

  @Override
  public Object evict(String f, long space, boolean off) throws Throwable {
    return ms.evictBlocksToFreeSpace(
        f == null ? Option.empty() : Option.apply(bid(f)), space, mode(off));
  }

  @Override
  public boolean pin(String b) {
    return bim.lockForReading(bid(b), false).isDefined();
  }

  @Override
  public void unpin(String b) {
    bim.unlock(bid(b), Option.empty());
  }

  @Override
  public boolean acquireStorage(String b, long size, boolean off) {
    return mm.acquireStorageMemory(bid(b), size, mode(off));
  }

  @Override
  public void releaseStorage(long size, boolean off) {
    mm.releaseStorageMemory(size, mode(off));
  }

  @Override
  public boolean acquireUnroll(String b, long size, boolean off, long task) throws Throwable {
    return as(task, () -> ms.reserveUnrollMemoryForThisTask(bid(b), size, mode(off)));
  }

  @Override
  public void releaseUnroll(long size, boolean off, long task) throws Throwable {
    as(
        task,
        () -> {
          ms.releaseUnrollMemoryForThisTask(mode(off), size);
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
    releaseUnroll(Long.MAX_VALUE, false, task);
    releaseUnroll(Long.MAX_VALUE, true, task);
  }

  @Override
  public void clear() {
    LinkedHashMap<BlockId, Object> en = (LinkedHashMap<BlockId, Object>) fget(ms, "entries");
    List<BlockId> ids = new ArrayList<>(en.keySet());
    ms.clear();
    for (BlockId id : ids) if (bim.lockForWriting(id, false).isDefined()) bim.removeBlock(id);
  }

  @Override
  public void setUnmanaged(long on, long off) throws Throwable {
    Object o = UnifiedMemoryManager$.MODULE$;
    for (String n : new String[] {"unmanagedOnHeapUsed", "unmanagedOffHeapUsed"}) {
      Field f = null;
      for (Class<?> c : new Class<?>[] {o.getClass(), UnifiedMemoryManager.class})
        for (Field g : c.getDeclaredFields()) if (g.getName().endsWith(n)) f = g;
      if (f == null) throw new NoSuchFieldException(n);
      f.setAccessible(true);
      ((java.util.concurrent.atomic.AtomicLong) f.get(o)).set(n.contains("OnHeap") ? on : off);
    }
  }

  // ------------------------------------------------------------------ TaskMemoryManager
  final class Mock extends MemoryConsumer {
    final int id;
    final String policy;
    final long task;
    final List<MemoryBlock> pages = new ArrayList<>();
    final List<LongArray> arrays = new ArrayList<>();
    long plain;

    Mock(int id, TaskMemoryManager t, long task, MemoryMode m, String policy, long ps) {
      super(t, ps, m);
      this.id = id;
      this.policy = policy;
      this.task = task;
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
      long g = acquireMemory(n);
      plain += g;
      return g;
    }

    void rel(long n) {
      freeMemory(n);
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
    cons.put(id, new Mock(id, tmm(task), task, mode(off), policy, ps));
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
      try {
        x.put("peakOnHeap", fget(t, "peakOnHeapMemory"));
        x.put("peakOffHeap", fget(t, "peakOffHeapMemory"));
      } catch (RuntimeException ex) {
        /* before 4.0 */
      }
      r.put("" + e.getKey(), x);
    }
    return r;
  }

  @Override
  public String bytesToString(java.math.BigInteger v) {
    return v.bitLength() < 64
        ? Utils.bytesToString(v.longValue())
        : Utils.bytesToString(scala.math.BigInt$.MODULE$.apply(v.toString()));
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
