import type { NodeMachine, NodeOptions, SystemEffect, SystemEvent, SystemUnderTest } from '../types/system.ts';

/**
 * A worked example that is not our store: a register on three nodes, in which a value is written to all and acknowledged by a majority, and any
 * node answers a read. It reads and writes nothing but messages.
 *
 * Its bug: a read is answered from the node's own copy. A node that missed a write goes on answering the value before it, so
 * reads go back in time. `repaired` asks a majority first.
 */
export type RegisterRequest = { readonly kind: 'read' } | { readonly kind: 'write'; readonly value: string };

export interface RegisterResponse {
  readonly kind: 'register';
  readonly value: string;
}

/** A value with the place that it has in the order of writes: a counter, and the writer's number where two counters are equal. */
interface Stamped {
  readonly value: string;
  readonly counter: number;
  readonly writer: number;
}

type Message =
  | { readonly kind: 'ask'; readonly query: number }
  | { readonly kind: 'tell'; readonly query: number; readonly held: Stamped }
  | { readonly kind: 'store'; readonly query: number; readonly held: Stamped }
  | { readonly kind: 'stored'; readonly query: number };

type Event = SystemEvent<RegisterRequest>;
type Effect = SystemEffect<RegisterResponse>;

interface Query {
  readonly request: number;
  /** Left out: a read. */
  readonly write?: string;
  phase: 'ask' | 'store';
  best: Stamped;
  readonly answered: Set<number>;
}

export const register: SystemUnderTest<RegisterRequest, RegisterResponse> = {
  name: 'register',
  createNode: (options) => createRegisterNode(options, 'own-copy'),
};

export const repairedRegister: SystemUnderTest<RegisterRequest, RegisterResponse> = {
  name: 'register-repaired',
  createNode: (options) => createRegisterNode(options, 'majority'),
};

const nothing: Stamped = { value: '', counter: 0, writer: 0 };

function createRegisterNode(
  { node, nodes }: NodeOptions,
  reads: 'own-copy' | 'majority',
): NodeMachine<RegisterRequest, RegisterResponse> {
  const majority = Math.floor(nodes / 2) + 1;
  const others = Array.from({ length: nodes }, (_, other) => other).filter((other) => other !== node);
  const queries = new Map<number, Query>();
  let held = nothing;
  let nextQuery = 1;
  let effects: Effect[] = [];

  function send(to: number, body: Message): void {
    effects.push({ kind: 'send', to, body });
  }

  function answer(id: number, value: string): void {
    const response: RegisterResponse = { kind: 'register', value };
    effects.push({ kind: 'answer', id, answer: { kind: 'ok', header: { revision: held.counter, term: 0 }, response } });
  }

  function begin(id: number, request: RegisterRequest): void {
    if (request.kind === 'read' && reads === 'own-copy') {
      answer(id, held.value);
      return;
    }
    const query = nextQuery++;
    const write = request.kind === 'write' ? { write: request.value } : {};
    queries.set(query, { request: id, ...write, phase: 'ask', best: held, answered: new Set([node]) });
    for (const other of others) send(other, { kind: 'ask', query });
    advance(query);
  }

  /** First a majority says what is newest; then a majority holds what is to be answered. */
  function advance(number: number): void {
    const query = queries.get(number);
    if (query === undefined || query.answered.size < majority) return;
    if (query.phase === 'store') {
      queries.delete(number);
      answer(query.request, query.best.value);
      return;
    }
    if (query.write !== undefined) query.best = { value: query.write, counter: query.best.counter + 1, writer: node };
    query.phase = 'store';
    query.answered.clear();
    query.answered.add(node);
    keep(query.best);
    for (const other of others) send(other, { kind: 'store', query: number, held: query.best });
    advance(number);
  }

  function keep(offered: Stamped): void {
    if (isNewer(offered, held)) held = offered;
  }

  function receive(from: number, message: Message): void {
    switch (message.kind) {
      case 'ask':
        send(from, { kind: 'tell', query: message.query, held });
        return;
      case 'store':
        keep(message.held);
        send(from, { kind: 'stored', query: message.query });
        return;
      case 'tell': {
        const query = queries.get(message.query);
        if (query?.phase !== 'ask') return;
        if (isNewer(message.held, query.best)) query.best = message.held;
        query.answered.add(from);
        advance(message.query);
        return;
      }
      case 'stored': {
        const query = queries.get(message.query);
        if (query?.phase !== 'store') return;
        query.answered.add(from);
        advance(message.query);
      }
    }
  }

  return {
    step(event: Event): readonly Effect[] {
      effects = [];
      if (event.kind === 'request') begin(event.id, event.request);
      if (event.kind === 'message') receive(event.from, event.body as Message);
      return effects;
    },
  };
}

function isNewer(left: Stamped, right: Stamped): boolean {
  return left.counter > right.counter || (left.counter === right.counter && left.writer > right.writer);
}
