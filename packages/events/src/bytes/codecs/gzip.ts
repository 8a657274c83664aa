/** gzip, one member after another, by node's zlib. */
import { createGunzip } from "node:zlib";
import type { PackedInput } from "../packed-input.ts";
import { type CodecFormat, hasBytes, type TellDamage } from "./codec.ts";
import { Inflater } from "./inflate.ts";

const outputBytes = 64 * 1024;

export const gzip: CodecFormat = {
  codec: "gzip",
  extensions: ["gz", "gzip", "tgz"],
  begins: (head) => hasBytes(head, 0, [0x1f, 0x8b, 0x08]),
  decode,
};

async function* decode(input: PackedInput, damaged: TellDamage): AsyncGenerator<Uint8Array> {
  const inflater = new Inflater(createGunzip({ chunkSize: outputBytes }));
  const begin = input.offset;
  try {
    for (;;) {
      const packed = await input.take();
      if (packed === undefined) break;
      yield* inflater.inflate(packed);
      if (inflater.failure !== undefined || inflater.overrun) break;
    }
    yield* inflater.finish();
    const { failure } = inflater;
    if (failure !== undefined) {
      const cut = failure.message === "unexpected end of file";
      const checksum =
        failure.message.includes("data check") || failure.message.includes("length check");
      damaged({
        code: cut ? "codec_truncated" : checksum ? "codec_checksum" : "codec_corrupt",
        offset: begin + inflater.given,
        what: cut
          ? "the file ends inside a gzip member"
          : `gzip: ${failure.message}; nothing behind it was read`,
      });
    } else if (inflater.consumed < inflater.given) {
      damaged({
        code: "codec_trailing_bytes",
        offset: begin + inflater.consumed,
        what: "bytes that are no gzip member follow the last one; they were not read",
      });
    }
  } finally {
    inflater.close();
  }
}
