/** Paths as the disk has them: names of files are bytes, which need not be UTF-8. */
import { isUtf8 } from "node:buffer";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { isSystemError } from "./system-error.ts";

/** Text wherever it is UTF-8, else the bytes themselves. */
export type DiskPath = string | Buffer;

/**
 * For people and for comparing: each byte that is no UTF-8 as `\\xe9`, so that different names stay
 * different.
 */
export function shownPath(path: DiskPath): string {
  if (typeof path === "string") return path;
  if (isUtf8(path)) return path.toString("utf8");
  let text = "";
  for (let at = 0; at < path.length; ) {
    const length = characterBytes(path, at);
    text +=
      length === 0
        ? `\\x${(path[at] ?? 0).toString(16).padStart(2, "0")}`
        : path.toString("utf8", at, at + length);
    at += Math.max(1, length);
  }
  return text;
}

/** Bytes of the UTF-8 character at this place; 0: none is there. */
function characterBytes(path: Buffer, at: number): number {
  for (let length = 1; length <= 4 && at + length <= path.length; length++) {
    if (isUtf8(path.subarray(at, at + length))) return length;
  }
  return 0;
}

export function childOf(directory: DiskPath, name: Buffer): DiskPath {
  if (typeof directory === "string" && isUtf8(name)) {
    return join(directory, name.toString("utf8"));
  }
  const above = typeof directory === "string" ? Buffer.from(directory) : directory;
  return Buffer.concat(above.at(-1) === SLASH ? [above, name] : [above, Buffer.from("/"), name]);
}

const SLASH = 0x2f;
const REPLACED = "\uFFFD";

/**
 * What a path given as an argument can mean. Node hands arguments on as text, with U+FFFD for bytes
 * that are no UTF-8: such a name means the files that look like it. Empty where there are none.
 */
export function pathsNamed(path: string): DiskPath[] {
  if (!path.includes(REPLACED)) return [path];
  let places: DiskPath[] = [path.startsWith("/") ? "/" : "."];
  for (const part of path.split("/").filter((name) => name !== "" && name !== ".")) {
    places = places.flatMap((place) =>
      part.includes(REPLACED)
        ? namesIn(place)
            .filter((name) => name.toString("utf8") === part)
            .map((name) => childOf(place, name))
        : [childOf(place, Buffer.from(part))],
    );
  }
  return places;
}

function namesIn(directory: DiskPath): Buffer[] {
  try {
    return readdirSync(directory, "buffer");
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return [];
  }
}
