/**
 * A process that writes to a folder store, for the tests that race and kill such processes:
 *
 *   node folder-writer.ts FOLDER absent|match|churn NAME COUNT
 *
 * It says `ready`, waits for a line on its standard input, and reports each acknowledged write on a line of its own,
 * written in one system call after the acknowledgement. `churn` never ends.
 */
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { openFileStore } from '../../src/adapters/file-store/file-store.ts';

const [folder, mode, name, count] = process.argv.slice(2) as [string, string, string, string];
const store = await openFileStore(folder);
const turns = Number(count);

say('ready');
await new Promise<void>((resolve) => createInterface({ input: process.stdin }).once('line', () => resolve()));

if (mode === 'absent') await raceForSlots();
if (mode === 'match') for (let turn = 0; turn < turns; turn += 1) await increment('counter', 1);
if (mode === 'churn') await churn();
process.exit(0);

async function raceForSlots(): Promise<void> {
  for (let slot = 0; slot < turns; slot += 1) {
    const outcome = await store.put(`log/${slot}`, bytes(`${name} ${slot}`), { kind: 'absent' });
    if (outcome.kind === 'ok') say(`won ${slot}`);
    else if (outcome.kind !== 'condition-failed') throw new Error(JSON.stringify(outcome));
  }
}

/** Swaps the number in `key` for the next one, however many attempts it takes. The body repeats it many times. */
async function increment(key: string, copies: number): Promise<void> {
  for (;;) {
    const read = await store.get(key);
    if (read.kind !== 'ok') throw new Error(JSON.stringify(read));
    const next = Number(new TextDecoder().decode(read.body).split(' ')[0]) + 1;
    const outcome = await store.put(key, bytes(`${next} `.repeat(copies)), { kind: 'match', etag: read.etag });
    if (outcome.kind === 'ok') return say(`counted ${next}`);
    if (outcome.kind !== 'condition-failed') throw new Error(JSON.stringify(outcome));
  }
}

async function churn(): Promise<void> {
  for (let turn = 0; ; turn += 1) {
    await increment('counter', 20_000);
    const slot = `log/${name}-${turn}`;
    const outcome = await store.put(slot, bytes(`${slot} `.repeat(5_000)), { kind: 'absent' });
    if (outcome.kind !== 'ok') throw new Error(JSON.stringify(outcome));
    say(`filled ${slot}`);
    await store.put('scratch', bytes(`${turn} `.repeat(5_000)), { kind: 'none' });
    await store.deleteMany(['scratch']);
  }
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function say(line: string): void {
  writeSync(1, `${line}\n`);
}
