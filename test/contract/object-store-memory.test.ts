import { expect, test } from 'vitest';
import { countedStore } from '../../src/host/store-usage/counted-store.ts';
import { createSystemClock } from '../../src/adapters/system-clock.ts';
import { createStoreUsage } from '../../src/host/store-usage/usage.ts';
import { openMemoryStore } from '../../src/adapters/memory-store/memory-store.ts';
import { objectStoreContract } from './object-store.ts';

objectStoreContract('memory', async () => ({ store: openMemoryStore(), dispose: async () => {} }));

objectStoreContract('memory, counted', async () => ({
  store: countedStore(openMemoryStore(), createStoreUsage(), createSystemClock()),
  dispose: async () => {},
}));

test('a name shares a memory store, no name does not', async () => {
  const body = new Uint8Array([1]);
  await openMemoryStore('shared').put('key', body, { kind: 'absent' });
  expect(await openMemoryStore('shared').put('key', body, { kind: 'absent' })).toEqual({ kind: 'condition-failed' });
  await openMemoryStore().put('key', body, { kind: 'absent' });
  expect(await openMemoryStore().get('key')).toEqual({ kind: 'not-found' });
});
