/**
 * Several executors in one stream of lines: where a new one starts, and whether lines of two stand
 * mixed.
 */
import type { LogFact } from "@respark/core";

/** What an executor's start has logged so far, and what it runs. */
interface Life {
  executorId: string | undefined;
  appId: string | undefined;
  /** `Starting executor ID` was printed. */
  started: boolean;
  port: number | undefined;
  hasStore: boolean;
  hasCommand: boolean;
  hasVersion: boolean;
  /** It has done something that only a started executor does. */
  active: boolean;
  readonly tasks: Set<number>;
}

const TASKS_KEPT = 4096;

export class Lives {
  /** Lines of several executors stand mixed, and nothing tells them apart. */
  mixed = false;
  private life = newLife();
  private before: Life | undefined = undefined;

  /** True when an executor starts with this fact that is another one than before. */
  see(fact: LogFact): boolean {
    const another = this.isAnother(fact);
    if (another) {
      const { life } = this;
      // One that has not started yet and stops its start for another's: both start at a time.
      const halfway = !life.started && !life.active && (life.hasStore || life.port !== undefined);
      this.before = life;
      this.life = newLife();
      if (halfway) this.mixed = true;
    }
    this.note(fact);
    return another;
  }

  private isAnother(fact: LogFact): boolean {
    const { life } = this;
    switch (fact.kind) {
      case "executor_command": {
        const isSame = fact.executorId !== undefined && fact.executorId === life.executorId;
        const isOther = life.appId !== undefined && fact.appId !== life.appId;
        const begun = life.hasCommand || life.hasStore || life.started || life.active;
        return begun && (!isSame || isOther);
      }
      case "spark_version_logged":
        return life.hasVersion && (life.hasStore || life.active);
      case "store_started":
        // From 4.0 on it comes after the first task; a block manager registers once it has started.
        return life.hasStore || (life.active && !life.started && life.port === undefined);
      case "executor_started":
        return (
          life.started ||
          life.active ||
          (life.port !== undefined && life.executorId !== fact.executorId)
        );
      case "block_manager_registered":
        if (life.port !== undefined) {
          return life.executorId !== fact.executorId || life.port !== fact.port;
        }
        return life.started ? life.executorId !== fact.executorId : life.active;
      default:
        return false;
    }
  }

  private note(fact: LogFact): void {
    const { life } = this;
    switch (fact.kind) {
      case "executor_command":
        life.hasCommand = true;
        life.appId ??= fact.appId;
        life.executorId ??= fact.executorId;
        break;
      case "spark_version_logged":
        life.hasVersion = true;
        break;
      case "store_started":
        life.hasStore = true;
        break;
      case "executor_started":
        life.started = true;
        life.executorId = fact.executorId;
        break;
      case "block_manager_registered":
        life.port = fact.port;
        life.executorId ??= fact.executorId;
        break;
      case "task_assigned":
      case "task_running":
        life.active = true;
        if (life.tasks.size < TASKS_KEPT) life.tasks.add(fact.taskId);
        break;
      case "task_finished":
        life.active = true;
        if (!life.tasks.delete(fact.taskId) && this.before?.tasks.has(fact.taskId) === true) {
          this.mixed = true;
        }
        break;
      case "block_stored":
      case "block_found":
      case "block_dropping":
      case "spill":
        // A driver and an executor of 4.x store broadcasts before all of their start is logged.
        if (life.started || !life.hasStore) life.active = true;
        break;
      default:
        break;
    }
  }
}

function newLife(): Life {
  return {
    executorId: undefined,
    appId: undefined,
    started: false,
    port: undefined,
    hasStore: false,
    hasCommand: false,
    hasVersion: false,
    active: false,
    tasks: new Set(),
  };
}
