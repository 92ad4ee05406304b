import { expect, test } from 'vitest';
import { folderStore } from '../support/processes/store.ts';
import { startT4 } from '../support/processes/t4.ts';
import { openWorkplace } from '../support/processes/workplace.ts';
import { etcdctl, etcdctlAbsence, etcdctlPrograms } from './harness/etcdctl.ts';

/**
 * Go's client takes the endpoints that it was given in turns, whoever leads: what one that stands by answers must send it on to the other,
 * with writes too, which it sends once alone unless it is told that nothing was done.
 */
const programs = await etcdctlPrograms();

test('two endpoints, one of which stands by', async (context) => {
  if (programs.length === 0) return context.skip(etcdctlAbsence);
  const workplace = await openWorkplace(context);
  const store = folderStore(workplace);
  // Nobody may lose the lead while the machine is busy: what is tried is which of them is asked.
  const settings = { 'lease-ttl': '10m' };
  const start = (name: string) =>
    startT4(workplace, { name, store: store.url, dataDir: workplace.path(name), settings });
  const first = start('first');
  await first.ready();
  const second = start('second');
  const addresses = [await first.listening(), await second.listening()];
  await second.logs('role', ({ role }) => role === 'standby');
  for (const endpoints of [addresses, addresses.toReversed()]) {
    for (const { path: program, version } of programs) {
      const run = (...args: readonly string[]) => etcdctl(endpoints.join(','), args, { program });
      for (let round = 0; round < 4; round++) {
        const put = await run('put', `key-${version}`, String(round));
        expect(put, put.stderr).toMatchObject({ exitCode: 0 });
        const watch = ['watch', `key-${version}`, '--rev=1'];
        const watched = await etcdctl(endpoints.join(','), watch, { program, untilLines: 3 });
        expect(watched.stdout, watched.stderr).toBe(`PUT\nkey-${version}\n0`);
      }
    }
  }
});
