/** The README's two pictures, made from a fixture (node … --import tsx test/page/pictures.ts). */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { replayed, respark } from "../cli/run-respark.ts";
import { openBrowser, openFile, settled } from "./chromium.ts";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "respark-pictures-"));
const [database, html] = [join(folder, "app.duckdb"), join(folder, "report.html")];
const browser = await openBrowser();
try {
  await replayed([join(root, "fixtures/runs/s35-f-base-dbg"), "-o", database]);
  await respark(["report", database, "-o", html]);
  const { page } = await openFile(browser, html, { width: 1100 });
  await page.screenshot({
    path: join(root, "docs/pictures/report-verdict.png"),
    clip: { x: 0, y: 0, width: 1100, height: 470 },
  });
  await page.keyboard.press("3");
  await page.keyboard.press("n");
  await page.keyboard.press("n");
  await settled(page);
  await page.screenshot({
    path: join(root, "docs/pictures/report-executor.png"),
    clip: { x: 0, y: 0, width: 1100, height: 690 },
  });
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
