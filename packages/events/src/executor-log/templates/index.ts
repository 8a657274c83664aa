/** Every template, by the class that logs it: one line here makes a file of templates known. */
import type { LogTemplate } from "../log-template.ts";
import { BLOCK_MANAGER, BLOCK_MANAGER_ENDPOINT } from "./block-manager.ts";
import { BLOCK_MANAGER_MASTER, BLOCK_MANAGER_MASTER_ENDPOINT } from "./block-manager-master.ts";
import { TORRENT_BROADCAST } from "./broadcast.ts";
import { CACHE_MANAGER } from "./cache-manager.ts";
import { BLOCK_MANAGER_DECOMMISSIONER } from "./decommission.ts";
import { DISK_STORE } from "./disk-store.ts";
import {
  ANY_LOGGER,
  BLOCK_MANAGER_INFO,
  BROADCASTS_BUILT,
  TOO_MANY_LOST,
} from "./driver-blocks.ts";
import { EXECUTOR, EXECUTOR_BACKEND, UNCAUGHT_EXCEPTION_HANDLER } from "./executor.ts";
import {
  CUT_LOSS,
  DAG_SCHEDULER,
  DISABLED,
  EXECUTOR_ALLOCATION,
  QUOTED_LOSS,
  STAGES_ENDED,
} from "./executor-gone.ts";
import { DRIVERS_POD, KUBERNETES, KUBERNETES_PODS } from "./kubernetes.ts";
import { LAUNCH } from "./launch.ts";
import { LISTENER_BUS } from "./listener-bus.ts";
import {
  EXECUTION_MEMORY_POOL,
  MEMORY_MANAGER,
  SHUFFLE_MEMORY_MANAGER,
  STORAGE_MEMORY_POOL,
} from "./memory-manager.ts";
import { MEMORY_STORE } from "./memory-store.ts";
import { NODE_MANAGER } from "./node-manager.ts";
import { DEVICE_MEMORY, RAPIDS_PLUGIN } from "./rapids.ts";
import {
  HEARTBEAT_RECEIVER,
  SCHEDULER_BACKEND,
  SPARK_CONTEXT,
  TASK_SCHEDULER,
} from "./scheduler.ts";
import { ROW_BASED_KEY_VALUE_BATCH, SORTER, SPILLABLE } from "./spill.ts";
import { STAGE_FAILURE } from "./stage-failure.ts";
import { STANDALONE, STANDALONE_CLIENT, STANDALONE_TROUBLES } from "./standalone.ts";
import { TASK_MEMORY_MANAGER } from "./task-memory.ts";
import { TASK_SET_MANAGER } from "./task-set-manager.ts";
import {
  APPLICATION_MASTER,
  BROADCAST_STORED,
  CLUSTER_ENDS,
  CLUSTER_GONE,
  DISKS,
  DRIVERS_THREADS,
  EVENT_LOOP,
  FETCHES,
  PYTHON,
  SHUFFLE_SERVER,
  STOPS_CONTEXT,
  STREAMING_JOBS,
  STREAMS,
  YARN_CLIENT_BACKEND,
} from "./troubles.ts";
import { RESOURCE_UTILS, SHUFFLE_BLOCK_FETCHER, SIGNAL_UTILS } from "./version-marks.ts";
import { WITHOUT_LAYOUT } from "./without-layout.ts";
import { YARN, YARN_REPORT } from "./yarn.ts";

export interface TemplateGroup {
  /** Last segments of loggers' names; empty: see `template-set.ts`. */
  readonly loggers: readonly string[];
  readonly templates: readonly LogTemplate[];
}

