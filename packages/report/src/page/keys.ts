/** The whole page by keyboard. */
import { need } from "./elements.ts";
import { stepCrosshair, stepEvent } from "./executor.ts";
import { showNextFinding } from "./findings.ts";
import { chooseExecutor, executorAt, meta, repaint, setRange, state } from "./state.ts";

type Keys = Readonly<Record<string, () => void>>;

function zoom(factor: number): void {
  const middle = state.hover ?? (state.from + state.to) / 2;
  setRange(middle - (middle - state.from) * factor, middle + (state.to - middle) * factor);
}

function move(share: number): void {
  const by = share * (state.to - state.from);
  setRange(state.from + by, state.to + by);
}

const nearer = (): void => {
  zoom(0.7);
};
const farther = (): void => {
  zoom(1 / 0.7);
};
const earlier = (): void => {
  move(-0.2);
};
const later = (): void => {
  move(0.2);
};

const RANGE_KEYS: Keys = {
  w: nearer,
  "+": nearer,
  s: farther,
  "-": farther,
  a: earlier,
  d: later,
  ArrowLeft: earlier,
  ArrowRight: later,
  "0": () => {
    setRange(0, meta.span);
  },
};

function nextExecutor(by: number): void {
  const place = state.order.indexOf(state.executor) + by;
  const next = state.order[Math.max(0, Math.min(state.order.length - 1, place))];
  if (next !== undefined) chooseExecutor(next);
}

/** What a key shows has to be seen. */
function atExecutor(act: () => void): void {
  const box = need("memory", HTMLElement).getBoundingClientRect();
  if (box.bottom < 120 || box.top > innerHeight - 120) {
    need("executor", HTMLElement).scrollIntoView();
  }
  act();
}

const EXECUTOR_KEYS: Keys = {
  j: () => {
    nextExecutor(1);
  },
  k: () => {
    nextExecutor(-1);
  },
  n: () => {
    atExecutor(() => {
      stepEvent(1);
    });
  },
  p: () => {
    atExecutor(() => {
      stepEvent(-1);
    });
  },
  ",": () => {
    atExecutor(() => {
      stepCrosshair(-1);
    });
  },
  ".": () => {
    atExecutor(() => {
      stepCrosshair(1);
    });
  },
  y: () => {
    state.cut = !state.cut;
    repaint();
  },
  m: () => {
    const { modes } = executorAt(state.executor);
    state.mode = modes[(modes.indexOf(state.mode) + 1) % modes.length] ?? state.mode;
    repaint();
  },
};

export function setUpKeys(swapTheme: () => void): void {
  const help = need("keys", HTMLDialogElement);
  const sections = [...document.querySelectorAll("main section")];
  const keys: Keys = {
    ...RANGE_KEYS,
    ...EXECUTOR_KEYS,
    f: showNextFinding,
    t: swapTheme,
    "?": () => {
      help.showModal();
    },
    Escape: () => {
      state.hover = null;
      state.event = null;
      need("story", HTMLElement).replaceChildren();
      repaint();
    },
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement) {
      return;
    }
    const section = /^[1-9]$/.test(event.key) ? sections[Number(event.key) - 1] : undefined;
    const act =
      section === undefined
        ? keys[event.key]
        : (): void => {
            section.scrollIntoView();
          };
    if (act === undefined) return;
    act();
    event.preventDefault();
  });
  need("help", HTMLElement).addEventListener("click", () => {
    help.showModal();
  });
}
