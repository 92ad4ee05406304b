import type { Observer } from '../types/observer.ts';
import type { RunResult, Violation } from '../types/result.ts';
import type { Scenario } from '../types/scenario.ts';
import { analysisOf, type Analysis } from './analysis.ts';
import { createBlackBox } from './black-box-observer.ts';
import { answerCountsNone } from './answers/counts.ts';
import { checkAnswers } from './check-answers.ts';
import { checkCheckpoints } from './check-checkpoints.ts';
import { createCorruptionOracle } from './check-corruption.ts';
import { checkLeases, type LeaseCounts } from './check-leases.ts';
import { checkLiveness, type LivenessCounts } from './check-liveness.ts';
import { createLocalDisks } from './check-local.ts';
import { checkLosses } from './check-losses.ts';
import { checkQuota, quotaCountsNone } from './check-quota.ts';
import { checkWatches, watchCountsNone } from './check-watch.ts';
import { claiming } from './claims.ts';
import { createCollectionOracle } from './collection.ts';
import { createBranchOracle } from './family/branch-oracle.ts';
import { createInvariants } from './invariants.ts';
import { createLeaseWatcher } from './lease-watcher.ts';
import type { Ledger } from './ledger.ts';
import type { FinalLog } from './log.ts';
import { ownersOf } from './owners.ts';
import { keptUnder } from './promises.ts';

/** Every oracle, one observer each, made anew for each run. */
const oracles = {
  invariants: createInvariants,
  log: createLogOracle,
  collection: createCollectionOracle,
  branches: createBranchOracle,
  'local-disks': createLocalDisks,
  answers: createAnswersOracle,
  watch: createWatchOracle,
  leases: createLeaseOracle,
  quota: createQuotaOracle,
  liveness: createLivenessOracle,
  'black-box': createBlackBox,
  corruption: createCorruptionOracle,
} satisfies Record<string, () => Observer>;

export type OracleName = keyof typeof oracles;
export const oracleNames = Object.keys(oracles) as readonly OracleName[];

export interface OracleOptions {
  /** Switched off: to show that an oracle is what finds a bug. */
  readonly without?: readonly string[];
  /** What is to be run: where its faults break what the system builds on, less is claimed. Left out: everything is. */
  readonly scenario?: Scenario;
}

export function allOracles({ without = [] }: OracleOptions = {}): Observer[] {
  return oracleFactories({ without }).map((create) => create());
}

/** The same, as `simulate` takes them. */
export function oracleFactories({ without = [], scenario }: OracleOptions = {}): (() => Observer)[] {
  for (const name of without) {
    if (!Object.hasOwn(oracles, name))
      throw new RangeError(`there is no oracle called ${name}; there are ${oracleNames.join(', ')}`);
  }
  const kept = scenario === undefined ? undefined : keptUnder(scenario);
  const wanted = oracleNames.filter((name) => !without.includes(name)).map((name) => oracles[name]);
  return kept === undefined ? wanted : wanted.map((create) => () => claiming(create(), kept));
}

interface Judged {
  readonly violations: readonly Violation[];
  readonly ledger: Ledger;
}

function judging(name: OracleName, judge: (analysis: Analysis) => Judged): Observer {
  let ledger: Ledger = {};
  return {
    name,
    finish(result: RunResult) {
      const judged = judge(analysisOf(result));
      ledger = judged.ledger;
      const kept = keptUnder(result.scenario);
      return judged.violations.find(({ guarantee }) => kept?.has(guarantee) ?? true);
    },
    ledger: () => ledger,
  };
}

/** The bytes in the store: one chain, one model, checkpoints; and who made each record. */
function createLogOracle(): Observer {
  return judging('log', (analysis) => {
    const { log } = analysis;
    const owners = ownersOf(analysis);
    const checkpoints = checkCheckpoints(analysis);
    const lastFenceMoment = log.fences.at(-1)?.moment ?? 0;
    const survivors = [...owners.owner].filter(
      ([moment, call]) => moment < lastFenceMoment && call.outcome.kind === 'ok',
    );
    const refused = analysis.calls.filter(({ outcome }) => outcome.kind === 'error');
    return {
      violations: [...log.violations, ...owners.violations, ...checkpoints.violations, ...checkLosses(analysis)],
      ledger: {
        'log: segments of the chain read': log.segments,
        'log: reigns after the first': Math.max(0, log.fences.length - 1),
        'log: dead segments of an earlier reign': log.deadSegments,
        'writes: of an earlier reign, there after a takeover': log.fences.length > 1 ? survivors.length : 0,
        'writes: outcome unknown, applied': owners.unknownsApplied,
        'writes: outcome unknown, not applied': owners.unknownsNotApplied,
        'writes: refused by a node, not applied': refused.length,
        compactions: log.records.filter(({ record }) => record.kind === 'compact').length,
        'checkpoints: compared with the log': checkpoints.checkpoints,
        'rollbacks: back on what was left before': backOnWhatWasLeft(log),
        'rollbacks: leases that came back': leasesBack(log),
        'rollbacks: ended without one': analysis.result.history.filter(
          (event) => event.kind === 'restore-end' && event.home === undefined,
        ).length,
      },
    };
  });
}

