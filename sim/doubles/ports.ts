import type { Disk } from '../../src/ports/disk.ts';
import type { LocalStore } from '../../src/ports/local-store.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import type { SimulatedDisk } from './disk.ts';
import type { SimulatedLocalStore } from './local-store.ts';
import type { SimulatedObjectStore } from './object-store.ts';

/** The doubles as the asynchronous ports that production uses, so that the same contract suites run on them. */

export function objectStorePort(store: SimulatedObjectStore, wallMs: () => number): ObjectStore {
  return {
    description: 'memory:simulated',
    put: async (key, body, condition) => store.put(key, body, condition, wallMs()),
    get: async (key, range) => store.get(key, range),
    list: async (prefix, options = {}) => store.list(prefix, options),
    deleteMany: async (keys) => store.deleteMany(keys),
    close: async () => undefined,
  };
}

export function localStorePort(store: SimulatedLocalStore): LocalStore {
  const gate = createGate('the local store is closed');
  return {
    async write(batch, { durability }) {
      gate.check();
      store.write(batch, durability);
    },
    async getMany(keys) {
      gate.check();
      return store.getMany(keys);
    },
    async scan(from, to, limit) {
      gate.check();
      return store.scan(from, to, limit);
    },
    async setAside() {
      gate.check();
      return store.setAside();
    },
    close: gate.close,
  };
}

export function diskPort(disk: SimulatedDisk): Disk {
  const gate = createGate('the disk is closed');
  return {
    async append(file, bytes, { durability }) {
      gate.check();
      disk.append(file, bytes, durability);
    },
    async read(file) {
      gate.check();
      return disk.read(file);
    },
    async list() {
      gate.check();
      return disk.list();
    },
    async remove(file, { durability }) {
      gate.check();
      disk.remove(file, durability);
    },
    async setAside(file) {
      gate.check();
      return disk.setAside(file);
    },
    close: gate.close,
  };
}

function createGate(words: string): { check(): void; close(): Promise<void> } {
  let closed = false;
  return {
    check() {
      if (closed) throw new Error(words);
    },
    async close() {
      closed = true;
    },
  };
}
