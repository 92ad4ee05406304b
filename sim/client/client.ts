import type { CallOutcome } from '../types/history.ts';
import type { PlainRequest, PlainWatchRequest, PlainWatchResponse } from '../types/plain.ts';
import type { Operation } from '../types/scenario.ts';
import type { SystemAnswer } from '../types/system.ts';
import { clientEndpoint, nodeEndpoint, passageOf } from '../world/network.ts';
import type { RequestHandle, StreamHandle } from '../world/host-clients.ts';
import type { NodeHost } from '../world/node-host.ts';
import { hashOf } from '../world/random.ts';
import type { World } from '../world/world.ts';
import type { ClientStream, ClientTask, ClientView, ClientWait, WatchNews } from './task.ts';

/**
 * Runs what clients do against the nodes, over the network, and writes down what they see.
 *
 * Invariants:
 * - Each call is in the history when it is sent, and at most once more when its client hears of it or gives it up.
 * - A call is sent again, as a new one, only when the last one certainly had no effect.
 * - A connection keeps the order of its messages. One that loses a message is broken, and its client finds out later.
 */
export interface Clients {
  start(operation: Operation, task: (view: ClientView) => ClientTask): void;
}

export function createClients(world: World, nodes: readonly NodeHost[]): Clients {
  const revisions = new Map<string, number>();
  return {
    start(operation, task) {
      const { client } = operation;
      const view: ClientView = { nowMs: world.nowMs, revision: () => revisions.get(client) ?? 0 };
      const seen = (revision: number) => {
        if (revision > view.revision()) revisions.set(client, revision);
      };
      resume(createRun(world, nodes, operation, seen), task(view), undefined);
    },
  };
}

interface Run {
  wait(waiting: ClientWait, done: (result: unknown) => void): void;
}

function resume(run: Run, task: ClientTask, input: unknown): void {
  const next = task.next(input);
  if (next.done !== true) run.wait(next.value, (result) => resume(run, task, result));
}

