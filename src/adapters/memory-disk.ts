import type { Disk } from '../ports/disk.ts';
import { asideFolderName, assertDiskFileName } from './disk-file-name.ts';

/** A disk in memory: gone with the process, whatever durability was asked for. For `memory:` databases and tests. */
export function createMemoryDisk(): Disk {
  const files = new Map<string, Uint8Array[]>();
  const aside = new Map<string, Uint8Array[]>();
  let closed = false;

  function check(file: string): void {
    if (closed) throw new Error('the disk is closed');
    assertDiskFileName(file);
  }

  return {
    async append(file, bytes) {
      check(file);
      const parts = files.get(file);
      if (parts === undefined) files.set(file, [bytes.slice()]);
      else parts.push(bytes.slice());
    },
    async read(file) {
      check(file);
      const parts = files.get(file);
      return parts === undefined ? undefined : joined(parts);
    },
    async list() {
      if (closed) throw new Error('the disk is closed');
      return [...files.keys()].sort();
    },
    async remove(file) {
      check(file);
      files.delete(file);
    },
    async setAside(file) {
      check(file);
      const parts = files.get(file);
      if (parts === undefined) throw new Error(`there is no file ${file} to set aside`);
      let copy = 1;
      while (aside.has(`${file}.${copy}`)) copy += 1;
      aside.set(`${file}.${copy}`, parts);
      files.delete(file);
      return `memory:${asideFolderName}/${file}.${copy}`;
    },
    async close() {
      closed = true;
    },
  };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
