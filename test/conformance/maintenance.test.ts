import { describe } from 'vitest';
import { ClusterDefinition } from '../../src/server/generated/etcdserverpb/cluster.ts';
import { KVDefinition } from '../../src/server/generated/etcdserverpb/kv.ts';
import {
  AlarmRequest_AlarmAction,
  AlarmType,
  MaintenanceDefinition,
} from '../../src/server/generated/etcdserverpb/maintenance.ts';
import { conformTo } from './harness/conform.ts';
import { header } from './harness/expected.ts';
import { cmp, deleteOf, op, putOf } from './harness/message.ts';
import { usePair } from './harness/pair.ts';
import type { Plain } from './harness/plain.ts';
import type { RawClient } from './harness/raw-client.ts';
import type { Session } from './harness/session.ts';
import { startT4InProcess } from './harness/t4-in-process.ts';

/** What operators ask: alarms and the quota that raises one, status, hashes, leadership, members, downgrades. */
const quotaBackendBytes = 24 * 1024 * 1024;
const conform = conformTo(
  usePair(() => startT4InProcess({ node: { quotaBackendBytes }, expects: /quota|alarm/ }), {
    etcdArguments: [`--quota-backend-bytes=${quotaBackendBytes}`],
    tidy: clearAlarms,
  }),
);
const all = { key: '\0', rangeEnd: '\0' };
const { GET: get, ACTIVATE: activate, DEACTIVATE: deactivate } = AlarmRequest_AlarmAction;
const { NONE: none, NOSPACE: nospace, CORRUPT: corrupt } = AlarmType;

async function clearAlarms({ call }: RawClient): Promise<void> {
  for (const alarm of [AlarmType.NOSPACE, AlarmType.CORRUPT]) {
    const { alarms } = await call(MaintenanceDefinition, 'alarm', { action: get, alarm, memberID: 0n });
    for (const { memberID } of alarms)
      await call(MaintenanceDefinition, 'alarm', { action: deactivate, alarm, memberID });
  }
}

interface Alarm {
  readonly memberID: number;
  readonly alarm: number;
}

/** Notes the alarms in an order of their own: etcd has them in none. */
async function alarm(session: Session, action: number, kind: number, memberID: number | bigint = 0): Promise<void> {
  const fields = { action: action as typeof get, alarm: kind as typeof none, memberID };
  const answer = await session.ask(MaintenanceDefinition, 'alarm', fields);
  const label = `alarm ${action} ${kind} ${typeof memberID === 'bigint' ? 'of its own' : memberID}`;
  if (typeof answer === 'string') return void session.note(label, answer);
  const { alarms } = answer as unknown as { readonly alarms: readonly Alarm[] };
  const sorted = alarms.toSorted((left, right) => left.memberID - right.memberID || left.alarm - right.alarm);
  session.note(label, sorted);
}