export const TEMPLATE_GROUPS: readonly TemplateGroup[] = [
  { loggers: ["MemoryStore"], templates: MEMORY_STORE },
  { loggers: ["BlockManager"], templates: [...BLOCK_MANAGER, ...SHUFFLE_SERVER] },
  {
    loggers: ["BlockManagerSlaveEndpoint", "BlockManagerStorageEndpoint", "BlockManagerSlaveActor"],
    templates: BLOCK_MANAGER_ENDPOINT,
  },
  { loggers: ["BlockManagerMaster"], templates: BLOCK_MANAGER_MASTER },
  {
    loggers: ["BlockManagerMasterActor", "BlockManagerMasterEndpoint"],
    templates: BLOCK_MANAGER_MASTER_ENDPOINT,
  },
  { loggers: ["BlockManagerDecommissioner"], templates: BLOCK_MANAGER_DECOMMISSIONER },
  { loggers: ["BlockManagerInfo"], templates: BLOCK_MANAGER_INFO },
  { loggers: ["DiskStore"], templates: DISK_STORE },
  { loggers: ["CacheManager"], templates: CACHE_MANAGER },
  { loggers: ["UnifiedMemoryManager", "StaticMemoryManager"], templates: MEMORY_MANAGER },
  { loggers: ["ShuffleMemoryManager"], templates: SHUFFLE_MEMORY_MANAGER },
  { loggers: ["ExecutionMemoryPool"], templates: EXECUTION_MEMORY_POOL },
  { loggers: ["StorageMemoryPool"], templates: STORAGE_MEMORY_POOL },
  { loggers: ["TaskMemoryManager"], templates: TASK_MEMORY_MANAGER },
  { loggers: ["ExternalSorter", "ExternalAppendOnlyMap"], templates: SPILLABLE },
  {
    loggers: ["UnsafeExternalSorter", "ShuffleExternalSorter", "UnsafeShuffleExternalSorter"],
    templates: SORTER,
  },
  {
    loggers: [
      "RowBasedKeyValueBatch",
      "FixedLengthRowBasedKeyValueBatch",
      "VariableLengthRowBasedKeyValueBatch",
    ],
    templates: ROW_BASED_KEY_VALUE_BATCH,
  },
  { loggers: ["Executor"], templates: EXECUTOR },
  {
    loggers: [
      "CoarseGrainedExecutorBackend",
      "YarnCoarseGrainedExecutorBackend",
      "KubernetesExecutorBackend",
      "MesosExecutorBackend",
    ],
    templates: EXECUTOR_BACKEND,
  },
  {
    loggers: ["SparkUncaughtExceptionHandler", "ExecutorUncaughtExceptionHandler"],
    templates: UNCAUGHT_EXCEPTION_HANDLER,
  },
  { loggers: ["TorrentBroadcast"], templates: [...TORRENT_BROADCAST, ...BROADCAST_STORED] },
  { loggers: ["TaskSetManager"], templates: TASK_SET_MANAGER },
  {
    loggers: ["TaskSchedulerImpl", "YarnScheduler", "YarnClusterScheduler"],
    templates: [...TASK_SCHEDULER, ...CUT_LOSS, ...CLUSTER_ENDS],
  },
  {
    loggers: ["StandaloneSchedulerBackend", "SparkDeploySchedulerBackend"],
    templates: [...SCHEDULER_BACKEND, ...CLUSTER_ENDS, ...CLUSTER_GONE],
  },
  {
    loggers: ["Worker", "Master", "ExecutorRunner"],
    templates: [...STANDALONE, ...STANDALONE_TROUBLES],
  },
  {
    loggers: [
      "StandaloneAppClient$ClientEndpoint",
      "AppClient$ClientEndpoint",
      "AppClient$ClientActor",
      "ClientEndpoint",
    ],
    templates: [...STANDALONE_CLIENT, ...CLUSTER_GONE],
  },
  { loggers: ["ContainersMonitorImpl"], templates: NODE_MANAGER },
  {
    loggers: ["DAGScheduler"],
    templates: [...STAGE_FAILURE, ...DAG_SCHEDULER, ...STAGES_ENDED],
  },
  { loggers: ["ExecutorAllocationManager", "ExecutorMonitor"], templates: EXECUTOR_ALLOCATION },
  { loggers: ["HeartbeatReceiver"], templates: HEARTBEAT_RECEIVER },
  { loggers: ["SparkContext"], templates: SPARK_CONTEXT },
  { loggers: ["AsyncEventQueue", "LiveListenerBus"], templates: LISTENER_BUS },
  {
    loggers: [
      "YarnAllocator",
      "YarnAllocationHandler",
      "YarnSchedulerBackend",
      "YarnSchedulerBackend$YarnSchedulerEndpoint",
      "YarnSchedulerBackend$YarnDriverEndpoint",
    ],
    templates: [...YARN, ...DISABLED, ...CLUSTER_GONE],
  },
  {
    loggers: [
      "ExecutorPodsLifecycleManager",
      "ExecutorPodsAllocator",
      "KubernetesClusterSchedulerBackend",
    ],
    templates: [...KUBERNETES, ...KUBERNETES_PODS, ...TOO_MANY_LOST],
  },
  { loggers: ["LoggingPodStatusWatcherImpl"], templates: DRIVERS_POD },
  {
    loggers: ["ApplicationMaster"],
    // What an aborted job quotes comes first.
    templates: [...STAGE_FAILURE, ...TOO_MANY_LOST, ...APPLICATION_MASTER],
  },
  {
    loggers: ["YarnClientSchedulerBackend"],
    templates: [...YARN_CLIENT_BACKEND, ...CLUSTER_ENDS],
  },
  {
    loggers: [
      "RetryingBlockFetcher",
      "RetryingBlockTransferor",
      "OneForOneBlockFetcher",
      "TransportChannelHandler",
      "TransportRequestHandler",
      "ChunkFetchRequestHandler",
      "MapOutputTracker",
      "MapOutputTrackerWorker",
      "MapOutputTrackerMaster",
    ],
    templates: FETCHES,
  },
  { loggers: ["BroadcastExchangeExec"], templates: BROADCASTS_BUILT },
  { loggers: ["DiskBlockManager"], templates: DISKS },
  { loggers: ["TaskResultGetter"], templates: DRIVERS_THREADS },
  {
    loggers: ["MicroBatchExecution", "StreamExecution", "ContinuousExecution"],
    templates: STREAMS,
  },
  { loggers: ["JobScheduler"], templates: STREAMING_JOBS },
  { loggers: ["DAGSchedulerEventProcessLoop"], templates: EVENT_LOOP },
  { loggers: ["PythonRunner", "PythonRDD"], templates: PYTHON },
  { loggers: ["DeviceMemoryEventHandler"], templates: DEVICE_MEMORY },
  { loggers: ["RapidsExecutorPlugin"], templates: RAPIDS_PLUGIN },
  { loggers: ["SignalUtils"], templates: SIGNAL_UTILS },
  { loggers: ["ShuffleBlockFetcherIterator"], templates: [...SHUFFLE_BLOCK_FETCHER, ...FETCHES] },
  { loggers: ["ResourceUtils"], templates: RESOURCE_UTILS },
];

