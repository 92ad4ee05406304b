import { openObjectStore } from '../../src/adapters/open-store.ts';
import { startT4InProcess } from '../conformance/harness/t4-in-process.ts';

/** A node on the store of that URL, with nothing on its disk. */
export async function runT4On(url: string): Promise<{ readonly address: string; stop(): Promise<void> }> {
  const store = await openObjectStore(url);
  const t4 = await startT4InProcess({ node: { store } });
  return {
    address: t4.address,
    stop: async () => {
      await t4.stop();
      await store.close();
    },
  };
}
