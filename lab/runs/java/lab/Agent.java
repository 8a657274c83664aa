package lab;

import static net.bytebuddy.matcher.ElementMatchers.*;

import java.lang.instrument.Instrumentation;
import java.util.*;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.implementation.bytecode.assign.Assigner;
import net.bytebuddy.matcher.ElementMatcher;

/**
 * -javaagent:truth-agent.jar=OUTDIR : exact operation trace of Spark's memory managers and
 * MemoryStore.
 */
public final class Agent {
  public static class A {
    @Advice.OnMethodEnter(suppress = Throwable.class)
    public static Object enter(
        @Advice.This(optional = true) Object self,
        @Advice.Origin("#t::#m") String m,
        @Advice.AllArguments Object[] args) {
      return Trace.enter(self, m, args);
    }

    @Advice.OnMethodExit(onThrowable = Throwable.class, suppress = Throwable.class)
    public static void exit(
        @Advice.Enter Object tok,
        @Advice.Thrown Throwable th,
        @Advice.Return(typing = Assigner.Typing.DYNAMIC) Object ret) {
      Trace.exit(tok, ret, th);
    }
  }

  public static class CMm {
    @Advice.OnMethodExit
    public static void exit(@Advice.This Object self) {
      Trace.mmCreated(self);
    }
  }

  public static class CMs {
    @Advice.OnMethodExit
    public static void exit(@Advice.This Object self) {
      Trace.msCreated(self);
    }
  }

  static final String P = "org.apache.spark.";

  static ElementMatcher.Junction<MethodDescription> m(String... n) {
    return namedOneOf(n).and(not(isAbstract())).and(not(isBridge())).and(not(isStatic()));
  }

  public static void premain(String arg, Instrumentation inst) {
    try {
      Trace.init(arg);
    } catch (Throwable t) {
      t.printStackTrace();
      return;
    }
    Map<String, ElementMatcher.Junction<MethodDescription>> w = new LinkedHashMap<>();
    String[] mmOps = {
      "acquireStorageMemory",
      "acquireUnrollMemory",
      "acquireExecutionMemory",
      "releaseExecutionMemory",
      "releaseAllExecutionMemoryForTask",
      "releaseStorageMemory",
      "releaseAllStorageMemory",
      "releaseUnrollMemory"
    };
    for (String c : new String[] {"MemoryManager", "UnifiedMemoryManager", "StaticMemoryManager"})
      w.put(P + "memory." + c, m(mmOps));
    ElementMatcher.Junction<MethodDescription> ms =
        m(
            "putBytes",
            "putArray",
            "putIterator",
            "putIteratorAsValues",
            "putIteratorAsBytes",
            "getBytes",
            "getValues",
            "getSize",
            "remove",
            "clear",
            "evictBlocksToFreeSpace",
            "reserveUnrollMemoryForThisTask",
            "releaseUnrollMemoryForThisTask",
            "releasePendingUnrollMemoryForThisTask",
            "unrollSafely");
    w.put(P + "storage.memory.MemoryStore", ms);
    w.put(P + "storage.MemoryStore", ms);
    w.put(P + "storage.DiskStore", m("put", "putBytes", "putIterator", "putArray", "remove"));
    w.put(
        P + "storage.BlockManager",
        m(
            "get",
            "getOrElseUpdate",
            "doPutIterator",
            "dropFromMemory",
            "removeBlock",
            "removeRdd",
            "removeBroadcast",
            "doPut",
            "getRemoteValues",
            "getRemoteBytes",
            "replicate"));
    w.put(
        P + "memory.TaskMemoryManager",
        m(
            "acquireExecutionMemory",
            "releaseExecutionMemory",
            "allocatePage",
            "freePage",
            "cleanUpAllAllocatedMemory"));
    ElementMatcher.Junction<MethodDescription> sp = m("spill").and(takesArguments(2));
    for (String c :
        new String[] {
          "util.collection.unsafe.sort.UnsafeExternalSorter",
          "util.collection.unsafe.sort.UnsafeExternalSorter$SpillableIterator",
          "shuffle.sort.ShuffleExternalSorter",
          "unsafe.map.BytesToBytesMap",
          "unsafe.map.BytesToBytesMap$MapIterator"
        }) w.put(P + c, sp);
    w.put(
        P + "util.collection.Spillable",
        sp.or(m("maybeSpill")).or(nameEndsWith("logSpillage").and(not(isStatic()))));
    w.put(P + "util.collection.ExternalSorter", m("spill").and(takesArguments(1)));
    w.put(P + "util.collection.ExternalAppendOnlyMap", m("spill").and(takesArguments(1)));
    w.put(P + "executor.Executor$TaskRunner", m("run"));
    AgentBuilder b =
        new AgentBuilder.Default()
            .disableClassFormatChanges()
            .with(AgentBuilder.TypeStrategy.Default.REDEFINE)
            .with(
                new AgentBuilder.Listener.Adapter() {
                  @Override
                  public void onError(
                      String n,
                      ClassLoader cl,
                      net.bytebuddy.utility.JavaModule mod,
                      boolean loaded,
                      Throwable t) {
                    Trace.note("instrumentError", n + " " + t);
                  }

                  @Override
                  public void onTransformation(
                      net.bytebuddy.description.type.TypeDescription d,
                      ClassLoader cl,
                      net.bytebuddy.utility.JavaModule mod,
                      boolean loaded,
                      net.bytebuddy.dynamic.DynamicType t) {
                    Trace.note("instrumented", d.getName());
                  }
                });
    for (Map.Entry<String, ElementMatcher.Junction<MethodDescription>> e : w.entrySet()) {
      final ElementMatcher.Junction<MethodDescription> mm = e.getValue();
      final String n = e.getKey();
      b =
          b.type(named(n))
              .transform(
                  (bb, td, cl, mod, pd) -> {
                    net.bytebuddy.dynamic.DynamicType.Builder<?> r =
                        bb.visit(Advice.to(A.class).on(mm));
                    if (n.endsWith("UnifiedMemoryManager") || n.endsWith("StaticMemoryManager"))
                      r = r.visit(Advice.to(CMm.class).on(isConstructor()));
                    if (n.endsWith("MemoryStore"))
                      r = r.visit(Advice.to(CMs.class).on(isConstructor()));
                    return r;
                  });
    }
    b.installOn(inst);
  }
}