function createRun(
  world: World,
  nodes: readonly NodeHost[],
  operation: Operation,
  seen: (revision: number) => void,
): Run {
  const { networkLatency, client: knobs } = world.scenario.knobs;
  const { client, id } = operation;
  const endpoint = clientEndpoint(client);
  let calls = 0;
  let streams = 0;
  /** Moves on when a node refuses. */
  let target = operation.node % nodes.length;

  function passage(toNode: boolean, node: number, kind: 'call' | 'answer' | 'stream', key: number, count: number) {
    const there = nodeEndpoint(node);
    const [from, to] = toNode ? [endpoint, there] : [there, endpoint];
    return passageOf(world, networkLatency, { from, to, kind, key, count });
  }

  function callWithRetries(request: PlainRequest, done: (outcome: CallOutcome) => void): void {
    let attempts = 0;
    const attempt = () => {
      attempts += 1;
      callOnce(request, target, (outcome, retry) => {
        if (!retry || attempts >= knobs.attemptsMax) {
          done(outcome);
          return;
        }
        target = (target + 1) % nodes.length;
        world.after(knobs.pauseMs, attempt);
      });
    };
    attempt();
  }

  function callOnce(request: PlainRequest, node: number, done: (outcome: CallOutcome, retry: boolean) => void): void {
    calls += 1;
    world.counts.calls += 1;
    const name = `${id}#${calls}`;
    const key = hashOf(world.scenario.seed, name);
    let over = false;
    let handle: RequestHandle | undefined;

    const finish = (outcome: CallOutcome, retry: boolean) => {
      if (over) return;
      over = true;
      if (outcome.kind === 'ok') seen(outcome.header.revision);
      world.record({ kind: 'return', call: name, outcome });
      done(outcome, retry);
    };
    const arrived = (answer: SystemAnswer | 'lost' | 'refused') => {
      const way = passage(false, node, 'answer', key, 2);
      if (way.lost) return;
      world.after(way.extraMs, () => finish(...outcomeOf(answer)));
    };

    world.record({ kind: 'invoke', call: name, operation: id, client, node, request });
    world.after(knobs.timeoutMs, () => {
      if (over) return;
      finish({ kind: 'unknown', reason: 'no answer in time' }, false);
      handle?.abandon();
    });
    const way = passage(true, node, 'call', key, 1);
    if (way.lost) return;
    world.after(way.extraMs, () => {
      // One that its client gave up meanwhile may arrive all the same.
      const taken = nodes[node]!.request(name, request, arrived);
      if (taken === undefined) arrived('refused');
      else handle = taken;
    });
  }

  function openWatch(request: PlainWatchRequest, done: (stream: ClientStream | undefined) => void): void {
    streams += 1;
    const node = target;
    done(connect(request, node, `${id}~${streams}`));
  }

  function connect(request: PlainWatchRequest, node: number, name: string): Connection {
    const key = hashOf(world.scenario.seed, name);
    const news: WatchNews[] = [];
    let handle: StreamHandle | undefined;
    let wake: (() => void) | undefined;
    let over = false;
    let broken = false;
    let sent = 0;
    let lastMs = 0;

    function tell(item: WatchNews): void {
      news.push(item);
      wake?.();
    }

    function end(reason: string): void {
      if (over) return;
      over = true;
      world.record({ kind: 'watch-end', stream: name, reason });
      target = (node + 1) % nodes.length;
      tell({ kind: 'end', reason });
    }

    /** A broken connection is noticed when nothing has come for as long as a call may take. */
    function breakDown(): void {
      if (broken) return;
      broken = true;
      world.after(knobs.timeoutMs, () => {
        end('lost');
        handle?.close();
      });
    }

    /** In order: nothing overtakes on a connection. */
    function send(deliver: () => void): void {
      if (broken || over) return;
      sent += 1;
      const way = passage(false, node, 'stream', key, sent);
      if (way.lost) {
        breakDown();
        return;
      }
      lastMs = Math.max(lastMs, world.nowMs() + way.extraMs);
      world.at(lastMs, () => {
        if (!over && !broken) deliver();
      });
    }

    function receive(response: PlainWatchResponse): void {
      if (response.revision !== undefined && response.events.length > 0) seen(response.revision);
      world.record({ kind: 'watch-response', stream: name, response });
      tell({ kind: 'response', response });
    }

    world.record({ kind: 'watch-open', stream: name, operation: id, client, node, request });
    const way = passage(true, node, 'stream', key, 0);
    if (way.lost) breakDown();
    else {
      world.after(way.extraMs, () => {
        const consumer = {
          stream: name,
          response: (response: PlainWatchResponse) => send(() => receive(response)),
          end: (reason: string) => send(() => end(reason)),
        };
        handle = over ? undefined : nodes[node]!.openStream(request, consumer);
        if (handle === undefined) send(() => end('refused'));
      });
    }

    return {
      take(untilMs, done) {
        const first = news.shift();
        if (first !== undefined) {
          if (first.kind === 'response') handle?.consumed();
          done(first);
          return;
        }
        let settled = false;
        const settle = () => {
          if (settled) return;
          const next = news[0];
          if (next === undefined && world.nowMs() < untilMs) return;
          settled = true;
          wake = undefined;
          if (next !== undefined) news.shift();
          if (next?.kind === 'response') handle?.consumed();
          done(next ?? { kind: 'time' });
        };
        wake = () => world.after(0, settle);
        world.at(untilMs, settle);
      },
      progress() {
        if (over || broken) return;
        world.record({ kind: 'watch-progress-asked', stream: name });
        const passed = passage(true, node, 'stream', key + 1, ++sent);
        if (passed.lost) breakDown();
        else world.after(passed.extraMs, () => handle?.progress());
      },
      close() {
        if (over) return;
        over = true;
        world.record({ kind: 'watch-end', stream: name, reason: 'closed' });
        world.after(0, () => handle?.close());
      },
    };
  }

  return {
    wait(waiting, done) {
      switch (waiting.kind) {
        case 'call':
          if (waiting.node === undefined) callWithRetries(waiting.request, done);
          else callOnce(waiting.request, waiting.node, done);
          return;
        case 'sleep':
          world.after(waiting.ms, () => done(undefined));
          return;
        case 'watch-open':
          openWatch(waiting.request, done);
          return;
        case 'watch-next':
          (waiting.stream as Connection).take(waiting.untilMs, done);
          return;
      }
    },
  };
}

interface Connection extends ClientStream {
  take(untilMs: number, done: (news: WatchNews) => void): void;
}

function outcomeOf(answer: SystemAnswer | 'lost' | 'refused'): [outcome: CallOutcome, retry: boolean] {
  if (answer === 'lost') return [{ kind: 'unknown', reason: 'connection lost' }, false];
  if (answer === 'refused') {
    return [{ kind: 'error', status: 'Unavailable', message: 'connection refused' }, true];
  }
  if (answer.kind === 'ok') return [{ kind: 'ok', header: answer.header, response: answer.response }, false];
  const { status, message, effectless, retry } = answer;
  if (!effectless) return [{ kind: 'unknown', reason: message }, false];
  return [{ kind: 'error', status, message }, retry];
}
