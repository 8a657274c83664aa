/** The page around the pictures: its sections in order, their legends and the SQL below each. */

import { countInWords, durationInWords, instantInWords } from "@respark/core";
import { sqlBelow } from "./document.ts";
import { type Html, html } from "./html.ts";
import type { QuestionName } from "./questions.ts";
import type { Run } from "./run-facts.ts";

export interface PageParts {
  readonly appId: string;
  readonly attemptId: string;
  readonly run: Run;
  readonly tasks: number;
  /** with those that the page does not show, and the driver */
  readonly allExecutors: number;
  readonly verdict: Html;
  readonly ask: Readonly<Record<QuestionName, string>>;
  /** the database has answers of whatif */
  readonly foretold: boolean;
  /** how the database is called in commands to copy; undefined: it is gone */
  readonly database: string | undefined;
  readonly hosts: boolean;
  /** link back to the page of all applications */
  readonly fleet: string | undefined;
}

export function pageBody(parts: PageParts): Html {
  const { run, verdict } = parts;
  return html`<a class="skip" href="#verdict">To the verdict</a>
${header(parts)}
<main>
${verdict}
<noscript><p class="note">The pictures need scripts. The verdict above is complete without them.</p></noscript>
<p class="note" id="old" hidden>This browser cannot unpack the data of the pictures (it has no DecompressionStream: Chrome 80, Firefox 113 and Safari 16.4 do). The verdict above is complete; <code>respark query</code> answers the rest.</p>
<div id="pictures">
<nav class="bar" aria-label="Sections and time range"><div class="tabs"><a href="#verdict">Verdict</a><a href="#overview">Executors</a><a href="#executor">One executor</a><a href="#blocks">Blocks</a><a href="#tasks">Tasks</a>${parts.foretold ? html`<a href="#whatif">What if</a>` : ""}<a href="#accuracy">Accuracy</a><a href="#sqls">SQL</a><span class="grow"></span><output id="range"></output><button type="button" id="whole" title="Whole run (0)">Whole run</button><button type="button" id="help" title="Keys (?)">Keys ?</button></div><canvas id="minimap" tabindex="0" role="slider" aria-label="Time range of all pictures" aria-valuemin="0" aria-valuemax="100" aria-valuenow="0"></canvas></nav>
${overview(parts)}
${executor(parts)}
${blocks(parts)}
${tasks(parts)}
${parts.foretold ? whatIf(parts) : ""}
${accuracy(parts)}
<section id="sqls"><h2>Ask for yourself</h2><p>Every picture has its SQL below it. ${
    parts.database === undefined
      ? html`The database was not kept: <code>respark replay</code> the logs, then <code>respark query</code> it.`
      : html`The whole database is what this page was made from: <code>respark query ${parts.database} "from pressure_events"</code>`
  }</p></section></div></main>
<footer>Made by respark report. Nothing in this file leaves it: no requests, no fonts, no tracking. ${parts.hosts ? "It names hosts and log files" : "It names log files, no hosts"}, without their directories. Times are UTC. Spark’s memory manager here: ${run.manager ?? "unknown"}.</footer>
${keys()}`;
}

function header({ appId, attemptId, run, tasks: count, fleet }: PageParts): Html {
  const { axis, executors } = run;
  const others = executors.filter(({ id }) => id !== "driver").length;
  const facts = [
    `Spark ${run.sparkVersion ?? "of an unknown version"}`,
    ...(run.manager === null ? [] : [`${run.manager} memory manager`]),
    ...(axis.start === 0
      ? []
      : [instantInWords(axis.start), durationInWords((axis.end - axis.start) / 1000)]),
    `${others} executor${others === 1 ? "" : "s"}`,
    `${countInWords(count)} task${count === 1 ? "" : "s"}`,
  ];
  return html`<header class="top">${fleet === undefined ? "" : html`<a href="${fleet}">All applications</a>`}<div class="id"><strong>${run.name ?? "(no name)"}</strong> <code>${appId}</code>${attemptId === "1" ? "" : ` attempt ${attemptId}`}</div>
<div class="facts">${facts.join(" · ")}</div>
<button type="button" id="theme" title="Light or dark (t)">Light / dark</button></header>`;
}

const key = (look: string, words: string): Html =>
  html`<span class="key"><i class="${look}"></i>${words}</span>`;
const sign = (look: string, mark: string, words: string): Html =>
  html`<span class="key"><b class="g ${look}">${mark}</b>${words}</span>`;

function overview({ ask, run, allExecutors }: PageParts): Html {
  const shown = run.executors.length;
  const left =
    shown < allExecutors
      ? html`<p class="note">This page was asked for ${shown} of the run’s ${allExecutors} executors; the verdict is of all.</p>`
      : "";
  const sorts = [
    ["place", "worst first"],
    ["peakShare", "peak"],
    ["nearlyFull", "time nearly full"],
    ["evictions", "evictions"],
    ["spilled", "spilled"],
    ["waitMs", "waited"],
    ["gcShare", "garbage collection"],
    ["id", "name"],
  ] as const;
  return html`<section id="overview"><div class="head"><h2>All executors <small id="count"></small></h2>
<label>Sort <select id="sort">${sorts.map(([value, words]) => html`<option value="${value}">${words}</option>`)}</select></label></div>
<div class="legend">${key("s", "blocks, from the floor")}${key("u", "unroll")}${key("x", "execution, from the ceiling")}${key("h", "hatched: may be")}${key("q", "no log tells")}${key("none", "free, or not there")}</div>
${left}<div id="grid" role="listbox" aria-label="Executors" tabindex="0"><canvas></canvas><div class="tall"></div></div>${sqlBelow({ executors: ask.executors })}</section>`;
}

