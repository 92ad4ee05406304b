import type { PlainWatchResponse } from '../types/plain.ts';
import type { RunResult } from '../types/result.ts';
import { objectKeyText, shorten } from './bytes-text.ts';
import { countText, culpritText, faultText, secondsText } from './context.ts';
import type { ReportContext } from './context.ts';
import { describeObject } from './describe-object.ts';
import { type Collected, joinHistory, suspectsOf } from './joined.ts';
import type { JoinedCall, JoinedHistory, JoinedWatch, NodeLife, Suspects } from './joined.ts';
import { verdictText } from './verdict.ts';
import { changesData, keysOf, outcomeText, requestText, watchResponseText, watchText } from './words.ts';

/**
 * What happened, for somebody who reads one screen: at most `storyEventsMax` events in the order of the run, operations and faults
 * together. Of a longer run it keeps what the verdict names, then faults, then what changed leaders and data.
 */
export interface StoryEvent {
  readonly atMs: number;
  readonly position: number;
  readonly text: string;
  /** Lower is told first when there is too much to tell. */
  readonly rank: number;
}

export interface Story {
  readonly events: readonly StoryEvent[];
  readonly leftOut: number;
}

export const storyEventsMax = 12;
const requestLengthShown = 100;
const outcomeLengthShown = 80;
/** More than this many faults leave no room for what they did. */
const faultsFirst = 5;

const rankNamed = 0;
const rankFault = 1;
const rankNode = 2;
const rankWrite = 3;
const rankRead = 4;
const rankStore = 5;

/** The verdict, the story, the culprit, how to run it again, and what ran: the lines that a terminal shows. */
export function story(result: RunResult, context: ReportContext): string[] {
  const { events, leftOut } = storyOf(result);
  const width = Math.max(0, ...events.map(({ atMs }) => secondsText(atMs).length));
  const lines = [verdictText(result.verdict), ''];
  for (const event of events) lines.push(`  ${secondsText(event.atMs).padStart(width)}  ${event.text}`);
  if (leftOut > 0) lines.push(`  (${countText(leftOut, 'other event')} left out)`);
  const culprit = culpritText(context, result.scenario.faults);
  lines.push('', ...(culprit === undefined ? [] : [culprit]), `Replay: ${context.replayCommand}`);
  lines.push(
    `Seed ${result.scenario.seed} · commit ${context.commit} · Node ${context.nodeVersion} · trace ${result.trace.hash}`,
  );
  return lines;
}

export function storyOf(result: RunResult): Story {
  const joined = joinHistory(result);
  const suspects = suspectsOf(result);
  const candidates = [
    ...foldedCalls(joined.calls, suspects).map(({ call, before }) => callEvent(call, before, suspects)),
    ...joined.watches.flatMap((watch) => watchEvents(watch, suspects)),
    ...joined.lives.flatMap((life) => lifeEvents(life, joined)),
    ...joined.collections.flatMap(collectionEvents),
    ...faultEvents(result, joined, suspects),
    ...fenceEvents(result),
    ...crashEvents(result),
  ];
  const order = (left: StoryEvent, right: StoryEvent): number =>
    left.atMs - right.atMs || left.position - right.position;
  // What led to a verdict stands shortly before it.
  const failed = result.verdict.kind !== 'ok';
  const chosen = candidates
    .toSorted((left, right) => left.rank - right.rank || (failed ? order(right, left) : order(left, right)))
    .slice(0, storyEventsMax);
  return { events: chosen.sort(order), leftOut: candidates.length - chosen.length };
}

interface FoldedCall {
  readonly call: JoinedCall;
  /** Calls of the same operation that came just before, asked for the same and led to nothing else. */
  readonly before: number;
}

/** A client that asks the same again and again is told of once, with the last of its answers. What the verdict names is told by itself. */
function foldedCalls(calls: readonly JoinedCall[], suspects: Suspects): readonly FoldedCall[] {
  const open = new Map<string, FoldedCall>();
  const done: FoldedCall[] = [];
  for (const call of calls) {
    const { operation } = call.invoke;
    const last = open.get(operation);
    const folds = last !== undefined && !isNamedAlone(last.call, suspects) && isSameAgain(last.call, call);
    if (last !== undefined && !folds) done.push(last);
    open.set(operation, { call, before: folds ? last.before + 1 : 0 });
  }
  return [...done, ...open.values()];
}

