import type { PlainRange } from '../types/plain.ts';
import type { Draw } from '../world/random.ts';

/** The UTF-8 of a full-width A, and of a smiley: of the two, bytes sort the A first, UTF-16 the smiley. */
const fullWidth = '\u00ef\u00bc\u00a1';
const smiley = '\u00f0\u009f\u0098\u0080';

/** Few keys, some prefixes of others, and bytes that sort differently as text or are none: what a request hits is then interesting. */
const names = [
  ...['a', 'a/', 'a/1', 'a/2', 'a/2/x', 'b', 'b\0', 'b\u00ff', 'c'],
  ...['\u00c3\u00a9', fullWidth, smiley, '\u00ff', '\u0001'],
];

export function drawKey(draw: Draw, prefix: string): string {
  return prefix + names[draw.below(names.length)]!;
}

export function drawRange(draw: Draw, prefix: string): PlainRange {
  switch (draw.below(5)) {
    case 0:
      return { key: drawKey(draw, prefix) };
    case 1:
      return everythingUnder(prefix);
    case 2:
      return { key: drawKey(draw, prefix), rangeEnd: '\0' };
    default:
      return { key: drawKey(draw, prefix), rangeEnd: drawKey(draw, prefix) };
  }
}

/** The whole prefix, as etcd's clients ask for it: its last byte plus one. */
export function everythingUnder(prefix: string): PlainRange {
  const last = prefix.charCodeAt(prefix.length - 1);
  return { key: prefix, rangeEnd: prefix.slice(0, -1) + String.fromCharCode(last + 1) };
}
