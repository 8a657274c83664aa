/**
 * The application that a line names which carries no fact: by the words that Spark says it with.
 */
import { applicationIdIn } from "./identity.ts";

/**
 * Words around an application's id in lines of Spark's schedulers and backends; of lines about
 * other applications none.
 */
const sayings = [
  "Connected to Spark cluster with app ID",
  "Submitted application application_",
  "ApplicationAttemptId: ",
  "Executor added: app-",
  "Granted executor ID app-",
  "Logging events to ",
  "Starting executor with app ID",
  "Launching executor app-",
  "Asked to launch executor app-",
  "containerID=container_",
  // YARN's local directories are the application's.
  "Created local directory at ",
];

/** The id that a message names, and the words that show whose it is. */
export function applicationSaidIn(
  message: string,
): { readonly id: string; readonly by: string } | undefined {
  const by = sayings.find((saying) => message.includes(saying));
  const id = by === undefined ? undefined : applicationIdIn(message);
  return by === undefined || id === undefined ? undefined : { id, by };
}