/** The same request after a refusal, or with the same answer. */
function isSameAgain(first: JoinedCall, second: JoinedCall): boolean {
  if (requestText(first.invoke.request) !== requestText(second.invoke.request)) return false;
  if (first.answer === undefined || second.answer === undefined) return first.answer?.outcome.kind === 'error';
  if (first.answer.outcome.kind === 'error') return true;
  return outcomeText(first.answer.outcome) === outcomeText(second.answer.outcome);
}

/** The call itself, not just the operation that it is one of. */
function isNamedAlone({ invoke }: JoinedCall, suspects: Suspects): boolean {
  return suspects.operation('', invoke.call);
}

/** By its own name, its operation's, or by what it was told it had written. */
function isNamed({ invoke, answer }: JoinedCall, suspects: Suspects): boolean {
  const revision = answer?.outcome.kind === 'ok' ? answer.outcome.header.revision : -1;
  return suspects.operation(invoke.operation, invoke.call) || suspects.revision(revision);
}

function callEvent(call: JoinedCall, before: number, suspects: Suspects): StoryEvent {
  const { invoke, answer, position } = call;
  const named = suspects.operation(invoke.operation, invoke.call) || keysOf(invoke.request).some(suspects.key);
  const answered =
    answer === undefined
      ? 'no answer before the end of the run'
      : `${shorten(outcomeText(answer.outcome), outcomeLengthShown)}${answer.atMs === invoke.atMs ? '' : `, after ${Math.round(answer.atMs - invoke.atMs)} ms`}`;
  const asked = shorten(requestText(invoke.request), requestLengthShown);
  const again = before === 0 ? '' : `, as ${before === 1 ? 'once' : countText(before, 'time')} before`;
  const text = `${invoke.client} asks node ${invoke.node}${again}: ${asked} → ${answered} [${invoke.call}]`;
  const rank = isNamed(call, suspects)
    ? rankNamed
    : rankOfCall(named, changesData(invoke.request) && answer?.outcome.kind !== 'error');
  return { atMs: invoke.atMs, position, text, rank };
}

function rankOfCall(namedByKey: boolean, write: boolean): number {
  if (namedByKey) return write ? rankNode : rankWrite;
  return write ? rankWrite : rankRead;
}

function watchEvents(watch: JoinedWatch, suspects: Suspects): StoryEvent[] {
  const { open, responses, end } = watch;
  const rank = suspects.operation(open.operation, open.stream) ? rankNamed : rankRead;
  const who = `${open.client}'s watch [${open.stream}]`;
  const events = [
    {
      ...placeOf(open),
      rank,
      text: `${open.client} asks node ${open.node}: ${watchText(open.request)} [${open.stream}]`,
    },
  ];
  for (const [index, message] of responses.entries()) {
    const { response } = message;
    if (response.created && !response.canceled) continue;
    if (isProgressAgain(response, responses[index + 1]?.response)) continue;
    const telling = response.events.length > 0 || response.canceled;
    events.push({
      ...placeOf(message),
      rank: telling ? rank : rankStore,
      text: `${who}: ${watchResponseText(response)}`,
    });
  }
  if (end !== undefined && end.reason !== 'closed') {
    events.push({ ...placeOf(end), rank, text: `${who} ends: ${end.reason}` });
  }
  return events;
}

/** Of progress reports that say the same, one after another, the last one is told. */
function isProgressAgain(response: PlainWatchResponse, next: PlainWatchResponse | undefined): boolean {
  const reports = [response, next].every((each) => each?.events.length === 0 && !each.created && !each.canceled);
  return reports && response.revision === next?.revision;
}

const diskTexts = { empty: 'with an empty disk', kept: 'with its disk', old: 'with an old copy of its disk' } as const;

