/**
 * Writes the page's script and style as two strings into dist, where the published package finds
 * them.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { builtModule } from "./page-from-source.mjs";

const folder = join(import.meta.dirname, "../dist/page");
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "front.js"), await builtModule());
