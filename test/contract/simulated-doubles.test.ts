/** The simulator's doubles keep the very contracts that the real adapters do: the simulated world is not kinder. */
import { createSimulatedDisk } from '../../sim/doubles/disk.ts';
import { createSimulatedLocalStore } from '../../sim/doubles/local-store.ts';
import { createSimulatedObjectStore } from '../../sim/doubles/object-store.ts';
import { diskPort, localStorePort, objectStorePort } from '../../sim/doubles/ports.ts';
import { diskContract } from './disk.ts';
import { localStoreContract } from './local-store.ts';
import { objectStoreContract } from './object-store.ts';

objectStoreContract('simulated', async () => ({
  store: objectStorePort(createSimulatedObjectStore(), () => Date.now()),
  dispose: async () => undefined,
}));
localStoreContract('simulated', async () => localStorePort(createSimulatedLocalStore()));
diskContract('simulated', async () => diskPort(createSimulatedDisk()));