function executor({ ask }: PageParts): Html {
  return html`<section id="executor"><div class="head"><h2>Executor <select id="which" aria-label="Executor"></select> <small id="whichsays"></small></h2>
<div class="tools"><span id="modes" role="group" aria-label="Mode"></span><label><input type="checkbox" id="magnify"> cut out the empty middle <kbd>y</kbd></label></div></div>
<div class="legend">${key("s", "blocks: certain")}${key("u", "unroll")}${key("x", "execution: certain")}${key("sh", "storage: may be")}${key("xh", "execution: may be")}${key("best", "best estimate")}${key("pool", "boundary of the pools")}${key("ph", "boundary: may be")}${key("region", "storage region")}${key("q", "no log tells")}</div>
<div class="wide"><div class="stack"><canvas id="memory" tabindex="0" role="img" aria-label="Memory of the executor"></canvas></div>
<aside id="reading" class="reading" aria-label="Reading"><div id="values"></div><div id="story" aria-live="polite"></div></aside></div>${sqlBelow({ timeline: ask.timeline, events: ask.events, stages: ask.stages })}
<details class="table"><summary>As a table</summary><div id="steps" tabindex="0" role="group" aria-label="Steps"></div></details></section>`;
}

function blocks({ ask }: PageParts): Html {
  return html`<section id="blocks"><div class="head"><h2>Blocks <small id="blockssay"></small></h2></div>
<div class="legend">${key("mem", "in memory")}${key("disk", "on disk")}${key("gone", "gone")}${key("q", "size or fate unknown")}${sign("", "│", "hit")}${sign("m", "×", "miss")}${sign("e", "▼", "evicted")}${sign("n", "⊘", "no room")}</div>
<div class="wide" id="blockpicture"><div id="lanes" tabindex="0" role="img" aria-label="Residency of blocks"><canvas></canvas><div class="tall"></div></div><aside id="blockstory" class="reading" aria-live="polite" aria-label="Story of a block"><p>Click <b class="g e">▼</b> or <b class="g n">⊘</b>: who needed the room, by which rule, what it cost.</p></aside></div>
<div class="scroll" tabindex="0" role="group" aria-label="Cached RDDs"><table id="rdds"><caption>Cached RDDs, the most expensive to hold first</caption><thead></thead><tbody></tbody></table></div>${sqlBelow({ blocks: ask.blocks, rdds: ask.rdds })}</section>`;
}

function tasks({ ask }: PageParts): Html {
  return html`<section id="tasks"><div class="head"><h2>Tasks</h2></div><div class="two"><figure><figcaption>Execution memory of each task on this executor: below <b>1/2N</b> of the pool it may wait, more than <b>1/N</b> it never gets (the band)</figcaption><canvas id="shares" role="img" aria-label="Execution memory of each task"></canvas></figure>
<figure><figcaption>Peak against spill, a point is a task <small id="scattersays"></small></figcaption><canvas id="scatter" role="img" aria-label="Peak against spill"></canvas></figure></div>
<div class="scroll" tabindex="0" role="group" aria-label="Stages by skew"><table id="skew"><caption>Stages by time lost to their slowest task</caption><thead></thead><tbody></tbody></table></div>${sqlBelow({ tasks: ask.tasks, task_memory: ask.task_memory, skew: ask.skew })}</section>`;
}

function whatIf({ ask }: PageParts): Html {
  return html`<section id="whatif"><div class="head"><h2>What if</h2></div>
<p>The run’s demand, simulated under other settings: not run times, and not what the program’s own objects need. The run itself is the line with the open circle: seen, not computed.</p>
<div class="legend">${key("best", "middle of the simulated runs")}${key("fh", "90 % of them")}${key("tr", "either may happen")}${key("q", "not foretold")}</div>
<div id="curves" class="curves"></div><details class="table"><summary>As a table</summary><div class="scroll" tabindex="0" role="group" aria-label="Foretold outcomes"><table id="foretold"><thead></thead><tbody></tbody></table></div></details>${sqlBelow({ whatif: ask.whatif })}</section>`;
}

function accuracy({ ask }: PageParts): Html {
  return html`<section id="accuracy"><div class="head"><h2>How far to trust it</h2></div>
<div class="legend">${key("ok", "predicted")}${key("ex", "not predicted, explained by a rule")}${key("no", "not explained")}${key("q", "nothing to check by")}</div>
<div class="scroll" tabindex="0" role="group" aria-label="Statements of memory"><table id="acc"><caption>What the logs state of memory, and what its managers decided: each predicted before it was read, or not</caption><thead></thead><tbody></tbody></table></div><div id="misses" class="scroll" tabindex="0" role="group" aria-label="Statements that were not predicted"></div>${sqlBelow({ accuracy: ask.accuracy, misses: ask.misses })}</section>`;
}

function keys(): Html {
  const rows: readonly (readonly [readonly string[], string])[] = [
    [["1", "…", "7"], "sections"],
    [["j", "k"], "next, previous executor"],
    [["w", "s"], "zoom in, out at the crosshair"],
    [["a", "d"], "earlier, later (also ← →)"],
    [["0"], "whole run"],
    [["n", "p"], "next, previous event, with its story"],
    [[",", "."], "crosshair one step back, on"],
    [["f"], "next finding, at its picture"],
    [["y"], "cut out the empty middle"],
    [["m"], "on heap, off heap"],
    [["t"], "light, dark"],
    [["Esc"], "let go"],
  ];
  return html`<dialog id="keys"><h2>Keys</h2><dl>${rows.map(
    ([names, words]) =>
      html`<dt>${names.map((name) => html`<kbd>${name}</kbd> `)}</dt><dd>${words}</dd>`,
  )}</dl><form method="dialog"><button>Close</button></form></dialog>`;
}
