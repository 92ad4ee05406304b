import * as original from '../../src/core/read/sort.ts';
import type { Mutant } from '../search/mutant.ts';

export * from '../../src/core/read/sort.ts';

export const mutant: Mutant = {
  name: 'utf-16-order',
  replaces: 'src/core/read/sort.ts',
  breaks: 'linearizability',
  description: 'Keys are sorted as UTF-16 text, which orders some of them differently from bytes.',
};

const bytesOf = (key: string): Uint8Array => Uint8Array.from(key, (char) => char.charCodeAt(0));
const textOf = (key: string): string => new TextDecoder().decode(bytesOf(key));

export const isDefaultOrder: typeof original.isDefaultOrder = () => false;

export const sortVersions: typeof original.sortVersions = (versions, request, values) => {
  original.sortVersions(versions, request, values);
  if (request.sortTarget !== 'key') return;
  const sign = request.sortOrder === 'descend' ? -1 : 1;
  versions.sort((left, right) => sign * compareTexts(textOf(left.key), textOf(right.key)));
};

function compareTexts(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
