/** A finding's thumbnail is the link to its picture: executor, time and section. */
import { prepared } from "./canvas.ts";
import { need, within } from "./elements.ts";
import { chooseExecutor, meta, painter, setRange } from "./state.ts";
import { paintStrip } from "./strips.ts";

const [WIDTH, HEIGHT] = [220, 72];
let shown = -1;

export function setUpFindings(): void {
  const links = [...document.querySelectorAll("a.see")].flatMap((link) =>
    link instanceof HTMLAnchorElement ? [link] : [],
  );
  painter("thumbs", need("verdict", HTMLElement), () => {
    for (const link of links) {
      const picture = meta.findings[Number(link.dataset["finding"])];
      if (picture === undefined || picture === null) continue;
      const c = prepared(within(link, "canvas", HTMLCanvasElement), WIDTH, HEIGHT);
      paintStrip(c, picture.executor, picture, { left: 0, top: 0, width: WIDTH, height: HEIGHT });
    }
  });
  for (const link of links) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      showFinding(Number(link.dataset["finding"]));
    });
  }
}

export function showFinding(index: number): void {
  const picture = meta.findings[index];
  if (picture === undefined || picture === null) return;
  shown = index;
  chooseExecutor(picture.executor);
  setRange(picture.from, picture.to);
  if (picture.section === "blocks") need("lanes", HTMLElement).scrollTop = 0;
  need(picture.section, HTMLElement).scrollIntoView();
}

export function showNextFinding(): void {
  for (let step = 1; step <= meta.findings.length; step++) {
    const index = (shown + step) % meta.findings.length;
    if (meta.findings[index] !== null) {
      showFinding(index);
      return;
    }
  }
}
