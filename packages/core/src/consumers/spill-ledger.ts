/** What a task's consumers spilled, as its metrics count it. */

export class SpillLedger {
  /** Memory Bytes Spilled. */
  memoryBytes = 0;
  /** Disk Bytes Spilled. */
  diskBytes = 0;
  /** Spills that wrote something. */
  spills = 0;
  /** The largest sum of what the consumers report as their peak memory: `Peak Execution Memory`. */
  peakBytes = 0;

  spilled(memoryBytes: number, diskBytes: number): void {
    this.memoryBytes += memoryBytes;
    this.diskBytes += diskBytes;
    this.spills++;
  }
}