describe('alarms', () => {
  conform('are none, one, the same again, none again', async (session) => {
    await alarm(session, get, none);
    await alarm(session, activate, nospace);
    await alarm(session, activate, nospace);
    await alarm(session, get, none);
    await alarm(session, get, nospace);
    await alarm(session, get, corrupt);
    await alarm(session, deactivate, nospace);
    await alarm(session, deactivate, nospace);
    await alarm(session, get, none);
  });

  conform(
    'are told with a header',
    async (session) => {
      await session.call(MaintenanceDefinition, 'alarm', { action: get });
      await session.call(MaintenanceDefinition, 'alarm', { action: activate, alarm: nospace });
      await session.call(MaintenanceDefinition, 'alarm', { action: deactivate, alarm: nospace });
    },
    { differs: { why: 'without one before 3.5', until: ['3.5.0'] } },
  );

  conform('of members by their numbers', async (session) => {
    await alarm(session, activate, nospace, 7);
    await alarm(session, activate, nospace, 9);
    await alarm(session, get, nospace);
    await alarm(session, get, nospace, 7);
    await alarm(session, deactivate, nospace, 8);
    await alarm(session, deactivate, nospace, 7);
    await alarm(session, get, nospace);
    await alarm(session, deactivate, nospace, 9);
    await alarm(session, get, none);
  });

  conform('of kinds that are none', async (session) => {
    await alarm(session, get, 9);
    await alarm(session, deactivate, none);
    await alarm(session, get, none);
  });

  conform('no space: what adds is refused, all else is done', async (session) => {
    await session.grant(1, 600);
    await session.put('a', '1', { lease: 1 });
    await session.put('b', '1');
    await alarm(session, activate, nospace, 5);
    await session.put('a', '2');
    await session.put('a', '');
    await session.put('', '');
    await session.put('a', '', { ignoreValue: true });
    await session.put('a', '2', { lease: 404 });
    await session.grant(2, 600);
    await session.grant(1, 600);
    await session.txn({ success: [op.put('a', '2')] });
    await session.txn({ failure: [op.put('a', '2')] });
    await session.txn({ compare: [cmp.version('a', '=', 1)], success: [op.range({ key: 'a' })] });
    await session.range(all);
    await session.txn({ success: [op.delete({ key: 'b' })] });
    await session.delete({ key: 'b' });
    await session.keepAlive(1);
    await session.timeToLiveOf(1);
    await session.compact(session.base + 2);
    await session.revoke(1);
    await session.range(all);
  });

  conform(
    'no space: a put in a transaction in a transaction is one, too',
    async (session) => {
      await alarm(session, activate, nospace, 5);
      await session.txn({ success: [op.txn({ success: [op.put('a', '2')] })] });
      await session.range({ key: 'a', countOnly: true });
    },
    {
      differs: {
        why: 'earlier versions count the puts of the outermost transaction alone, and take the others',
        until: ['3.5.35'],
        ours: (base) => [
          [{ memberID: 5, alarm: 1 }],
          'RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded',
          { header: header(base), kvs: [], more: false, count: 0 },
        ],
      },
    },
  );

  conform('no space: watches go on', async (session) => {
    await session.put('a', '1');
    const watch = session.watch();
    watch.create({ key: 'a', prevKv: true });
    await watch.next();
    await alarm(session, activate, nospace, 5);
    await session.put('a', '2');
    await session.delete({ key: 'a' });
    await watch.next();
    await alarm(session, deactivate, nospace, 5);
    await session.put('a', '3');
    await watch.next();
  });

  conform('corrupt: nothing is done', async (session) => {
    await session.grant(3, 600);
    await session.put('a', '1');
    await alarm(session, activate, corrupt, 5);
    await session.put('a', '2');
    await session.range({ key: 'a' });
    await session.range({ key: 'a', serializable: true });
    await session.delete({ key: 'a' });
    await session.txn({ success: [op.range({ key: 'a' })] });
    await session.compact(session.base + 1);
    await session.grant(4, 600);
    await session.revoke(3);
    await session.timeToLiveOf(3);
    await alarm(session, get, none);
    await alarm(session, deactivate, corrupt, 5);
    await session.range({ key: 'a' });
    await session.put('a', '3');
  });

  conform('both at once, the other one taken back', async (session) => {
    await alarm(session, activate, nospace, 5);
    await alarm(session, activate, corrupt, 5);
    await alarm(session, get, none);
    await session.put('a', '1');
    await session.range({ key: 'a' });
    await alarm(session, deactivate, nospace, 5);
    await alarm(session, get, none);
    await alarm(session, deactivate, corrupt, 5);
    await session.put('a', '1');
  });

  conform(
    'both at once, one taken back: the other one counts',
    async (session) => {
      await alarm(session, activate, nospace, 5);
      await alarm(session, activate, corrupt, 5);
      await alarm(session, deactivate, corrupt, 5);
      session.forget();
      await alarm(session, get, none);
      await session.put('a', '1');
    },
    {
      differs: {
        why: 'earlier versions write again when any alarm is taken back',
        until: ['3.6.0'],
        ours: () => [[{ memberID: 5, alarm: 1 }], 'RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded'],
      },
    },
  );

  conform('are told in the status', async (session) => {
    await alarm(session, activate, nospace, 255);
    const status = (await session.ask(MaintenanceDefinition, 'status')) as { readonly errors: Plain };
    session.note('errors', status.errors);
  });
});

