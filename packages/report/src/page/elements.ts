/** Elements of the page, found by their id and made from text alone: nothing here takes markup. */

/** The element that the page was written with; one that is missing is a mistake of ours. */
export function need<Kind extends Element>(id: string, kind: new () => Kind): Kind {
  const element = document.getElementById(id);
  if (element instanceof kind) return element;
  throw new Error(`the page has no ${kind.name} ${id}`);
}

export function within<Kind extends Element>(
  parent: ParentNode,
  selector: string,
  kind: new () => Kind,
): Kind {
  const element = parent.querySelector(selector);
  if (element instanceof kind) return element;
  throw new Error(`the page has no ${selector}`);
}

export type Child = Node | string | number | null | false | readonly Child[];

export function make(
  tag: string,
  attributes: Readonly<Record<string, string | number | boolean>> = {},
  ...children: readonly Child[]
): HTMLElement {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

function append(parent: Node & ParentNode, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === false) continue;
    if (typeof child === "number") parent.append(String(child));
    else if (typeof child === "string" || child instanceof Node) parent.append(child);
    else append(parent, child);
  }
}

export function button(words: string, pressed: boolean, act: () => void): HTMLElement {
  const element = make("button", { type: "button", "aria-pressed": String(pressed) }, words);
  element.addEventListener("click", act);
  return element;
}

/** Only what changes: each change makes the browser lay out the page anew. */
export function setStyle(
  element: HTMLElement,
  name: "width" | "height" | "top",
  value: string,
): void {
  if (element.style[name] !== value) element.style[name] = value;
}

export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
