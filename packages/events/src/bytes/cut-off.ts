/** Files that are parts of one stream of bytes, cut without regard to lines. */
import type { ByteSource } from "./byte-source.ts";

/** The same file, told to go on with what the one before it began. */
export function cutOff(
  file: ByteSource,
  continues: NonNullable<ByteSource["continues"]>,
): ByteSource {
  const { path, name, codec, modifiedMs, compressedBytes } = file;
  return {
    path,
    name,
    codec,
    ...(modifiedMs === undefined ? {} : { modifiedMs }),
    compressedBytes,
    continues,
    chunks: (options) => file.chunks(options),
  };
}
