/** Second part: drawing. Only what is in view is drawn, and marks closer than a few pixels are drawn as one with their count. */
export const scriptDraw = String.raw`
const namespace = 'http://www.w3.org/2000/svg';
const mergePixels = 5, barLabelPixels = 34, characterPixels = 6.1;

function add(parent, name, attributes, text) {
  const element = document.createElementNS(namespace, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  if (text !== undefined) element.textContent = text;
  parent.appendChild(element);
  return element;
}

const nodeClass = (node) => (node === undefined ? '' : ' p-' + (node % 6));
const timeText = (ms, step) => (step >= 1000 ? (ms / 1000).toFixed(0) + ' s' : step >= 1 ? (ms / 1000).toFixed(3).replace(/0+$/, '').replace(/\.$/, '') + ' s' : ms.toFixed(3) + ' ms');

function ticks() {
  const rough = (view.to - view.from) / Math.max(2, plotWidth() / 110);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough);
  const list = [];
  for (let index = Math.ceil(Math.max(0, view.from) / step); index * step <= Math.min(view.to, data.endMs); index++) list.push(index * step);
  return { step, list };
}

function hatch(svg) {
  const defs = add(svg, 'defs', {});
  for (const [id, back, line] of [['doubt', 'var(--doubt-wash)', 'var(--doubt)'], ['pause', 'var(--fault-wash)', 'var(--fault)']]) {
    const pattern = add(defs, 'pattern', { id, width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' });
    add(pattern, 'rect', { width: 6, height: 6, style: 'fill:' + back });
    add(pattern, 'rect', { width: 1.3, height: 6, style: 'fill:' + line + ';opacity:.55' });
  }
  const clip = add(defs, 'clipPath', { id: 'inside' });
  add(clip, 'rect', { x: gutter - 1, y: 0, width: plotWidth() + rightMargin, height: 100000 });
}

function drawAxis() {
  axis.replaceChildren();
  axis.setAttribute('viewBox', '0 0 ' + view.width + ' 24');
  const { step, list } = ticks();
  for (const ms of list) {
    const x = xOf(ms);
    add(axis, 'line', { x1: x, x2: x, y1: 19, y2: 24, class: 'edge' });
    add(axis, 'text', { x, y: 15, 'text-anchor': x > view.width - 40 ? 'end' : 'middle', class: 'tick' }, timeText(ms, step));
  }
  const at = data.verdictMs;
  if (at !== undefined && at >= view.from && at <= view.to) add(axis, 'path', { d: 'M' + (xOf(at) - 5) + ' 18h10l-5 6z', class: 'density-named' });
}

function drawBar(layer, item, y) {
  const from = Math.max(xOf(item.fromMs), gutter - 4), to = Math.min(xOf(item.toMs), view.width + 4);
  const width = Math.max(to - from, 1.6), thin = item.tone === 'stream' || item.tone === 'pause', inset = thin ? 4 : 1.5;
  const height = rowHeight - 2 * inset;
  const shape = add(layer, 'rect', { x: from, y: y + inset, width, height, rx: Math.min(2, width / 2), class: 't-' + item.tone + nodeClass(item.node) });
  if (item.named) add(layer, 'rect', { x: from - 2, y: y - 0.5, width: width + 4, height: rowHeight + 1, rx: 3, class: 'halo' });
  const room = Math.floor((width - 14) / characterPixels);
  if (!thin && width >= barLabelPixels && (room >= item.label.length || !item.named)) {
    const dark = ['write', 'leader', 'reign'].includes(item.tone);
    const indent = item.group === 'nodes' ? 12 : item.tone === 'fault' ? 10 : 4;
    const text = item.label.length <= room ? item.label : room < 5 ? '' : item.label.slice(0, room - 1) + '…';
    add(layer, 'text', { x: Math.max(from, gutter) + indent, y: y + 12.5, class: (dark ? 'on' : 't-read-label') + ' inert' }, text);
  } else if (item.named && item.shape === 'bar' && !thin) {
    const left = to + item.label.length * characterPixels > view.width;
    add(layer, 'text', { x: left ? from - 6 : to + 6, y: y + 12.5, 'text-anchor': left ? 'end' : 'start', class: 'moment-label inert' }, item.label);
  }
  return shape;
}

function drawMark(layer, item, y, count) {
  const x = xOf(item.fromMs), middle = y + rowHeight / 2, name = 't-' + item.tone + nodeClass(item.node);
  if (item.named) add(layer, 'circle', { cx: x, cy: middle, r: 8.5, class: 'halo' });
  if (item.tone === 'crash' || item.tone === 'lost') return add(layer, 'path', { d: 'M' + (x - 5) + ' ' + (middle - 5) + 'l10 10m0-10l-10 10', class: name });
  if (item.tone === 'fired') return add(layer, 'path', { d: 'M' + x + ' ' + (middle - 6) + 'l5 6l-5 6l-5-6z', class: name });
  if (item.tone === 'start') return add(layer, 'path', { d: 'M' + (x - 1) + ' ' + (middle - 5) + 'l8 5l-8 5z', class: name });
  if (item.tone === 'log') return add(layer, 'path', { d: 'M' + x + ' ' + (middle - 4.5) + 'l4.5 8h-9z', class: name });
  if (item.tone === 'fence') return add(layer, 'path', { d: 'M' + x + ' ' + (middle - 6) + 'l6 6l-6 6l-6-6z', class: name });
  if (item.tone === 'stored' || item.tone === 'deleted') {
    const width = count > 1 ? 5 : 3.2;
    return add(layer, 'rect', { x: x - width / 2, y: middle - 5.5, width, height: 11, rx: 1, class: name });
  }
  return add(layer, 'circle', { cx: x, cy: middle, r: item.tone === 'progress' ? 2.4 : 3.6, class: name });
}

/** Items that would cover each other become one, which stands for them; what the verdict names is never covered. */
function merged(shown) {
  const last = new Map(), list = [];
  for (const item of shown) {
    if (item.toMs < view.from || item.fromMs > view.to) continue;
    const x = xOf(item.fromMs), small = item.shape !== 'bar' || xOf(item.toMs) - x < mergePixels;
    const key = item.row + ' ' + item.tone + ' ' + item.node, before = last.get(key);
    if (small && !item.named && item !== chosen && before !== undefined && x - before.x < mergePixels) { before.members.push(item); continue; }
    const entry = { item, x, members: [item] };
    list.push(entry);
    if (small && !item.named) last.set(key, entry);
  }
  const late = (entry) => (entry.item.named ? 2 : entry.item.shape === 'bar' ? 0 : 1);
  return list.sort((left, right) => late(left) - late(right));
}

function drawLane(layer, place) {
  const top = place.top + lanePad;
  if (place.lane.group === 'revisions') return drawRevisions(layer, place, top);
  for (const { item, members } of merged(place.shown)) {
    const y = top + item.row * rowHeight;
    register(item.shape === 'bar' ? drawBar(layer, item, y) : drawMark(layer, item, y, members.length), item, members);
  }
}

function drawRevisions(layer, place, top) {
  const all = place.lane.items, height = place.height - 2 * lanePad - 8;
  const newestBefore = all.reduce((newest, item) => (item.fromMs <= view.from ? Math.max(newest, item.revision) : newest), -Infinity);
  let low = Infinity, high = -Infinity;
  for (const item of all) if (item.fromMs >= view.from && item.fromMs <= view.to) { low = Math.min(low, item.revision); high = Math.max(high, item.revision); }
  if (newestBefore > -Infinity) { low = Math.min(low, newestBefore); high = Math.max(high, newestBefore); }
  if (high < low) return;
  const yOf = (revision) => top + 4 + height - Math.min(1, Math.max(0, (revision - low) / Math.max(1, high - low))) * height;
  let path = '', newest = -Infinity;
  for (const item of all) {
    if (item.revision <= newest) continue;
    path += path === '' ? 'M' + xOf(item.fromMs) + ' ' + yOf(item.revision) : 'H' + xOf(item.fromMs) + 'V' + yOf(item.revision);
    newest = item.revision;
  }
  add(layer, 'path', { d: path + 'H' + xOf(data.endMs), class: 'step' });
  const seen = new Set();
  for (const item of place.shown.toSorted((left, right) => left.named - right.named)) {
    if (item.fromMs < view.from || item.fromMs > view.to) continue;
    const x = xOf(item.fromMs), y = yOf(item.revision), spot = Math.round(x / 3) + ' ' + Math.round(y / 3) + item.tone;
    if (!item.named && seen.has(spot)) continue;
    seen.add(spot);
    if (item.named) add(layer, 'circle', { cx: x, cy: y, r: 6, class: 'halo' });
    register(add(layer, 'circle', { cx: x, cy: y, r: 2.8, class: 't-' + item.tone }), item, [item]);
  }
  add(plot, 'text', { x: gutter - 8, y: top + 9, 'text-anchor': 'end', class: 'soft' }, 'r' + high);
  add(plot, 'text', { x: gutter - 8, y: top + height + 8, 'text-anchor': 'end', class: 'soft' }, 'r' + low);
}

function register(shape, item, members) {
  shape.members = members;
  shape.setAttribute('data-kind', item.group);
  shape.setAttribute('data-tone', item.tone);
  if (item.named) shape.setAttribute('data-named', 'true');
  if (members.includes(chosen)) {
    const box = shape.getBBox();
    add(shape.parentNode, 'rect', { x: box.x - 4, y: box.y - 4, width: box.width + 8, height: box.height + 8, rx: 3, class: 'chosen' });
  }
}

function draw() {
  const { places, height } = layout();
  plot.replaceChildren();
  plot.setAttribute('viewBox', '0 0 ' + view.width + ' ' + height);
  hatch(plot);
  places.forEach((place, index) => { if (index % 2 === 1) add(plot, 'rect', { x: gutter, y: place.top, width: view.width - gutter, height: place.height, class: 'band' }); });
  for (const ms of ticks().list) add(plot, 'line', { x1: xOf(ms), x2: xOf(ms), y1: 0, y2: height, class: 'grid' });
  const layer = add(plot, 'g', { 'clip-path': 'url(#inside)' });
  for (const place of places) {
    if (place.starts) {
      add(plot, 'line', { x1: 0, x2: view.width, y1: place.top - groupHeight + 0.5, y2: place.top - groupHeight + 0.5, class: 'edge' });
      add(plot, 'text', { x: 10, y: place.top - 7, class: 'group', 'data-group': place.lane.group }, titles[place.lane.group]);
    }
    const label = place.lane.label.length > 17 ? place.lane.label.slice(0, 16) + '…' : place.lane.label;
    const text = add(plot, 'text', { x: 10, y: place.top + lanePad + 12.5, class: 'soft lane', 'data-lane': place.lane.group + ':' + place.lane.label }, label);
    add(text, 'title', {}, place.lane.label);
    drawLane(layer, place);
  }
  if (data.verdictMs !== undefined) {
    const x = xOf(data.verdictMs), left = x > view.width - 90;
    add(layer, 'line', { x1: x, x2: x, y1: 0, y2: height, class: 'moment' });
    add(layer, 'text', { x: left ? x - 5 : x + 5, y: 14, 'text-anchor': left ? 'end' : 'start', class: 'moment-label' }, 'verdict');
  }
  drawAxis();
  drawOverview();
}

/** The whole run in little: drawn anew when the filter or the width changes, else only its window moves. */
function drawOverview() {
  const height = 26, cells = 240, width = plotWidth() / cells;
  const whole = (ms) => gutter + (Math.min(Math.max(ms, 0), data.endMs) / data.endMs) * plotWidth();
  const place = { x: whole(view.from), y: 0.5, width: Math.max(3, whole(view.to) - whole(view.from)), height: height - 1, rx: 2, class: 'window' };
  const drawn = JSON.stringify([filter, [...hidden], view.width]);
  if (drawn === overview.drawn) {
    for (const name in place) overview.lastChild.setAttribute(name, place[name]);
    return;
  }
  overview.drawn = drawn;
  overview.replaceChildren();
  overview.setAttribute('viewBox', '0 0 ' + view.width + ' ' + height);
  add(overview, 'text', { x: 10, y: 17, class: 'soft' }, 'whole run');
  const counts = new Array(cells).fill(0), faults = new Array(cells).fill(0), named = new Set();
  for (const item of items) {
    const cell = Math.min(cells - 1, Math.max(0, Math.floor((item.fromMs / data.endMs) * cells)));
    if (item.group === 'faults') faults[cell] += 1;
    else if (matches(item)) counts[cell] += 1;
    if (item.named && item.group !== 'revisions') named.add(cell);
  }
  const most = Math.max(1, ...counts);
  for (let cell = 0; cell < cells; cell++) {
    const x = gutter + cell * width;
    if (counts[cell] > 0) { const tall = 2 + (counts[cell] / most) * 14; add(overview, 'rect', { x, y: 22 - tall, width: Math.max(1, width - 0.6), height: tall, class: 'density' }); }
    if (faults[cell] > 0) add(overview, 'rect', { x, y: 22.5, width: Math.max(1.5, width - 0.6), height: 3, class: 'density-fault' });
    if (named.has(cell)) add(overview, 'rect', { x, y: 0.5, width: Math.max(2, width - 0.6), height: 4, class: 'density-named' });
  }
  add(overview, 'rect', place);
}
`;
