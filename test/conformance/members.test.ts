import { describe } from 'vitest';
import { conformTo } from './harness/conform.ts';
import { usePair } from './harness/pair.ts';

const conform = conformTo(usePair());
const identity = { clusterId: '(some)', memberId: '(some)', raftTerm: '(some)' };

describe('members and status', () => {
  conform(
    'the list of members, whose header tells no revision',
    async (session) => {
      await session.memberList();
    },
    {
      exclude: ['ID', 'clientURLs', 'peerURLs'],
      differs: {
        why: 'nodes meet in the object store, so there is no peer to connect to',
        ours: () => [
          {
            header: { ...identity, revision: 0 },
            members: [{ ID: '(some)', name: 'conformance', peerURLs: [], clientURLs: '(some)', isLearner: false }],
          },
        ],
      },
    },
  );

  conform(
    'the status',
    async (session) => {
      await session.put('a', '1');
      await session.status();
    },
    {
      exclude: [
        ...['version', 'dbSize', 'dbSizeInUse', 'dbSizeQuota', 'leader', 'raftIndex', 'raftTerm', 'raftAppliedIndex'],
        'storageVersion',
      ],
      differs: {
        why: 'storage version, quota and downgrades are told from 3.6 on',
        until: ['3.6.0'],
        ours: (base) => [
          { header: { ...identity, revision: base + 1 }, prevKv: null },
          {
            header: { ...identity, revision: base + 1 },
            version: '(some)',
            dbSize: '(some)',
            leader: '(some)',
            raftIndex: '(some)',
            raftTerm: '(some)',
            raftAppliedIndex: '(some)',
            errors: [],
            dbSizeInUse: '(some)',
            isLearner: false,
            storageVersion: '(some)',
            dbSizeQuota: '(some)',
            downgradeInfo: { enabled: false, targetVersion: '' },
          },
        ],
      },
    },
  );
});
