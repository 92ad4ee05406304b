/**
 * Runs in a process of its own that is killed while it writes. Prints the number of each acknowledged turn on a line.
 * Arguments: what to write to (`store`, `disk` or `hold`) and the data folder.
 */
import { openDataFolder } from '../../src/adapters/data-folder.ts';

const [target, path] = process.argv.slice(2);
if (path === undefined) throw new Error('usage: local-crash-child.ts store|disk|hold PATH');

const { localStore, disk } = await openDataFolder(path);
process.stdout.write('open\n');

for (let turn = 0; target === 'store'; turn += 1) {
  // Unsynced neighbours: the synced write must carry them too.
  const unsynced = localStore.write([putTurn('unsynced', turn)], { durability: 'none' });
  await localStore.write([putTurn('synced', turn)], { durability: 'fsync' });
  await unsynced;
  process.stdout.write(`${turn}\n`);
}
for (let turn = 0; target === 'disk'; turn += 1) {
  const lines = ['first half of turn ', `${turn}\n`].map((line) =>
    disk.append(`log-${Math.floor(turn / 20)}`, new TextEncoder().encode(line), { durability: 'fsync' }),
  );
  await Promise.all(lines);
  process.stdout.write(`${turn}\n`);
}
if (target === 'hold') setInterval(() => undefined, 1_000);

function putTurn(kind: string, turn: number) {
  const digits = String(turn).padStart(6, '0');
  return {
    kind: 'put' as const,
    key: new TextEncoder().encode(`${kind}-${digits}`),
    value: new TextEncoder().encode(`${digits} `.repeat(500)),
  };
}
