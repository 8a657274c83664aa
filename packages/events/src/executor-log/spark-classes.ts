/**
 * Classes of Spark that log, by the process they run in: whose log it is, and whose errors are
 * Spark's own.
 */
import { LOGGER_NAMES } from "./templates/index.ts";

/** Of the driver alone (a local executor runs in it). */
const DRIVERS: ReadonlySet<string> = new Set([
  "AdaptiveSparkPlanExec",
  "AppStatusListener",
  "ApplicationMaster",
  "BarrierCoordinator",
  "BlacklistTracker",
  "BlockManagerMasterEndpoint",
  "BroadcastExchangeExec",
  "ContextCleaner",
  "ContinuousExecution",
  "DAGScheduler",
  "DAGSchedulerEventProcessLoop",
  "EventLoggingListener",
  "ExecutorAllocationManager",
  "ExecutorMonitor",
  "ExecutorPodsAllocator",
  "ExecutorPodsLifecycleManager",
  "ExecutorPodsPollingSnapshotSource",
  "ExecutorPodsSnapshotsStoreImpl",
  "ExecutorPodsWatchSnapshotSource",
  "FileSourceScanExec",
  "FileSourceStrategy",
  "FileStreamSink",
  "HealthTracker",
  "HeartbeatReceiver",
  "InputInfoTracker",
  "InsertIntoHadoopFsRelation",
  "InsertIntoHadoopFsRelationCommand",
  "JobGenerator",
  "JobScheduler",
  "MapOutputTrackerMaster",
  "MapOutputTrackerMasterEndpoint",
  "MicroBatchExecution",
  "OutputCommitCoordinator",
  "ReceivedBlockTracker",
  "ReceiverTracker",
  "SparkContext",
  "SparkExecuteStatementOperation",
  "SparkSQLDriver",
  "StreamExecution",
  "TaskResultGetter",
  "TaskSchedulerImpl",
  "TaskSetManager",
  "YarnAllocator",
  "YarnClusterScheduler",
  "YarnScheduler",
]);

/** Vendors' and clusters' kinds of the same: `KubernetesTaskSetManager`, `StandaloneAppClient`. */
const DRIVERS_KINDS =
  /(?:TaskSetManager|TaskSchedulerImpl|SchedulerBackend|AppClient)(?:\$\w*Endpoint)?$/;

/** Of any process that works on an application: a driver, an executor. */
const WORKING: ReadonlySet<string> = new Set([
  "ArrowPythonRunner",
  "BasePythonRunner",
  "BlockGenerator",
  "BypassMergeSortShuffleWriter",
  "CodeGenerator",
  "DataWritingSparkTask",
  "DiskBlockManager",
  "DiskBlockObjectWriter",
  "FileFormatWriter",
  "FileScanRDD",
  "HDFSBackedStateStoreProvider",
  "HadoopRDD",
  "Inbox",
  "IndexShuffleBlockResolver",
  "MapOutputTracker",
  "MapOutputTrackerWorker",
  "NettyBlockRpcServer",
  "NettyBlockTransferService",
  "NewHadoopRDD",
  "OneForOneBlockFetcher",
  "PythonRunner",
  "PythonUDFRunner",
  "PythonWorkerFactory",
  "RRunner",
  "ReceiverSupervisorImpl",
  "RetryingBlockFetcher",
  "RetryingBlockTransferor",
  "SQLHadoopMapReduceCommitProtocol",
  "ShuffleBlockFetcherIterator",
  "SortShuffleManager",
  "SparkHadoopWriter",
  "StateStore",
  "TaskContextImpl",
  "TransportChannelHandler",
  "TransportClient",
  "TransportRequestHandler",
  "UnsafeShuffleWriter",
]);

/** Of daemons that outlive applications. */
const DAEMONS: ReadonlySet<string> = new Set([
  "ContainersMonitorImpl",
  "ExecutorRunner",
  "Master",
  "Worker",
]);
const WITH_TEMPLATES: ReadonlySet<string> = new Set(LOGGER_NAMES);

/** A logger that only a driver has, by the last segment of its name. */
export function isDrivers(logger: string): boolean {
  return DRIVERS.has(logger) || DRIVERS_KINDS.test(logger);
}

/** Classes with templates that clients have, too. */
const ANYBODYS: ReadonlySet<string> = new Set(["ResourceUtils", "SignalUtils", "YarnAllocator"]);

/** One of a driver or an executor at work; clients and daemons have others. */
export function isWorking(logger: string): boolean {
  if (WORKING.has(logger) || isDrivers(logger)) return true;
  return WITH_TEMPLATES.has(logger) && !DAEMONS.has(logger) && !ANYBODYS.has(logger);
}

/** Any class whose errors are those of an application's Spark. */
export function isSparks(logger: string): boolean {
  if (DAEMONS.has(logger)) return false;
  return isWorking(logger) || WITH_TEMPLATES.has(logger) || logger === "Utils";
}