function lifeEvents(life: NodeLife, joined: JoinedHistory): StoryEvent[] {
  const { node, incarnation, start, roles, end } = life;
  const events: StoryEvent[] = [];
  const first = incarnation === 0;
  const disk = first && start.disk === 'empty' ? '' : ` ${diskTexts[start.disk]}`;
  events.push({
    ...placeOf(start),
    rank: first ? rankStore : rankNode,
    text: `node ${node} ${first ? 'starts' : 'starts again'}${disk}`,
  });
  for (const role of roles) {
    if (role.role !== 'leader') continue;
    const only = joined.lives.length === 1;
    events.push({
      ...placeOf(role),
      rank: only ? rankStore : rankNode,
      text: `node ${node} leads in epoch ${role.epoch}`,
    });
  }
  if (end?.kind === 'node-crash') {
    const power = end.power ? ', and what its disk had not synced is lost' : '';
    const told = joined.faults.some((fault) => fault.atMs === end.atMs && fault.node === node);
    events.push({ ...placeOf(end), rank: told ? rankStore : rankNode, text: `node ${node} is killed${power}` });
  }
  if (end?.kind === 'node-stopped') {
    const why = end.failure === undefined ? 'in order' : `by itself: ${end.failure}`;
    events.push({ ...placeOf(end), rank: rankNode, text: `node ${node} stops ${why}` });
  }
  return events;
}

function collectionEvents({ start, end }: Collected): StoryEvent[] {
  const who = `an operator's collector [${start.operation}]`;
  const begin = { ...placeOf(start), rank: rankNode, text: `${who} begins beside node ${start.node}` };
  if (end === undefined) return [begin];
  return [
    begin,
    { ...placeOf(end), rank: rankNode, text: `${who} is ${end.outcome}: ${shorten(end.detail, outcomeLengthShown)}` },
  ];
}

function faultEvents(result: RunResult, joined: JoinedHistory, suspects: Suspects): StoryEvent[] {
  const told = new Map<string, { event: StoryEvent; times: number }>();
  for (const fired of joined.faults) {
    const before = told.get(fired.fault);
    if (before !== undefined) {
      before.times += 1;
      continue;
    }
    const fault = result.scenario.faults.find((candidate) => candidate.id === fired.fault);
    const what = fault === undefined ? `fault ${fired.fault} (${fired.faultKind})` : faultText(fault);
    const detail = fired.detail === '' ? '' : `: ${objectKeyText(fired.detail)}`;
    const rank = suspects.fault(fired.fault) ? rankNamed : rankFault;
    told.set(fired.fault, {
      event: { ...placeOf(fired), rank, text: `${what}${detail}` },
      times: 1,
    });
  }
  const unnamed = [...told.values()].filter(({ event }) => event.rank === rankFault);
  const early = new Set(unnamed.slice(0, -faultsFirst).map(({ event }) => event));
  return [...told.values()].map(({ event, times }) => ({
    ...event,
    text: times === 1 ? event.text : `${event.text} (${times} times until the end)`,
    rank: early.has(event) ? rankRead : event.rank,
  }));
}

/** Where one reign's segments end and the next one's begin. */
function fenceEvents(result: RunResult): StoryEvent[] {
  return result.storeChanges.flatMap((change): StoryEvent[] => {
    if (change.bytes === undefined) return [];
    const description = describeObject(change.bytes);
    if (description?.fence !== true) return [];
    const by = change.node === undefined ? 'somebody' : `node ${change.node}`;
    const text = `${by} fences the log: ${objectKeyText(change.key)}, epoch ${description.epoch}`;
    return [{ atMs: change.atMs, position: 0, rank: rankStore, text }];
  });
}

function crashEvents(result: RunResult): StoryEvent[] {
  const { verdict } = result;
  if (verdict.kind !== 'crash') return [];
  const who = verdict.node === undefined ? 'the system' : `node ${verdict.node}`;
  return [
    {
      atMs: verdict.atMs,
      position: result.history.length,
      rank: rankNamed,
      text: `${who} fails: ${verdict.explanation}`,
    },
  ];
}

function placeOf(event: { readonly atMs: number; readonly position: number }): { atMs: number; position: number } {
  return { atMs: event.atMs, position: event.position };
}
