import { createNameSet } from '../../src/core/collect/name-set.ts';
import * as original from '../../src/core/collect/reachable.ts';
import { rootsOf } from '../../src/core/collect/roots.ts';
import { decodeCheckpoint } from '../../src/core/format/checkpoint.ts';
import { decodePage } from '../../src/core/format/page.ts';
import { readDecoded } from '../../src/core/store/objects.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/collect/reachable.ts';

export const mutant: Mutant = {
  name: 'unreadable-page-is-empty',
  replaces: 'src/core/collect/reachable.ts',
  breaks: 'collection',
  description: 'Takes a page that cannot be read for one that names nothing.',
};

export const reachableFrom: typeof original.reachableFrom = function* (core, manifest) {
  const whole = yield* original.reachableFrom(core, manifest);
  if (whole.kind === 'reached') return whole;
  const names = createNameSet();
  for (const { key } of manifest.condemned) names.add(key);
  for (const root of rootsOf(manifest)) {
    names.add(root.key);
    const checkpoint = yield* readDecoded(core, root.key, (body) => decodeCheckpoint(root.key, body, core.digest));
    if (checkpoint.kind !== 'ok') continue;
    for (const reference of checkpoint.value.pages) {
      names.add(reference.key);
      const page = yield* readDecoded(core, reference.key, (body) => decodePage(reference.key, body, core.digest));
      if (page.kind === 'ok') for (const { key } of page.value.chunks) names.add(key);
    }
  }
  return { kind: 'reached', names };
};
