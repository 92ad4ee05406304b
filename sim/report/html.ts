import type { RunResult } from '../types/result.ts';
import { countText, culpritText, secondsText } from './context.ts';
import type { ReportContext } from './context.ts';
import type { Timeline } from './lanes/lane.ts';
import { escaped } from '../../src/text/markup.ts';
import { scriptJson } from './script-json.ts';
import { legend } from './page/legend.ts';
import { scriptDraw } from './page/script-draw.ts';
import { scriptEvents } from './page/script-events.ts';
import { scriptView } from './page/script-view.ts';
import { pageStyle } from './page/style.ts';
import { storyOf } from './story.ts';
import { timelineOf } from './timeline.ts';
import { verdictText, verdictTitle } from './verdict.ts';

/** Where the exports of the same run lie, relative to the page. */
export interface ReportLink {
  readonly label: string;
  readonly href: string;
}

/**
 * One run as one HTML file: verdict, story, how to run it again, and the timeline. Nothing is loaded from anywhere, which the page's own
 * security policy enforces; without its script the story and the tables remain.
 */
export function toHtml(result: RunResult, context: ReportContext, links: readonly ReportLink[] = []): string {
  const timeline = timelineOf(result);
  const title = `${verdictTitle(result.verdict)} · ${result.scenario.name}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
<style>${pageStyle}</style>
</head>
<body>
${header(result, context)}
<main>
${told(result, context, links)}
${chart(timeline)}
${tables(result)}
</main>
<div id="tip" role="tooltip" hidden></div>
<script type="application/json" id="timeline">${scriptJson(timeline)}</script>
<script>
'use strict';
(() => {${scriptView}${scriptDraw}${scriptEvents}})();
</script>
</body>
</html>
`;
}

const badges = {
  ok: 'No finding',
  safety: 'Safety violation',
  liveness: 'Liveness violation',
  crash: 'Crash',
  unknown: 'Unknown',
} as const;

function header({ verdict, scenario, trace, counts }: RunResult, context: ReportContext): string {
  const facts: readonly (readonly [string, string])[] = [
    ['Scenario', scenario.name],
    ['Seed', String(scenario.seed)],
    ['Commit', context.commit],
    ['Node', context.nodeVersion],
    ['Trace', trace.hash],
    ['Simulated', secondsText(counts.virtualMs)],
    ['Took', countText(counts.events, 'event')],
  ];
  const list = facts.map(([name, value]) => `<li>${name} <b>${escaped(value)}</b></li>`).join('');
  return `<header>
<span class="verdict ${verdict.kind}">${badges[verdict.kind]}</span>
<h1>${escaped(verdictText(verdict))}</h1>
<ul class="facts">${list}</ul>
</header>`;
}

function told(result: RunResult, context: ReportContext, links: readonly ReportLink[]): string {
  const { events, leftOut } = storyOf(result);
  const lines = events.map(({ atMs, text, rank }) => {
    const named = rank === 0 ? ' class="named"' : '';
    return `<li${named}><time>${secondsText(atMs)}</time><span>${escaped(text)}</span></li>`;
  });
  const more = leftOut === 0 ? '' : `<p class="hint">${countText(leftOut, 'other event')} left out</p>`;
  const culprit = culpritText(context, result.scenario.faults);
  return `<div class="told">
<section aria-labelledby="story-title"><h2 id="story-title">What happened</h2>
<ol class="story">${lines.join('')}</ol>${more}</section>
<section>
${culprit === undefined ? '' : `<h2>What it takes</h2><p class="aside">${escaped(culprit)}</p>`}
<h2>Run it again</h2><p class="aside"><code class="command">${escaped(context.replayCommand)}</code></p>
${links.length === 0 ? '' : `<h2>The same run for other tools</h2><p class="aside">${links.map(linkHtml).join(' · ')}</p>`}
</section></div>`;
}

function linkHtml({ label, href }: ReportLink): string {
  return `<a href="${escaped(href)}">${escaped(label)}</a>`;
}

const groupNames = {
  epochs: 'Epochs',
  revisions: 'Revisions',
  nodes: 'Nodes',
  faults: 'Faults',
  clients: 'Clients',
  watches: 'Watches',
  store: 'Store',
} as const;

const hint =
  'Click an event for its details. Drag to pan, Ctrl+wheel or double-click to zoom. With the picture focused: ← → pan, + − zoom, 0 shows all, v what the verdict names, n and p go to the next and the previous event; / filters.';

function chart({ lanes }: Timeline): string {
  const groups = new Set(lanes.map(({ group }) => group));
  const named = lanes.some(({ items }) => items.some((item) => item.named));
  const toggles = [...groups].map(
    (group) => `<button data-hide="${group}" aria-pressed="true">${groupNames[group]}</button>`,
  );
  return `<section aria-label="Timeline">
<div class="bar">
<input type="search" id="text" placeholder="Filter by text" aria-label="Filter events by text">
<select id="node" aria-label="Filter by node"><option value="">All nodes</option></select>
<select id="key" aria-label="Filter by key"><option value="">All keys</option></select>
${named ? '<button id="only" aria-pressed="false">Named by verdict only</button>' : ''}
<span class="space"></span>
<span class="buttons" role="group" aria-label="Lanes shown">${toggles.join('')}</span>
<span class="buttons" role="group" aria-label="Zoom"><button data-do="out" aria-label="Zoom out">−</button><button data-do="in" aria-label="Zoom in">+</button><button data-do="fit">Whole run</button>${named ? '<button data-do="named">Violation</button>' : ''}</span>
</div>
<div class="chart">
<div class="axis"><svg id="overview" class="overview" aria-hidden="true"></svg><svg id="axis" aria-hidden="true"></svg></div>
<svg id="plot" tabindex="0" role="application" aria-label="Timeline of the run. The table of events below has the same content." aria-describedby="status detail"></svg>
</div>
${legend}
<p class="status" id="status" role="status"></p>
<div class="detail" id="detail" aria-live="polite"></div>
<template id="hint"><p class="hint" style="font-weight: 400">${escaped(hint)}</p></template>
<noscript><p>The timeline needs this page’s script. The story above and the counts below are complete without it.</p></noscript>
<details id="table-part"><summary>Events in view as a table</summary>
<table><thead><tr><th scope="col" class="number">Seconds</th><th scope="col">Kind</th><th scope="col">Lane</th><th scope="col">What happened</th></tr></thead><tbody id="rows"></tbody></table>
<p class="hint" id="more"></p></details>
</section>`;
}

function tables({ counts }: RunResult): string {
  const guarantees = countTable('Guarantee exercised', counts.ledger);
  const faults = countTable('Fault took effect', counts.faultsFired);
  if (guarantees === '' && faults === '') return '';
  return `<details><summary>What this run exercised</summary><div class="columns">${guarantees}${faults}</div></details>`;
}

function countTable(title: string, counted: Readonly<Record<string, number>>): string {
  const rows = Object.entries(counted).map(
    ([name, times]) => `<tr><td>${escaped(name)}</td><td class="number">${times}</td></tr>`,
  );
  if (rows.length === 0) return '';
  const head = `<tr><th scope="col">${title}</th><th scope="col" class="number">Times</th></tr>`;
  return `<table class="narrow"><thead>${head}</thead><tbody>${rows.join('')}</tbody></table>`;
}
