/** First part of the page's script: the data, what of it is looked at, and the lanes' places. Plain script, no modules: one closure. */
export const scriptView = String.raw`
const data = JSON.parse(document.getElementById('timeline').textContent);
const titles = { epochs: 'Epochs', revisions: 'Revisions', nodes: 'Nodes', faults: 'Faults', clients: 'Clients', watches: 'Watches', store: 'Object store' };
const find = (id) => document.getElementById(id);
const plot = find('plot'), axis = find('axis'), overview = find('overview'), tip = find('tip');
const gutter = 128, rightMargin = 14, rowHeight = 17, lanePad = 3, groupHeight = 24, spanMin = 0.02;
const items = [];
data.lanes.forEach((lane, index) => lane.items.forEach((item) => {
  item.lane = index;
  item.group = lane.group;
  item.text = (item.lines.join(' ') + ' ' + item.label + ' ' + item.keys.join(' ') + ' ' + lane.label).toLowerCase();
  items.push(item);
}));
items.sort((left, right) => left.fromMs - right.fromMs);
const hidden = new Set();
const view = { from: 0, to: data.endMs, width: 1000 };
const filter = { text: '', node: '', key: '', named: false };
let chosen;

function matches(item) {
  if (hidden.has(item.group)) return false;
  if (filter.named && !item.named) return false;
  if (filter.node !== '' && item.node !== Number(filter.node)) return false;
  if (filter.key !== '' && !item.keys.includes(filter.key)) return false;
  return filter.text === '' || item.text.includes(filter.text);
}

const filtering = () => filter.text !== '' || filter.node !== '' || filter.key !== '' || filter.named;
const plotWidth = () => view.width - gutter - rightMargin;
const xOf = (ms) => gutter + ((ms - view.from) / (view.to - view.from)) * plotWidth();
const msOf = (x) => view.from + ((x - gutter) / plotWidth()) * (view.to - view.from);

/** Places the lanes that have something to show; those of nodes always stay. */
function layout() {
  let y = 0, group = '';
  const places = [];
  for (const lane of data.lanes) {
    if (hidden.has(lane.group)) continue;
    const shown = lane.items.filter(matches);
    if (shown.length === 0 && lane.group !== 'nodes') continue;
    const starts = lane.group !== group;
    if (starts) { group = lane.group; y += groupHeight; }
    const height = lane.rows * rowHeight + 2 * lanePad;
    places.push({ lane, shown, starts, top: y, height });
    y += height;
  }
  return { places, height: y + 6 };
}

function look(from, to) {
  const span = Math.min(data.endMs * 1.04, Math.max(spanMin, to - from));
  let start = (from + to) / 2 - span / 2;
  start = Math.min(Math.max(start, -data.endMs * 0.02), data.endMs * 1.02 - span);
  view.from = start;
  view.to = start + span;
  redraw();
}

function zoom(factor, around) {
  const middle = around === undefined ? (view.from + view.to) / 2 : around;
  look(middle - (middle - view.from) * factor, middle + (view.to - middle) * factor);
}

const pan = (share) => { const step = (view.to - view.from) * share; look(view.from + step, view.to + step); };
const fit = () => look(-data.endMs * 0.01, data.endMs * 1.01);

function lookAtNamed() {
  const named = items.filter((item) => item.named && item.shape !== 'point');
  const moments = named.flatMap((item) => (item.tone === 'unknown' ? [item.fromMs] : [item.fromMs, item.toMs]));
  if (data.verdictMs !== undefined) moments.push(data.verdictMs);
  if (moments.length === 0) return fit();
  const from = Math.min(...moments), to = Math.max(...moments), room = Math.max((to - from) * 0.12, 2);
  look(from - room, to + room);
}
`;