function backOnWhatWasLeft({ rollbacks }: FinalLog): number {
  return rollbacks.filter(({ cutMoment }, index) => {
    const before = rollbacks[index - 1];
    return before !== undefined && cutMoment < before.moment && cutMoment > before.cutMoment;
  }).length;
}

function leasesBack({ model, rollbacks }: FinalLog): number {
  const moments = new Set(rollbacks.map(({ moment }) => moment));
  return [...model.leases.values()].flat().filter(({ grantedAt }) => moments.has(grantedAt)).length;
}

function createAnswersOracle(): Observer {
  return judging('answers', (analysis) => {
    const counts = answerCountsNone();
    return {
      violations: checkAnswers(analysis, counts),
      ledger: {
        'writes: acknowledged, found in the log': counts.writes,
        'reads: after somebody else’s write': counts.readsAfterWrites,
        'reads: of an old revision': counts.historicReads,
        'reads: serializable': counts.serializableReads,
        'transactions: compares failed': counts.failedCompares,
        'errors: right at their moment': counts.stateErrors,
        'errors: compacted': counts.compactedReadsRefused,
        'rollbacks: answers after one': counts.afterRollback,
        'auth: answers about users, roles and alarms': counts.authAnswers,
        'auth: answers to callers who may': counts.allowed,
        'auth: refusals': counts.refused,
      },
    };
  });
}

function createQuotaOracle(): Observer {
  return judging('quota', (analysis) => {
    const counts = quotaCountsNone();
    return {
      violations: checkQuota(analysis, counts),
      ledger: {
        'quota: what fitted': counts.fitted,
        'quota: alarms raised by a node': counts.raised,
        'quota: what fitted after such an alarm': counts.afterwards,
      },
    };
  });
}

function createWatchOracle(): Observer {
  return judging('watch', (analysis) => {
    const counts = watchCountsNone();
    return {
      violations: checkWatches(analysis, counts),
      ledger: {
        'watch: events': counts.events,
        'watch: several events of one revision together': counts.wholeTransactions,
        'watch: from a past revision': counts.fromThePast,
        'watch: resumed on another stream': counts.resumed,
        'watch: previous values': counts.previousValues,
        'watch: events filtered out': counts.filteredOut,
        'watch: progress reports': counts.progress,
        'watch: compacted starts cancelled': counts.compactedStarts,
        'watch: created for callers who may': counts.allowed,
        'watch: refused to callers who may not': counts.refused,
        'rollbacks: watches told that it is compacted': counts.rolledBack,
      },
    };
  });
}

function createLeaseOracle(): Observer {
  const watcher = createLeaseWatcher();
  const judged = judging('leases', (analysis) => {
    const counts: LeaseCounts = {
      granted: 0,
      renewed: 0,
      expired: 0,
      revoked: 0,
      expiredWithKeys: 0,
      expiredInLaterReign: 0,
      judgedLate: 0,
    };
    return {
      violations: checkLeases(analysis, watcher, counts),
      ledger: {
        'leases: granted': counts.granted,
        'leases: renewed': counts.renewed,
        'leases: expired with their keys': counts.expiredWithKeys,
        'leases: expired in a later reign': counts.expiredInLaterReign,
        'leases: lateness judged': counts.judgedLate,
        'leases: revoked': counts.revoked,
      },
    };
  });
  return {
    ...judged,
    effect(node, incarnation, effect, at) {
      watcher.effect(node, incarnation, effect, at);
      return undefined;
    },
    store(change) {
      watcher.store(change);
      return undefined;
    },
  };
}

function createLivenessOracle(): Observer {
  return judging('liveness', (analysis) => {
    const counts: LivenessCounts = { writesAnswered: 0, readsAnswered: 0, watchesCaughtUp: 0, notJudged: 0 };
    return {
      violations: checkLiveness(analysis, counts),
      ledger: {
        'liveness: writes after the faults': counts.writesAnswered,
        'liveness: watches caught up': counts.watchesCaughtUp,
      },
    };
  });
}
