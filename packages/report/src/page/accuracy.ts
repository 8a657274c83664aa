/** How far to trust the replay: what was predicted before it was read, executor by executor. */
import type { Cells } from "../picture/facts.ts";
import { bytes, count } from "./amounts.ts";
import { colour, prepared, texture } from "./canvas.ts";
import { smallFacts } from "./details.ts";
import { make, need } from "./elements.ts";
import { clock, logPlace, meta, painter, repaint } from "./state.ts";

const LEVELS: Readonly<Record<string, string>> = {
  debug: "DEBUG logs",
  info: "INFO logs",
  event_log_blocks: "event log, block updates",
  event_log: "event log only",
};

/** More executors than this are summed up, and those that missed most follow. */
const SINGLE = 6;
const WORST = 12;

interface Told {
  readonly statements: number;
  readonly predicted: number;
  readonly explained: number;
  readonly unexplained: number;
  /** width of the predictions, of the executor's memory; undefined: none has a width */
  readonly width: number | undefined;
}

interface Line {
  readonly executor: string;
  readonly level: string;
  readonly about: string;
  /** undefined: nothing to check by */
  readonly told: Told | undefined;
}

const HEADS = [
  "executor",
  "evidence",
  "about",
  "in the logs",
  "predicted",
  "explained",
  "not explained",
  "shares",
  "width of a prediction",
];

export function setUpAccuracy(): void {
  const table = need("acc", HTMLTableElement);
  void smallFacts().then(({ accuracy, misses }) => {
    table.tHead?.append(
      make(
        "tr",
        {},
        HEADS.map((head, i) => make("th", i < 3 || i === 7 ? { class: "l" } : {}, head)),
      ),
    );
    const lines = linesOf(accuracy).map((line) => ({ ...line, bar: barOf(line) }));
    table.tBodies[0]?.append(...lines.map((line) => rowOf(line, line.bar)));
    showMisses(misses, accuracy.length > 0);
    painter("accuracy", table, () => {
      for (const { bar, told } of lines) paintBar(bar, told);
    });
    repaint("accuracy");
  });
}

function barOf({ told }: Line): HTMLCanvasElement {
  const bar = document.createElement("canvas");
  bar.className = "bars";
  bar.setAttribute("role", "img");
  bar.setAttribute(
    "aria-label",
    told === undefined ? "nothing to check by" : "shares of predicted, explained and not explained",
  );
  return bar;
}

function rowOf({ executor, level, about, told }: Line, bar: HTMLCanvasElement): HTMLElement {
  const numbers =
    told === undefined
      ? [make("td", { class: "l unknown", colspan: 5 }, about)]
      : [
          make("td", { class: "l" }, about),
          ...[told.statements, told.predicted, told.explained, told.unexplained].map((value) =>
            make("td", {}, count(value)),
          ),
        ];
  const width = told?.width === undefined ? "–" : `${(told.width * 100).toFixed(2)} % of memory`;
  return make(
    "tr",
    {},
    make("td", {}, executor),
    make("td", { class: "l" }, level),
    numbers,
    make("td", { class: "l" }, bar),
    make("td", {}, width),
  );
}

function toldIn(rows: readonly Cells[]): Told {
  const sum = (column: string): number =>
    rows.reduce((all, row) => all + Number(row[column] ?? 0), 0);
  const wide = rows.filter((row) => typeof row["mean_width_share"] === "number");
  const weight = wide.reduce((all, row) => all + Number(row["statements"]), 0);
  return {
    statements: sum("statements"),
    predicted: sum("predicted"),
    explained: sum("explained"),
    unexplained: sum("unexplained"),
    width:
      weight === 0
        ? undefined
        : wide.reduce(
            (all, row) => all + Number(row["mean_width_share"]) * Number(row["statements"]),
            0,
          ) / weight,
  };
}

/** Decisions stand apart from what a log states in bytes. */
function aboutIn(row: Cells): string {
  const quantity = String(row["quantity"] ?? "");
  return row["kind"] === "decision" ? `decision: ${quantity}` : quantity;
}

