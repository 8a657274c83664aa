/** The file's chunks, each unpacked when a picture first needs it. */
import { type Unpacked, unpacked } from "../picture/chunk.ts";

const chunks = new Map<string, Promise<Unpacked>>();

/** For measuring. */
export const unpacking: { chunks: number; millis: number } = { chunks: 0, millis: 0 };

/** No chunk that was asked for is on its way. */
export function isUnpacked(): boolean {
  return chunks.size > 0 && unpacking.chunks === chunks.size;
}

export function chunk(id: string): Promise<Unpacked> {
  const known = chunks.get(id);
  if (known !== undefined) return known;
  const read = unpack(id);
  chunks.set(id, read);
  return read;
}

async function unpack(id: string): Promise<Unpacked> {
  const element = document.getElementById(`d-${id}`);
  if (element === null) throw new Error(`the file has no chunk ${id}`);
  const began = performance.now();
  const packed = Uint8Array.from(atob(element.textContent), (sign) => sign.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const read = unpacked(new Uint8Array(await new Response(stream).arrayBuffer()));
  element.remove();
  unpacking.chunks++;
  unpacking.millis += performance.now() - began;
  return read;
}
