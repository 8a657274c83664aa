/** The end of a task as 2.x and later write it, for tests to change. */
export const taskEnd = {
  Event: "SparkListenerTaskEnd",
  "Stage ID": 3,
  "Stage Attempt ID": 1,
  "Task Type": "ResultTask",
  "Task End Reason": { Reason: "Success" },
  "Task Info": {
    "Task ID": 17,
    Index: 5,
    Attempt: 2,
    "Launch Time": 1795228984476,
    "Executor ID": "1",
    Host: "worker-a",
    Locality: "NODE_LOCAL",
    Speculative: true,
    "Getting Result Time": 0,
    "Finish Time": 1795228984749,
    Failed: false,
    Killed: false,
    Accumulables: [
      {
        ID: 9,
        Name: "internal.metrics.peakExecutionMemory",
        Update: 1080,
        Value: 5400,
        Internal: true,
      },
    ],
  },
  "Task Metrics": {
    "Executor Run Time": 250,
    "Memory Bytes Spilled": 4096,
    "Disk Bytes Spilled": 512,
    "Shuffle Read Metrics": { "Remote Bytes Read": 7, "Local Bytes Read": 8 },
    "Updated Blocks": [],
  },
};
