/** What a process that replays a part of the applications is asked, and how it answers. */
import type { SurveyedApplication } from "@respark/events";

/** The first line: what is surveyed. Its answer is an empty object. */
export interface PartSurvey {
  readonly paths: readonly string[];
  readonly timeZone: string | undefined;
  readonly logPattern: string | undefined;
  readonly showSecrets: boolean;
  /** of all applications that are replayed, in their order */
  readonly applications: readonly PartApplication[];
}

/** An application as the survey names it, and its attempt in the result. */
export interface PartApplication {
  readonly appId: string;
  readonly surveyedAttemptId: string;
  readonly attemptId: string;
}

/** Each further line: which of them (places in `applications`) go into which new database. */
export interface PartRequest {
  readonly places: readonly number[];
  readonly database: string;
}

/** Those that are not in the database. */
export interface PartAnswer {
  readonly failed: readonly { readonly place: number; readonly reason: string }[];
}

export function partApplications(
  surveyed: readonly SurveyedApplication[],
  placed: readonly SurveyedApplication[],
): PartApplication[] {
  return placed.map(({ appId, attemptId }, place) => {
    return { appId, attemptId, surveyedAttemptId: surveyed[place]?.attemptId ?? attemptId };
  });
}
