/** A real browser for pages from files: what it says, asks for and refuses is written down. */
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";

/** Debian's own; CI installs it. */
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executable = PLACES.find((path) => existsSync(path));

export const chromiumIsThere = executable !== undefined;

export function openBrowser(): Promise<Browser> {
  if (executable === undefined) throw new Error("no Chromium here");
  return chromium.launch({ executablePath: executable, args: ["--no-sandbox"] });
}

export interface OpenedPage {
  readonly page: Page;
  /** errors on the console or thrown, requests to anywhere but the file, dialogs */
  readonly trouble: readonly string[];
}

export interface Look {
  readonly width?: number;
  readonly theme?: "light" | "dark";
  readonly scripts?: boolean;
  readonly hash?: string;
  /** runs before the page's own script, as an older browser would be */
  readonly before?: string;
}

export async function openFile(
  browser: Browser,
  path: string,
  look: Look = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({
    viewport: { width: look.width ?? 1440, height: 900 },
    colorScheme: look.theme ?? "light",
    javaScriptEnabled: look.scripts ?? true,
  });
  const page = await context.newPage();
  if (look.before !== undefined) await page.addInitScript(look.before);
  const trouble: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") trouble.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => trouble.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    trouble.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!/^(?:file|data|blob):/.test(request.url())) trouble.push(`request: ${request.url()}`);
  });
  await page.goto(`${pathToFileURL(path).href}${look.hash ?? ""}`);
  if (look.scripts !== false && look.before === undefined && (await hasPictures(page))) {
    await holds(page, "globalThis.respark !== undefined");
    await settled(page);
  }
  return { page, trouble };
}

/** The page of many applications has no script. */
async function hasPictures(page: Page): Promise<boolean> {
  return (await page.locator("#pictures").count()) > 0;
}

/** All that was due is painted: chunks come and ask for a frame each. */
export async function settled(page: Page): Promise<void> {
  await page.evaluate(
    "new Promise((done) => setTimeout(() => requestAnimationFrame(() => done(true)), 120))",
  );
}

/**
 * Waits until an expression is true. Asked from outside again and again: the page's policy lets
 * nothing be evaluated inside.
 */
export async function holds(page: Page, expression: string): Promise<void> {
  while ((await page.evaluate(expression)) !== true) await page.waitForTimeout(20);
}

/**
 * What axe-core finds serious or worse, asked past the page's own policy, which refuses scripts.
 */
export async function seriousIn(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  await session.send("Runtime.evaluate", { expression: axe.source });
  const { result } = await session.send("Runtime.evaluate", {
    expression: `axe.run(document, { resultTypes: ["violations"] }).then((found) => JSON.stringify(
      found.violations.filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) => id + ": " + nodes[0].html.slice(0, 160))))`,
    awaitPromise: true,
  });
  const found: string[] = JSON.parse(String(result.value));
  return found;
}
