import { faultKindOf } from '../faults/index.ts';
import { generateScenario } from '../generate.ts';
import { nodeDigest } from '../search/node-digest.ts';
import type { Subject } from '../search/subject.ts';
import { simulate } from '../simulate.ts';
import type { Observer } from '../types/observer.ts';
import type { Violation } from '../types/result.ts';
import type { Operation, Scenario } from '../types/scenario.ts';
import type { SystemUnderTest } from '../types/system.ts';
import { drawOf } from '../world/random.ts';
import { register, repairedRegister, type RegisterRequest, type RegisterResponse } from './register.ts';

/**
 * How one searches a system of one's own: say how a scenario is made from a seed, how it is run, and what must hold. Then
 *
 *   t4 sim run --subject sim/examples/register-subject.ts --seeds 200
 *
 * finds the register's bug, and shrinks it to a write and a read.
 */
export const subject: Subject<RegisterRequest> = subjectOf(register);
export const repairedSubject: Subject<RegisterRequest> = subjectOf(repairedRegister);

const nodes = 3;
const activeMs = 20_000;
const operationsCount = 30;
const faultsUsed = ['network-cut', 'partition-alone', 'partition-halves', 'network-delay', 'process-pause'];

function subjectOf(system: SystemUnderTest<RegisterRequest, RegisterResponse>): Subject<RegisterRequest> {
  return {
    name: system.name,
    generate,
    run: (scenario, { traceLines = false } = {}) =>
      simulate(scenario, { system, digest: nodeDigest, observers: [observeReads], record: traceLines }),
    shrinkFault: (fault) => faultKindOf(fault.kind).shrink(fault),
  };
}

/** The generator's world and faults, with traffic of the register's own. */
function generate(seed: number): Scenario<RegisterRequest> {
  const world = generateScenario(seed, { nodes, activeMs, faults: faultsUsed, swarm: false, operations: 1 });
  const operations = Array.from({ length: operationsCount }, (_, index): Operation<RegisterRequest> => {
    const id = `register-${index + 1}`;
    const draw = drawOf(seed, id);
    const request: RegisterRequest = draw.chance(0.5) ? { kind: 'read' } : { kind: 'write', value: id };
    const node = draw.below(nodes);
    return { id, client: `client-${node}`, node, atMs: draw.below(activeMs), action: { kind: 'request', request } };
  });
  const { heal: _heal, ...knobs } = world.knobs;
  return { ...world, knobs: { ...knobs, endMs: activeMs + 15_000 }, operations };
}

interface Span {
  readonly call: string;
  readonly operation: string;
  readonly request: RegisterRequest;
  readonly begun: number;
  ended: number;
  answer: string | undefined;
}

/**
 * A read must not answer a value that had been replaced before it began: no write may lie wholly between the end of the write of that value and the
 * read. Sound, and enough for this bug; not everything that linearizability asks.
 */
function observeReads(): Observer {
  const spans = new Map<string, Span>();
  let time = 0;
  let reads = 0;
  return {
    name: 'register reads',
    history(event) {
      time += 1;
      if (event.kind === 'invoke') {
        const { call, operation } = event;
        const request = event.request as unknown as RegisterRequest;
        spans.set(call, { call, operation, request, begun: time, ended: Infinity, answer: undefined });
        return undefined;
      }
      if (event.kind !== 'return' || event.outcome.kind !== 'ok') return undefined;
      const span = spans.get(event.call);
      if (span === undefined) return undefined;
      span.ended = time;
      span.answer = (event.outcome.response as unknown as RegisterResponse).value;
      if (span.request.kind !== 'read') return undefined;
      reads += 1;
      return staleRead(span, [...spans.values()], event.atMs);
    },
    ledger: () => ({ 'register reads': reads }),
  };
}

function staleRead(read: Span, spans: readonly Span[], atMs: number): Violation | undefined {
  const writes = spans.filter((span) => span.request.kind === 'write');
  const source = writes.find(({ request }) => request.kind === 'write' && request.value === read.answer);
  const written = source?.ended ?? 0;
  const between = writes.find(({ begun, ended }) => begun > written && ended < read.begun);
  if (between === undefined) return undefined;
  return {
    kind: 'safety',
    guarantee: 'register reads',
    explanation: `${read.operation} read ${JSON.stringify(read.answer)}, which ${between.operation} had replaced before it began`,
    atMs,
    operations: [read.operation, between.operation, ...(source === undefined ? [] : [source.operation])],
    faults: [],
    keys: [],
    revisions: [],
  };
}
