/** How far a replay is: which application of how many, and its bytes among those of all. */

import { countInWords } from "@respark/core";
import type { SurveyedApplication } from "@respark/events";
import type { Watch } from "../look-around.ts";

export interface FleetProgress {
  /** The same, for this application's part of the work. */
  watch(application: SurveyedApplication): Watch;
  done(application: SurveyedApplication): void;
}

export function fleetProgress(
  watch: Watch,
  applications: readonly SurveyedApplication[],
): FleetProgress {
  if (applications.length < 2) return { watch: () => watch, done: () => undefined };
  const total = applications.reduce((sum, application) => sum + storedBytes(application), 0);
  const finished = new Set<SurveyedApplication>();
  let before = 0;
  return {
    watch: (application) => {
      const nth = `${countInWords(Math.min(finished.size + 1, applications.length))} of ${countInWords(applications.length)}`;
      const own = storedBytes(application);
      return {
        ...watch,
        progress: {
          ...watch.progress,
          // Unpacked bytes, of a packed log more than there are stored: its share ends at its own.
          show: (what, done) => {
            watch.progress.show(`${what} (${nth})`, before + Math.min(done, own), total);
          },
        },
      };
    },
    done: (application) => {
      if (finished.has(application)) return;
      finished.add(application);
      before += storedBytes(application);
    },
  };
}

function storedBytes({ files }: SurveyedApplication): number {
  return files.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
}