describe('the quota', () => {
  conform(
    'raises the alarm; deleting, compacting, defragmenting and taking it back end it',
    async (session) => {
      const value = Buffer.alloc(1_400_000, 'x');
      const put = (key: string) => session.ask(KVDefinition, 'put', putOf({ key, value }));
      let [answer, puts]: [Plain, number] = [null, 0];
      for (; typeof answer !== 'string' && puts < 40; puts++) answer = await put(`large ${puts}`);
      session.note('some were taken, one was refused', [puts > 5, answer]);
      await alarm(session, get, none);
      const deleted = await session.ask(KVDefinition, 'deleteRange', deleteOf(all));
      const { header } = deleted as { readonly header: { readonly revision: number } };
      await session.ask(KVDefinition, 'compact', { revision: header.revision, physical: true });
      await session.call(MaintenanceDefinition, 'defragment');
      session.note('still refused', await put('large'));
      await alarm(session, deactivate, nospace, await session.memberId());
      session.note('taken again', typeof (await put('large')));
    },
    { exclude: ['memberID'] },
  );
});

describe('defragmentation', () => {
  conform('is done, and says nothing', async (session) => {
    await session.put('a', '1');
    await session.call(MaintenanceDefinition, 'defragment');
    await session.range({ key: 'a' });
  });
});

describe('leadership', () => {
  conform('is given to nobody who is not there', async (session) => {
    await session.call(MaintenanceDefinition, 'moveLeader', { targetID: 404 });
    await session.call(MaintenanceDefinition, 'moveLeader', { targetID: 0 });
  });
});

describe('hashes', () => {
  conform(
    'of the whole database are there',
    async (session) => {
      await session.put('a', '1');
      await session.call(MaintenanceDefinition, 'hash');
    },
    { exclude: ['hash'] },
  );

  conform('of revisions that are not there are refused', async (session) => {
    await session.put('a', '1');
    await session.put('a', '2');
    await session.compact(session.base + 2, true);
    await session.call(MaintenanceDefinition, 'hashKV', { revision: session.base + 1 });
    await session.call(MaintenanceDefinition, 'hashKV', { revision: session.base + 3 });
  });
});

describe('members', () => {
  conform('are not added with addresses that are none', async (session) => {
    await session.call(ClusterDefinition, 'memberAdd', {});
    for (const url of ['nonsense', 'http://', 'ftp://127.0.0.1:1', 'http://127.0.0.1', 'http://127.0.0.1:1/path']) {
      await session.call(ClusterDefinition, 'memberAdd', { peerURLs: [url] });
    }
    await session.call(ClusterDefinition, 'memberAdd', { peerURLs: ['nonsense'], isLearner: true });
  });

  conform('that are not there are not removed, updated, promoted', async (session) => {
    await session.call(ClusterDefinition, 'memberRemove', { ID: 404 });
    await session.call(ClusterDefinition, 'memberRemove', { ID: 0 });
    await session.call(ClusterDefinition, 'memberUpdate', { ID: 404, peerURLs: ['http://127.0.0.1:1'] });
    await session.call(ClusterDefinition, 'memberPromote', { ID: 404 });
  });

  conform('that are updated have addresses', async (session) => {
    await session.call(ClusterDefinition, 'memberUpdate', { ID: 404, peerURLs: ['nonsense'] });
    await session.call(ClusterDefinition, 'memberUpdate', { ID: 404 });
  });

  conform('the only one is neither removed nor promoted', async (session) => {
    const ID = await session.memberId();
    session.note('remove', await session.ask(ClusterDefinition, 'memberRemove', { ID }));
    session.note('promote', await session.ask(ClusterDefinition, 'memberPromote', { ID }));
  });
});

describe('downgrades', () => {
  conform(
    'to versions that are none, or not the one before',
    async (session) => {
      for (const version of ['', 'x', '3', '3.5', '3.5.0', 'v3.5.0', '3.5.0-rc.1', '3.4.0', '3.6.0', '4.0.0']) {
        await session.call(MaintenanceDefinition, 'downgrade', { action: 0, version });
      }
      await session.call(MaintenanceDefinition, 'downgrade', { action: 2 });
      await session.call(MaintenanceDefinition, 'downgrade', { action: 9 });
    },
    { differs: { why: 'downgrades are 3.6’s', until: ['3.6.0'] } },
  );
});