function linesOf(accuracy: readonly Cells[]): Line[] {
  const of = (id: string): readonly Cells[] => accuracy.filter((row) => row["executor_id"] === id);
  const speaking = meta.executors.filter(({ id }) => of(id).length > 0);
  const lines: Line[] = [];
  if (speaking.length <= SINGLE) {
    for (const { id, evidence } of speaking) {
      for (const [index, row] of of(id).entries()) {
        lines.push({
          executor: index === 0 ? id : "",
          level: index === 0 ? (LEVELS[evidence ?? ""] ?? "") : "",
          about: aboutIn(row),
          told: toldIn([row]),
        });
      }
    }
  } else {
    const quantities = [...new Set(accuracy.map(aboutIn))];
    for (const [index, about] of quantities.entries()) {
      lines.push({
        executor: index === 0 ? `all ${speaking.length}` : "",
        level: "",
        about,
        told: toldIn(accuracy.filter((row) => aboutIn(row) === about)),
      });
    }
    const each = speaking.map(({ id, evidence }) => ({
      executor: id,
      level: LEVELS[evidence ?? ""] ?? "",
      about: "all of them",
      told: toldIn(of(id)),
    }));
    each.sort(
      (a, b) => b.told.unexplained - a.told.unexplained || b.told.explained - a.told.explained,
    );
    lines.push(...each.slice(0, WORST));
    if (each.length > WORST) {
      lines.push({
        executor: `+ ${each.length - WORST}`,
        level: "",
        about: "more executors: respark query <db> replay_accuracy",
        told: undefined,
      });
    }
  }
  for (const level of Object.keys(LEVELS)) {
    const silent = meta.executors.filter(
      ({ id, evidence }) => evidence === level && of(id).length === 0,
    );
    if (silent.length === 0) continue;
    const names = silent.slice(0, 6).map(({ id }) => id);
    lines.push({
      executor: `${names.join(", ")}${silent.length > 6 ? ` … (${silent.length})` : ""}`,
      level: LEVELS[level] ?? "",
      about: "these logs make no statement of memory: nothing to check by",
      told: undefined,
    });
  }
  return lines;
}

function paintBar(bar: HTMLCanvasElement, told: Told | undefined): void {
  const [width, height] = [200, 12];
  const c = prepared(bar, width, height);
  if (told === undefined || told.statements === 0) {
    c.fillStyle = texture(c, "?", "unknown");
    c.fillRect(0, 0, width, height);
    return;
  }
  const parts = [
    { n: told.predicted, fill: colour("ok") },
    { n: told.explained, fill: colour("waited") },
    { n: told.unexplained, fill: colour("bad") },
  ];
  let x = 0;
  for (const { n, fill } of parts) {
    const part = n === 0 ? 0 : Math.max(2, (n / told.statements) * width);
    c.fillStyle = fill;
    c.fillRect(x, 0, part, height);
    x += part;
  }
}

function numberOf(row: Cells, column: string): number {
  return Number(row[column] ?? Number.NaN);
}

/** Statements are of bytes; a decision is a number of what it chose. */
function between(row: Cells, name: string): string {
  const [low, high] = [numberOf(row, `${name}_min`), numberOf(row, `${name}_max`)];
  if (Number.isNaN(low) || row[`${name}_min`] === null) return "nothing";
  const words = row["kind"] === "decision" ? count : bytes;
  return low === high ? words(low) : `${words(low)} … ${words(high)}`;
}

function wordsOfMiss(row: Cells): string[] {
  return [
    String(row["executor_id"] ?? ""),
    clock(numberOf(row, "t")),
    aboutIn(row),
    between(row, "logged"),
    between(row, "replayed"),
    String(row["explanation"] ?? "not explained"),
    logPlace(numberOf(row, "source_file_id"), numberOf(row, "source_line")) ?? "",
  ];
}

function showMisses(misses: readonly Cells[], some: boolean): void {
  const box = need("misses", HTMLElement);
  if (misses.length === 0) {
    box.replaceChildren(
      ...(some
        ? [
            make(
              "p",
              {},
              "Everything that the logs state of memory was predicted before it was read.",
            ),
          ]
        : []),
    );
    return;
  }
  const heads = ["executor", "when", "about", "logged", "predicted", "why", "line"];
  const more = misses.length === 50 ? ", the first 50" : "";
  box.replaceChildren(
    make(
      "table",
      {},
      make(
        "caption",
        {},
        `What the replay did not predict, first what no rule explains (${misses.length}${more})`,
      ),
      make(
        "thead",
        {},
        make(
          "tr",
          {},
          heads.map((head) => make("th", { class: "l" }, head)),
        ),
      ),
      make(
        "tbody",
        {},
        misses.map((row) =>
          make(
            "tr",
            {},
            wordsOfMiss(row).map((words) => make("td", { class: "l" }, words)),
          ),
        ),
      ),
    ),
  );
}
