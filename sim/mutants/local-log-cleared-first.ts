import * as original from '../../src/core/recover/local-log.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/recover/local-log.ts';

export const mutant: Mutant = {
  name: 'local-log-cleared-first',
  replaces: 'src/core/recover/local-log.ts',
  breaks: 'durability',
  description: 'Takes the files of the local log away before what they hold is in a slot.',
};

export const readLocalLogFiles: typeof original.readLocalLogFiles = function* (core) {
  const found = yield* original.readLocalLogFiles(core);
  yield* original.clearLocalLog(found.files);
  return { files: [], frames: found.frames };
};
