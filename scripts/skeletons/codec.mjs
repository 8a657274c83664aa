/** A codec. */
import { camel } from "./names.mjs";

export const codec = (name) => ({
  files: {
    [`packages/events/src/bytes/codecs/${name}.ts`]: `/** ${name}: how it is recognised, and what is read before a cut. */
import type { PackedInput } from "../packed-input.ts";
import { type CodecFormat, hasBytes, type TellDamage } from "./codec.ts";

export const ${camel(name)}: CodecFormat = {
  codec: "zstd",
  extensions: ["${name}"],
  begins: (head) => hasBytes(head, 0, [0x00, 0x00, 0x00, 0x00]),
  decode,
};

/** Everything before a cut or a damaged block; damage is reported, never thrown. */
async function* decode(_input: PackedInput, _damaged: TellDamage): AsyncIterable<Uint8Array> {
  yield new Uint8Array(0);
}
`,
  },
  index: {
    path: "packages/events/src/bytes/codecs/index.ts",
    imported: camel(name),
    from: name,
    list: "export const codecs:",
    entry: camel(name),
  },
  left: [
    "its name in Codec (byte-source.ts)",
    "a packer of it in packages/events/test/bytes/codecs.test.ts (packers): all its tests then hold it",
  ],
});
