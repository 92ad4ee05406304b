import { describe } from 'vitest';
import { ElectionDefinition, type LeaderKey } from '../../src/server/generated/v3electionpb/election.ts';
import { conformTo } from './harness/conform.ts';
import { type Contest, contestsOf } from './harness/contest.ts';
import { op } from './harness/message.ts';
import { usePair } from './harness/pair.ts';

const conform = conformTo(usePair());
const all = { key: '\0', rangeEnd: '\0' };

/** Each with leases 1 to 3. */
const contest = contestsOf(conform, async (opened, session) => {
  for (const lease of [1, 2, 3]) await session.grant(lease, 600);
  return electionOf(opened);
});

type Answer = ReturnType<Contest['call']>;

/** All of one name. */
interface Election extends Pick<Contest, 'untilKeys'> {
  start(client: number, lease: number, value: string): ReturnType<Contest['start']>;
  campaign(client: number, lease: number, value: string): Answer;
  proclaim(client: number, leader: LeaderKey | undefined, value: string): Answer;
  leader(client: number): Answer;
  resign(client: number, leader: LeaderKey | undefined): Answer;
  observe(client: number): ReturnType<Contest['stream']>;
}

const name = Buffer.from('post');

function electionOf({ start, call, stream, untilKeys }: Contest): Election {
  const candidate = (lease: number, value: string) => ({ name, lease: BigInt(lease), value: Buffer.from(value) });
  return {
    start: (client, lease, value) => start(client, ElectionDefinition, 'campaign', candidate(lease, value)),
    campaign: (client, lease, value) => call(client, ElectionDefinition, 'campaign', candidate(lease, value)),
    proclaim: (client, leader, value) =>
      call(client, ElectionDefinition, 'proclaim', { leader, value: Buffer.from(value) }),
    leader: (client) => call(client, ElectionDefinition, 'leader', { name }),
    resign: (client, leader) => call(client, ElectionDefinition, 'resign', { leader }),
    observe: (client) => stream(client, ElectionDefinition, 'observe', { name }),
    untilKeys,
  };
}

/** Who stood at `revision` with a lease. */
function leaderKey(lease: number, revision: number): LeaderKey {
  return { name, key: Buffer.from(`post/${lease.toString(16)}`), rev: BigInt(revision), lease: BigInt(lease) };
}

describe('one candidate', () => {
  contest('campaigns, leads, proclaims and resigns', async (session, election) => {
    await election.leader(0);
    await election.campaign(0, 1, 'first');
    const mine = leaderKey(1, session.base + 1);
    await session.range(all);
    await election.leader(1);
    await election.proclaim(0, mine, 'second');
    await election.leader(1);
    await election.proclaim(1, mine, '');
    await election.resign(0, mine);
    await election.leader(1);
    await session.range(all);
  });

  contest('campaigns again with another value and with the same', async (session, election) => {
    await election.campaign(0, 1, 'first');
    await election.campaign(1, 1, 'second');
    await session.range(all);
    await election.campaign(0, 1, 'second');
    await session.range(all);
  });

  contest('is out with its lease', async (session, election) => {
    await election.campaign(0, 1, 'first');
    await session.revoke(1);
    await election.leader(0);
    await election.proclaim(0, leaderKey(1, session.base + 1), 'late');
    await session.range(all);
  });

  contest(
    'without a lease gets one of a minute',
    async (session, election) => {
      await election.campaign(0, 0, 'first');
      await session.range(all);
      await session.leases();
    },
    { exclude: ['key', 'lease', 'ID'] },
  );
});

