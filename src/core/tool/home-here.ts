import type { Core } from '../core.ts';
import { decodeManifest } from '../format/manifest.ts';
import { manifestKey } from '../format/keys.ts';
import { readDecoded } from '../store/objects.ts';
import type { Task } from '../task.ts';

/** Where in its family's store the database is whose manifest lies here; undefined: there is none that could say it. */
export function* homeHere(core: Core): Task<string | undefined> {
  const read = yield* readDecoded(core, manifestKey, (body) => decodeManifest(manifestKey, body, core.digest));
  return read.kind === 'ok' ? read.value.home : undefined;
}
