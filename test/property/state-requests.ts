import { evaluateRead, type ReadRequest } from '../../src/core/read/evaluate-read.ts';
import { noValues } from '../../src/core/read/view.ts';
import type { State } from '../../src/core/state/state.ts';
import type { ClientError } from '../../src/core/types/error.ts';
import type { Evaluation } from '../../src/core/types/evaluation.ts';
import type {
  Compare,
  CompareTarget,
  DeleteRangeRequest,
  PutRequest,
  RangeRequest,
  TxnOperation,
  TxnRequest,
} from '../../src/core/types/request.ts';
import type { RangeResponse, Response } from '../../src/core/types/response.ts';
import type { Version } from '../../src/core/types/version.ts';
import { evaluateWrite, type WriteRequest } from '../../src/core/write/evaluate.ts';

/** Requests in few words, and what they come to, for tests that tell one thing each. */
export function put(key: string, value = '', rest: Partial<PutRequest> = {}): PutRequest {
  const flags = { lease: 0n, previousKv: false, ignoreValue: false, ignoreLease: false };
  return { kind: 'put', key, value: bytes(value), ...flags, ...rest };
}

export function deleteRange(key: string, rangeEnd?: string, previousKv = false): DeleteRangeRequest {
  return { kind: 'delete-range', key, rangeEnd, previousKv };
}

export function range(key: string, rangeEnd?: string, rest: Partial<RangeRequest> = {}): RangeRequest {
  return {
    kind: 'range',
    key,
    rangeEnd,
    limit: 0,
    revision: 0,
    sortOrder: 'none',
    sortTarget: 'key',
    serializable: false,
    keysOnly: false,
    countOnly: false,
    minModRevision: 0,
    maxModRevision: 0,
    minCreateRevision: 0,
    maxCreateRevision: 0,
    ...rest,
  };
}

export function all(rest: Partial<RangeRequest> = {}): RangeRequest {
  return range('\0', '\0', rest);
}

export function txn(
  success: readonly TxnOperation[],
  failure: readonly TxnOperation[] = [],
  compare: readonly Compare[] = [],
): TxnRequest {
  return { kind: 'txn', compare, success, failure };
}

export function compare(
  key: string,
  target: CompareTarget,
  result: Compare['result'] = 'equal',
  rangeEnd?: string,
): Compare {
  return { key, rangeEnd, target, result };
}

export function write(state: State, request: WriteRequest): Response {
  return answered(evaluateWrite(state, request));
}

export function read(state: State, request: ReadRequest): Response {
  return answered(readAtHead(state, request));
}

export function readAtHead(state: State, request: ReadRequest): Evaluation {
  const { revision, compactRevision } = state;
  return evaluateRead(state, request, { revision, compactRevision, values: noValues });
}

export function readRange(state: State, request: RangeRequest): RangeResponse {
  const response = read(state, request);
  if (response.kind !== 'range') throw new Error('a range answers a range');
  return response;
}

export function keysOf(state: State, request: RangeRequest): string[] {
  return readRange(state, request).kvs.map(({ key }) => key);
}

export function errorOf(evaluation: Evaluation): ClientError | undefined {
  return evaluation.kind === 'error' ? evaluation.error : undefined;
}

export function grant(state: State, id: bigint, ttlSeconds = 60): void {
  write(state, { kind: 'lease-grant', id, ttlSeconds });
}

export function versionsIn(state: State): Version[] {
  const versions: Version[] = [];
  state.index.visitKeys('', undefined, (ofKey) => {
    versions.push(...ofKey);
    return true;
  });
  return versions;
}

export function bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

function answered(evaluation: Evaluation): Response {
  if (evaluation.kind === 'answer' || evaluation.kind === 'record') return evaluation.response;
  throw new Error(`not answered: ${evaluation.kind === 'error' ? evaluation.error.message : evaluation.kind}`);
}
