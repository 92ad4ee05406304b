import type { HistoryEvent } from '../../types/history.ts';
import type { Observer } from '../../types/observer.ts';
import type { RunResult, Violation } from '../../types/result.ts';
import { analysisOf, analysisOfBranch, type Analysis } from '../analysis.ts';
import { answerCountsNone, type AnswerCounts } from '../answers/counts.ts';
import { checkAnswers } from '../check-answers.ts';
import { checkCheckpoints } from '../check-checkpoints.ts';
import { checkWatches, watchCountsNone } from '../check-watch.ts';
import type { Ledger } from '../ledger.ts';
import { ownersOf } from '../owners.ts';
import { keptUnder } from '../promises.ts';
import { violation } from '../violation.ts';
import { successionsOf } from './successions.ts';
import { branchesMade, historyByHome, type BranchMade } from './branches-made.ts';
import { checkLives } from './check-lives.ts';
import { cutWithin, momentOfSlot, oldestName, type Logs, type Place, type PlacedLog } from './cut-within.ts';
import { modelAt } from './model-at.ts';

/**
 * Every branch is judged as a database of its own, by the same checks and decoder as the root of the family, from a model that begins as its
 * parent's was at the cut that was asked for. So whatever the parent or another branch wrote later is as wrong there as what nobody wrote, and
 * what was written there is as wrong in the parent, whose log nobody else may write.
 */
export function createBranchOracle(): Observer {
  const ledger: Record<string, number> = {};
  const count = (name: keyof Ledger, by = 1): void => {
    ledger[name] = (ledger[name] ?? 0) + by;
  };
  return {
    name: 'branches',
    finish(result) {
      const made = branchesMade(result);
      // What is a branch of which line is not told apart yet.
      if (made.length === 0 || successionsOf(result).length > 0) return undefined;
      const kept = keptUnder(result.scenario);
      if (kept !== undefined && !kept.has('branches')) return undefined;
      return judge(result, made, count);
    },
    ledger: () => ledger,
  };
}

type Count = (name: keyof Ledger, by?: number) => void;

function judge(result: RunResult, made: readonly BranchMade[], count: Count): Violation | undefined {
  const histories = historyByHome(result.history);
  const known = new Map<string, PlacedLog & { readonly analysis: Analysis }>();
  const root = analysisOf(result);
  known.set('', { log: root.log, begins: undefined, sequenceBefore: 0, analysis: root });
  const logs: Logs = (home) => {
    const found = known.get(home);
    if (found === undefined) throw new Error(`assertion: ${home} was made before what is made of it`);
    return found;
  };
  for (const branch of made) {
    const { home, asked } = branch;
    // Its parent is no branch that a tool made: then nothing can be said of it, and the parent's manifest is wrong.
    if (!known.has(asked.of) || !known.has(branch.manifest.base!.stretches.at(-1)!.home)) continue;
    const place = placeAsked(logs, branch);
    if (typeof place === 'string') return of(branch, place);
    const begins = logs(place.home);
    const sequence = begins.sequenceBefore + place.moment;
    const model = modelAt(begins.log.model, place.moment);
    const own = withHistory(result, histories.get(home) ?? []);
    const analysis = analysisOfBranch(own, { home, model, sequence });
    known.set(home, { log: analysis.log, begins: place, sequenceBefore: sequence, analysis });
    const wrong = checkBranch(branch, analysis, count);
    if (wrong !== undefined) return wrong;
    if (!branch.acknowledged) continue;
    count('branches: made');
    if (asked.of !== '') count('branches: made of a branch');
    if (asked.cut.kind !== 'end') count('branches: cut before the end');
  }
  return checkLives(result, made, histories, count);
}

/** What the maker was asked for, and whether the manifest says the same; a text says what is wrong. */
function placeAsked(logs: Logs, { asked, manifest }: BranchMade): Place | string {
  const { of: parent, cut } = asked;
  const last = manifest.base!.stretches.at(-1)!;
  const told = { home: last.home, moment: momentOfSlot(logs(last.home).log, last.lastSlot) };
  const says = cutWithin(logs, told, last.cut) ?? told;
  const durable = { home: parent, moment: logs(parent).log.durableMomentAt(asked.atMs) };
  const met = cutWithin(logs, durable, cut);
  // Where the cut was not met by then, the branch holds all that was durable, and what came until its maker looked.
  const end = last.home === parent && told.moment > durable.moment ? told : durable;
  const due = met ?? cutWithin(logs, end, cut) ?? end;
  const same = oldestName(logs, due);
  const found = oldestName(logs, says);
  if (same.home !== found.home || same.moment !== found.moment) {
    const words = (place: Place) =>
      `revision ${logs(place.home).log.model.revisionAt[place.moment]!}, after record ${place.moment} of ${place.home || 'the root'}`;
    return `was to be cut at ${words(same)}, and says that it is at ${words(found)}`;
  }
  const revision = logs(due.home).log.model.revisionAt[due.moment]!;
  if (cut.kind === 'revision' && revision !== cut.revision)
    return `begins at revision ${revision}, not ${cut.revision}`;
  return due;
}

/** The run as far as it concerns one branch. A branch is always durable in the object store. */
function withHistory(result: RunResult, history: readonly HistoryEvent[]): RunResult {
  const { scenario } = result;
  const settings = { ...scenario.topology.settings, durability: 'object' } as const;
  return { ...result, history, scenario: { ...scenario, topology: { ...scenario.topology, settings } } };
}

function checkBranch(branch: BranchMade, analysis: Analysis, count: Count): Violation | undefined {
  const counts: AnswerCounts = answerCountsNone();
  const owners = ownersOf(analysis);
  const checkpoints = analysis.result.objects.has(`${branch.home}manifest`)
    ? checkCheckpoints(analysis)
    : { violations: [], checkpoints: 0 };
  const violations = [
    ...analysis.log.violations,
    ...owners.violations,
    ...checkAnswers(analysis, counts),
    ...checkWatches(analysis, watchCountsNone()),
    ...checkpoints.violations,
  ];
  if (analysis.log.segments > 0) count('branches: served by a node');
  count('branches: reads checked', counts.reads);
  count('branches: writes checked', counts.writes);
  count('branches: checkpoints compared with the log', checkpoints.checkpoints);
  const [first] = violations;
  return first === undefined ? undefined : of(branch, `${first.guarantee}: ${first.explanation}`, first);
}

/** What is wrong on a branch is told as the branch's. */
function of({ home, asked }: BranchMade, words: string, found?: Violation): Violation {
  const operations = [asked.operation, ...(found?.operations ?? [])];
  return violation('branches', `branch ${home.slice(0, -1)}: ${words}`, { ...found, operations });
}
