/** Third part: pointer, keyboard, filters, the table, and paper. */
export const scriptEvents = String.raw`
const tableRowsMax = 500, mergedLinesMax = 6;
let frame = 0;

function redraw() {
  if (frame !== 0) return;
  frame = requestAnimationFrame(() => { frame = 0; draw(); tell(); });
}

function visible() {
  return items.filter((item) => matches(item) && item.toMs >= view.from && item.fromMs <= view.to);
}

function tell() {
  const shown = visible().length, span = view.to - view.from;
  const of = filtering() ? ' (filtered)' : '';
  find('status').textContent = shown + ' of ' + items.length + ' events in view' + of + ', ' + timeText(Math.max(0, view.from), span / 100) + ' to ' + timeText(Math.min(view.to, data.endMs), span / 100);
  if (find('table-part').open) table();
}

function paragraphs(target, members) {
  target.replaceChildren();
  const lines = members.length === 1 ? members[0].lines : [members.length + ' events here, closer than the picture can tell apart', ...members.slice(0, mergedLinesMax).map((item) => item.lines[0])];
  if (members.length > mergedLinesMax) lines.push('…');
  for (const line of lines) target.appendChild(Object.assign(document.createElement('p'), { textContent: line }));
}

function choose(item) {
  chosen = item;
  if (item === undefined) find('detail').replaceChildren(find('hint').content.cloneNode(true));
  else paragraphs(find('detail'), [item]);
}

function step(direction) {
  const list = items.filter(matches);
  if (list.length === 0) return;
  const at = list.indexOf(chosen);
  const inView = list.findIndex((item) => item.fromMs >= view.from);
  const next = at === -1 ? Math.max(0, inView) : (at + direction + list.length) % list.length;
  choose(list[next]);
  const { fromMs } = list[next], span = view.to - view.from;
  if (fromMs < view.from || fromMs > view.to) look(fromMs - span / 2, fromMs + span / 2);
  else redraw();
}

const keys = {
  ArrowLeft: () => pan(-0.15), ArrowRight: () => pan(0.15), '+': () => zoom(0.6), '=': () => zoom(0.6), '-': () => zoom(1 / 0.6),
  0: fit, Home: fit, v: lookAtNamed, n: () => step(1), p: () => step(-1), Escape: () => { choose(undefined); redraw(); },
};
plot.addEventListener('keydown', (event) => {
  const action = keys[event.key];
  if (action === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  action();
});
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || /^(INPUT|SELECT)$/.test(event.target.tagName)) return;
  event.preventDefault();
  find('text').focus();
});

const pixel = (event, svg) => ((event.clientX - svg.getBoundingClientRect().left) / svg.getBoundingClientRect().width) * view.width;
plot.addEventListener('wheel', (event) => {
  if (!event.ctrlKey && !event.metaKey && Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
  event.preventDefault();
  if (event.ctrlKey || event.metaKey) zoom(1.0018 ** event.deltaY, msOf(pixel(event, plot)));
  else pan(event.deltaX / plotWidth());
}, { passive: false });
plot.addEventListener('dblclick', (event) => zoom(0.4, msOf(pixel(event, plot))));

let drag;
plot.addEventListener('pointerdown', (event) => {
  if (event.button !== 0) return;
  drag = { x: event.clientX, from: view.from, to: view.to, moved: false };
});
window.addEventListener('pointermove', (event) => {
  if (drag === undefined) return;
  if (Math.abs(event.clientX - drag.x) > 3) { drag.moved = true; plot.classList.add('dragging'); tip.hidden = true; }
  const box = plot.getBoundingClientRect();
  const shift = ((event.clientX - drag.x) / box.width) * view.width / plotWidth() * (drag.to - drag.from);
  if (drag.moved) look(drag.from - shift, drag.to - shift);
});
window.addEventListener('pointerup', () => { setTimeout(() => { drag = undefined; }, 0); plot.classList.remove('dragging'); });
plot.addEventListener('click', (event) => {
  if (drag !== undefined && drag.moved) return;
  choose(event.target.members === undefined ? undefined : event.target.members[0]);
  redraw();
});
plot.addEventListener('pointermove', (event) => {
  const { members } = event.target;
  tip.hidden = members === undefined || (drag !== undefined && drag.moved);
  if (tip.hidden) return;
  paragraphs(tip, members);
  const box = tip.getBoundingClientRect();
  tip.style.left = Math.max(6, Math.min(event.clientX + 14, innerWidth - box.width - 10)) + 'px';
  tip.style.top = (event.clientY + 18 + box.height > innerHeight ? event.clientY - box.height - 12 : event.clientY + 18) + 'px';
});
plot.addEventListener('pointerleave', () => { tip.hidden = true; });

function moveWindow(event) {
  const middle = ((pixel(event, overview) - gutter) / plotWidth()) * data.endMs, half = (view.to - view.from) / 2;
  look(middle - half, middle + half);
}
overview.addEventListener('pointerdown', (event) => { overview.setPointerCapture(event.pointerId); moveWindow(event); });
overview.addEventListener('pointermove', (event) => { if (event.buttons === 1) moveWindow(event); });

for (const button of document.querySelectorAll('[data-do]')) button.addEventListener('click', () => ({ in: () => zoom(0.6), out: () => zoom(1 / 0.6), fit, named: lookAtNamed })[button.dataset.do]());
for (const button of document.querySelectorAll('[data-hide]')) button.addEventListener('click', () => {
  const group = button.dataset.hide, shown = hidden.has(group);
  if (shown) hidden.delete(group); else hidden.add(group);
  button.setAttribute('aria-pressed', String(shown));
  redraw();
});
find('text').addEventListener('input', (event) => { filter.text = event.target.value.toLowerCase(); redraw(); });
find('node').addEventListener('change', (event) => { filter.node = event.target.value; redraw(); });
find('key').addEventListener('change', (event) => { filter.key = event.target.value; redraw(); });
const only = find('only');
if (only !== null) only.addEventListener('click', () => { filter.named = !filter.named; only.setAttribute('aria-pressed', String(filter.named)); redraw(); });

function option(select, value, text) { select.appendChild(Object.assign(document.createElement('option'), { value, textContent: text })); }
for (const node of [...new Set(items.map((item) => item.node))].filter((node) => node !== undefined).sort((left, right) => left - right)) option(find('node'), String(node), 'node ' + node);
for (const key of [...new Set(items.flatMap((item) => item.keys))].sort()) option(find('key'), key, key.length > 48 ? key.slice(0, 24) + '…' + key.slice(-20) : key);

function table() {
  const rows = visible(), body = find('rows');
  body.replaceChildren();
  for (const item of rows.slice(0, tableRowsMax)) {
    const row = document.createElement('tr');
    if (item.named) row.className = 'named';
    for (const text of [(item.fromMs / 1000).toFixed(3), titles[item.group], data.lanes[item.lane].label, item.lines.join(' · ')]) row.appendChild(Object.assign(document.createElement('td'), { textContent: text }));
    row.firstChild.className = 'number';
    body.appendChild(row);
  }
  find('more').textContent = rows.length > tableRowsMax ? 'The first ' + tableRowsMax + ' of ' + rows.length + ' events in view; zoom or filter to see others.' : '';
}
find('table-part').addEventListener('toggle', tell);

function size() {
  const width = plot.getBoundingClientRect().width;
  if (width > 0) view.width = Math.max(560, Math.round(width));
  redraw();
}
new ResizeObserver(size).observe(plot.parentNode);
window.addEventListener('beforeprint', () => { view.width = 1120; draw(); });
window.addEventListener('afterprint', size);
choose(undefined);
fit();
`;