describe('refusals', () => {
  contest('no leader is named', async (_session, election) => {
    await election.proclaim(0, undefined, 'a');
    await election.resign(0, undefined);
  });

  contest('a reign that is over', async (session, election) => {
    await election.campaign(0, 1, 'first');
    await election.resign(0, leaderKey(1, session.base + 1));
    await election.campaign(0, 1, 'again');
    await election.proclaim(0, leaderKey(1, session.base + 1), 'of the first');
    await election.resign(0, leaderKey(1, session.base + 1));
    await election.leader(0);
  });

  contest('leases and keys that are not there', async (session, election) => {
    await election.campaign(0, 404, 'first');
    await election.proclaim(0, leaderKey(404, 0), 'a');
    await election.proclaim(0, { ...leaderKey(1, 0), key: Buffer.alloc(0) }, 'a');
    await election.resign(0, { ...leaderKey(1, 0), key: Buffer.alloc(0) });
    await election.resign(0, leaderKey(404, 7));
    await session.range(all);
  });

  contest('a revision of nothing is that of a key that is not there', async (session, election) => {
    await election.proclaim(0, leaderKey(1, 0), 'a');
    await session.range(all);
  });

  contest(
    'a lease of its own that nothing comes of',
    async (session, election) => {
      await election.proclaim(0, leaderKey(0, 12), 'a');
      await election.resign(0, leaderKey(0, 12));
      await session.leases();
    },
    { exclude: ['ID'] },
  );
});

describe('two candidates', () => {
  contest('the second waits until the first resigns', async (session, election) => {
    await election.campaign(0, 1, 'first');
    const second = election.start(1, 2, 'second');
    await election.untilKeys('post/', 2);
    await election.leader(0);
    await session.put('meanwhile', '1');
    await election.resign(0, leaderKey(1, session.base + 1));
    await second.answer();
    await election.leader(0);
    await election.proclaim(0, leaderKey(1, session.base + 1), 'late');
  });

  contest('the second follows when the lease of the first ends', async (session, election) => {
    await election.campaign(0, 1, 'first');
    const second = election.start(1, 2, 'second');
    await election.untilKeys('post/', 2);
    await session.revoke(1);
    await second.answer();
  });

  contest('who waits may proclaim too', async (session, election) => {
    await election.campaign(0, 1, 'first');
    const second = election.start(1, 2, 'second');
    await election.untilKeys('post/', 2);
    await election.proclaim(1, leaderKey(2, session.base + 2), 'changed');
    await election.leader(1);
    await election.resign(0, leaderKey(1, session.base + 1));
    await second.answer();
    await election.leader(1);
  });

  contest('who gives up waiting leaves nothing', async (session, election) => {
    await election.campaign(0, 1, 'first');
    const second = election.start(1, 2, 'second');
    await election.untilKeys('post/', 2);
    second.cancel();
    await election.untilKeys('post/', 1);
    await session.range(all);
    await second.answer();
  });

  contest('who lost the lease while waiting is told that it leads', async (session, election) => {
    await election.campaign(0, 1, 'first');
    const second = election.start(1, 2, 'second');
    await election.untilKeys('post/', 2);
    await session.revoke(2);
    await election.resign(0, leaderKey(1, session.base + 1));
    await second.answer();
    await election.leader(0);
  });
});

describe('observers', () => {
  contest('of an election that nobody won yet', async (session, election) => {
    const seen = election.observe(1);
    // Its watch begins at the newest revision: what is there until then is skipped, or told as the leader.
    await session.put('other', '1');
    await election.campaign(0, 1, 'first');
    await seen.next();
    await election.proclaim(0, leaderKey(1, session.base + 2), 'second');
    await seen.next();
    await session.put('other', '2');
    await election.proclaim(0, leaderKey(1, session.base + 2), 'third');
    await seen.next();
    seen.cancel();
  });

  contest('see the next leader, not those who wait', async (session, election) => {
    await election.campaign(0, 1, 'first');
    const seen = election.observe(1);
    await seen.next();
    const second = election.start(1, 2, 'second');
    await election.untilKeys('post/', 2);
    await election.proclaim(1, leaderKey(2, session.base + 2), 'while waiting');
    await election.proclaim(0, leaderKey(1, session.base + 1), 'changed');
    await seen.next();
    await election.resign(0, leaderKey(1, session.base + 1));
    await second.answer();
    await seen.next();
    await election.resign(1, leaderKey(2, session.base + 2));
    await election.campaign(0, 3, 'third');
    await seen.next();
    seen.cancel();
  });

  contest('see what is put by hand, and who is next when the key is deleted', async (session, election) => {
    await election.campaign(0, 1, 'first');
    const seen = election.observe(1);
    await seen.next();
    await session.txn({ success: [op.put('post/1', 'by hand', { ignoreLease: true }), op.put('post/9', 'nobody')] });
    await seen.next();
    await session.delete({ key: 'post/1' });
    await seen.next();
    seen.cancel();
  });
});
