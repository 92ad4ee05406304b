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
  /** Many are about the same range: lists of a prefix. */
  const wide = new Map<string, { readonly range: PlainRange; readonly things: Thing[] }>();
  return {
    add(range, thing) {
      if (range.rangeEnd !== undefined) {
        const name = `${range.key.length}/${range.key}${range.rangeEnd}`;
        const same = wide.get(name);
        if (same === undefined) wide.set(name, { range, things: [thing] });
        else same.things.push(thing);
        return;
      }
      const own = single.get(range.key);
      if (own === undefined) single.set(range.key, [thing]);
      else own.push(thing);
    },
    about(key) {
      const own = single.get(key) ?? [];
      const about: Thing[] = [];
      for (const { range, things } of wide.values()) if (isInRange(key, range)) about.push(...things);
      return about.length === 0 ? own : [...own, ...about];
    },
  };
}
