import type { PlainRange } from '../types/plain.ts';
import { isInRange } from './model.ts';

/** Things that are about a range of keys, looked up by key: what is about one key alone costs only who asks for that key. */
export interface ByRange<Thing> {
  add(range: PlainRange, thing: Thing): void;
  /** In no order. */
  about(key: string): readonly Thing[];
}

export function createByRange<Thing>(): ByRange<Thing> {
  const single = new Map<string, Thing[]>();
  const wide: { readonly range: PlainRange; readonly thing: Thing }[] = [];
  return {
    add(range, thing) {
      if (range.rangeEnd !== undefined) {
        wide.push({ range, thing });
        return;
      }
      const own = single.get(range.key);
      if (own === undefined) single.set(range.key, [thing]);
      else own.push(thing);
    },
    about(key) {
      const own = single.get(key) ?? [];
      const hit = wide.filter(({ range }) => isInRange(key, range));
      return hit.length === 0 ? own : [...own, ...hit.map(({ thing }) => thing)];
    },
  };
}
