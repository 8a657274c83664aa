/** Begins the page, after the first frame: the verdict is on the screen already. */

import type { Mode } from "../picture/facts.ts";
import { setUpAccuracy } from "./accuracy.ts";
import { readAddress, themeAsked, writeAddress } from "./address.ts";
import { setUpBlocks } from "./blocks.ts";
import { readColours } from "./canvas.ts";
import { isUnpacked, unpacking } from "./chunks.ts";
import { detailWhenUnpacked, storyOf } from "./details.ts";
import { need } from "./elements.ts";
import { chooseEvent, setUpExecutor } from "./executor.ts";
import { setUpFindings } from "./findings.ts";
import { setUpKeys } from "./keys.ts";
import { readingAt } from "./reading.ts";
import {
  chooseExecutor,
  executorAt,
  frames,
  isPainted,
  meta,
  paintNow,
  repaint,
  repaintAll,
  setRange,
  state,
} from "./state.ts";
import { setUpStrips } from "./strips.ts";
import { setUpTasks } from "./tasks.ts";
import { setUpTimeBar } from "./time-bar.ts";
import { setUpWhatIf } from "./what-if.ts";

const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

function setTheme(name: string): void {
  root.dataset["theme"] = name;
  readColours();
  repaint();
}

function swapTheme(): void {
  setTheme(root.dataset["theme"] === "dark" ? "light" : "dark");
}

setTheme(themeAsked() ?? (dark.matches ? "dark" : "light"));
dark.addEventListener("change", () => {
  setTheme(dark.matches ? "dark" : "light");
});
need("theme", HTMLElement).addEventListener("click", swapTheme);
requestAnimationFrame(() => {
  setTimeout(() => {
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", setUpPictures);
    else setUpPictures();
  }, 0);
});

function setUpPictures(): void {
  if (!("DecompressionStream" in globalThis) || meta.executors.length === 0) {
    need("old", HTMLElement).hidden = "DecompressionStream" in globalThis;
    need("pictures", HTMLElement).hidden = true;
    return;
  }
  readAddress();
  setUpTimeBar(writeAddress);
  setUpStrips();
  setUpExecutor();
  setUpBlocks();
  setUpTasks();
  setUpAccuracy();
  setUpWhatIf();
  setUpFindings();
  setUpKeys(swapTheme);
  setUpCopying();
  setUpTabs();
  setUpPrinting();
  addEventListener("resize", () => {
    repaint();
  });
  repaint();
  // For tests and for the curious: what the pictures show, as numbers.
  Object.assign(globalThis, {
    respark: {
      meta,
      state,
      setRange,
      repaintAll,
      frames,
      unpacking,
      painted: () => isPainted() && isUnpacked(),
      /** Chooses an event by kind and ordinal; false where this executor has none such. */
      tell: async (executor: number, kind: string, ordinal: number) => {
        const { events } = await detailWhenUnpacked(executor);
        const event = events.kind.findIndex((each, index) => {
          return each === kind && events.ordinal[index] === ordinal;
        });
        if (event < 0) return false;
        chooseExecutor(executor);
        await chooseEvent(event);
        return true;
      },
      events: async (executor: number) => (await detailWhenUnpacked(executor)).events,
      /** An event's story by its place; undefined: its row tells. */
      story: storyOf,
      /** The reading at a moment: numbers that a test holds against SQL. */
      read: async (executor: number, mode: Mode, t: number) => {
        const track = (await detailWhenUnpacked(executor)).tracks.get(mode);
        return track === undefined ? undefined : readingAt(track, t, executorAt(executor).removed);
      },
    },
  });
}

function setUpPrinting(): void {
  let theme: string | undefined;
  addEventListener("beforeprint", () => {
    theme = root.dataset["theme"];
    root.dataset["theme"] = "light";
    readColours();
    paintNow();
  });
  addEventListener("afterprint", () => {
    setTheme(theme ?? "light");
    repaintAll();
  });
}

function setUpTabs(): void {
  const tabs = [...document.querySelectorAll(".tabs a")].flatMap((tab) =>
    tab instanceof HTMLAnchorElement ? [tab] : [],
  );
  const watch = new IntersectionObserver(
    (seen) => {
      for (const { isIntersecting, target } of seen) {
        if (!isIntersecting) continue;
        for (const tab of tabs) {
          tab.setAttribute("aria-current", String(tab.hash === `#${target.id}`));
        }
      }
    },
    { rootMargin: "-110px 0px -70% 0px" },
  );
  for (const section of document.querySelectorAll("main section")) watch.observe(section);
}

function setUpCopying(): void {
  for (const each of document.querySelectorAll("button.copy")) {
    if (!(each instanceof HTMLButtonElement)) continue;
    each.addEventListener("click", () => {
      void copy(need(each.dataset["copy"] ?? "", HTMLElement), each);
    });
  }
}

async function copy(from: HTMLElement, by: HTMLElement): Promise<void> {
  try {
    await navigator.clipboard.writeText(from.textContent);
    by.textContent = "Copied";
  } catch {
    // A page from a file may not write the clipboard: the text is marked, and Ctrl-C takes it.
    getSelection()?.selectAllChildren(from);
    by.textContent = "Marked: Ctrl-C";
  }
  setTimeout(() => {
    by.textContent = "Copy";
  }, 1500);
}
