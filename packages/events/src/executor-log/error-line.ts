/** The first line of a Java stack trace, taken apart: class and message. */

export interface ErrorLine {
  readonly errorClass: string;
  readonly message: string;
}

/** `java.lang.OutOfMemoryError: Java heap space` → class and message; without a colon all of it is the class. */
export function errorOf(line: string): ErrorLine {
  const colon = line.indexOf(": ");
  if (colon < 0) return { errorClass: line.replace(/:?\s*$/, ""), message: "" };
  return { errorClass: line.slice(0, colon), message: line.slice(colon + 2) };
}