/** Names of all loggers that have templates. */
export const LOGGER_NAMES: readonly string[] = TEMPLATE_GROUPS.flatMap(({ loggers }) => loggers);

/** Templates of lines whose logger may be any class. */
export const ANY_LOGGER_TEMPLATES: readonly LogTemplate[] = [
  ...ANY_LOGGER,
  ...DISABLED,
  ...STOPS_CONTEXT,
  ...CLUSTER_ENDS,
  ...TEMPLATE_GROUPS.flatMap(({ templates }) => templates).filter(({ anyLogger }) => anyLogger),
];

/** What a record of any logger, and a line of none, may quote wherever in its text. */
export const QUOTED_TEMPLATES: readonly LogTemplate[] = STAGE_FAILURE;

/** Templates of lines without any layout. */
export const BARE_TEMPLATES: readonly LogTemplate[] = [
  ...WITHOUT_LAYOUT,
  ...LAUNCH,
  ...YARN_REPORT,
];

/** Losses and failures that may stand in a line without any layout, and have no other line. */
export const BARE_LOSSES: readonly LogTemplate[] = [
  ...QUOTED_LOSS,
  ...TASK_SET_MANAGER.filter(({ says }) => says.startsWith("Lost task ")),
  ...TASK_SCHEDULER.filter(({ says }) => says.startsWith("Lost executor ")),
  ...CUT_LOSS,
  ...KUBERNETES,
  ...YARN_REPORT,
];
