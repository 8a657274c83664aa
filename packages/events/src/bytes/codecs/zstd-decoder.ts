/**
 * The zstd of zstddec, driven here: its own streaming loop neither notices an error (it asks the
 * same bytes again for ever) nor frees a decoder that is left early, so a few thousand damaged
 * files would fill its memory.
 */
import { ZSTDDecoder } from "zstddec/stream";
import type { BlockOutput } from "./codec.ts";

/** zstd's own bound for what one block becomes, and more than it is packed in. */
const blockBytes = 128 * 1024;
/** Header, content and the next header. */
const inputBytes = blockBytes + 64;
/** Two structs of three words: where, how long, how far. */
const structBytes = 12;
/** Sizes at and above this are error codes (ZSTD_isError). */
const firstError = 0xffffff00;

type WasmFunction = (...words: number[]) => number;

interface Zstd {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly malloc: WasmFunction;
  readonly free: WasmFunction;
  readonly createContext: WasmFunction;
  readonly freeContext: WasmFunction;
  readonly decompressStream: WasmFunction;
}

let loading: Promise<Zstd> | undefined;

async function load(): Promise<Zstd> {
  let exports: Record<string, unknown> = {};
  const decoder = new ZSTDDecoder();
  const initialise = decoder._init.bind(decoder);
  decoder._init = (result): void => {
    exports = { ...result.instance.exports };
    initialise(result);
  };
  await decoder.init();
  const named = (name: string): WasmFunction => {
    const found = exports[name];
    if (typeof found !== "function") throw new Error(`zstddec has no ${name}`);
    return (...words) => Number(found(...words)) >>> 0;
  };
  const memory = exports["memory"];
  if (!isMemory(memory)) throw new Error("zstddec has no memory");
  return {
    memory,
    malloc: named("malloc"),
    free: named("free"),
    createContext: named("ZSTD_createDCtx"),
    freeContext: named("ZSTD_freeDCtx"),
    decompressStream: named("ZSTD_decompressStream"),
  };
}

function isMemory(value: unknown): value is { readonly buffer: ArrayBuffer } {
  return (
    typeof value === "object" &&
    value !== null &&
    "buffer" in value &&
    value.buffer instanceof ArrayBuffer
  );
}

/** Decodes frames piece by piece; must be closed. */
export class ZstdDecoder {
  readonly #zstd: Zstd;
  readonly #memory: number;
  #context: number;

  private constructor(zstd: Zstd) {
    this.#zstd = zstd;
    this.#memory = zstd.malloc(2 * structBytes + inputBytes + blockBytes);
    this.#context = zstd.createContext();
    if (this.#memory === 0 || this.#context === 0) throw new RangeError("no memory for zstd");
  }

  static async open(): Promise<ZstdDecoder> {
    loading ??= load();
    return new ZstdDecoder(await loading);
  }

  /**
   * The next bytes of a frame, at most a block with its header; what they become is added to
   * `output`. False: they make no sense, and the frame is lost.
   */
  decode(bytes: Uint8Array, output: BlockOutput): boolean {
    const zstd = this.#zstd;
    const [out, input] = [this.#memory, this.#memory + structBytes];
    const from = input + structBytes;
    const to = from + inputBytes;
    new Uint8Array(zstd.memory.buffer).set(bytes, from);
    this.#words(input, from, bytes.length, 0);
    let read = 0;
    for (;;) {
      this.#words(out, to, blockBytes, 0);
      if (zstd.decompressStream(this.#context, out, input) >= firstError) return false;
      const words = new DataView(zstd.memory.buffer);
      const made = words.getUint32(out + 8, true);
      output.append(new Uint8Array(zstd.memory.buffer, to, made));
      const before = read;
      read = words.getUint32(input + 8, true);
      // A full output may hide more of the same input.
      if (read === bytes.length && made < blockBytes) return true;
      if (read === before && made === 0) return read === bytes.length;
    }
  }

  /** Forgets a frame that was lost. */
  reset(): void {
    this.#zstd.freeContext(this.#context);
    this.#context = this.#zstd.createContext();
    if (this.#context === 0) throw new RangeError("no memory for zstd");
  }

  close(): void {
    this.#zstd.freeContext(this.#context);
    this.#zstd.free(this.#memory);
  }

  #words(at: number, a: number, b: number, c: number): void {
    const words = new DataView(this.#zstd.memory.buffer);
    words.setUint32(at, a, true);
    words.setUint32(at + 4, b, true);
    words.setUint32(at + 8, c, true);
  }
}
