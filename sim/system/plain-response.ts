import { byteStringOf, noLease } from '../../src/core/types/bytes.ts';
import type { Response, TxnOperationResponse } from '../../src/core/types/response.ts';
import { isTombstone, type Version } from '../../src/core/types/version.ts';
import type { WatchResponse } from '../../src/core/types/watch.ts';
import { plainAuthResponseOf } from './plain-auth.ts';
import type { PlainKeyValue, PlainResponse, PlainWatchResponse } from '../types/plain.ts';

/** The core's answers as plain ones. A value that is not in memory is asked of `valueOf`. */
export type ValueOf = (version: Version) => Uint8Array;

/** Versions whose value has to be read before this can be answered; it is called once for each that the answer shows. */
export function versionsShown(response: Response, show: (version: Version) => void): void {
  switch (response.kind) {
    case 'range':
      if (!response.keysOnly) for (const version of response.kvs) show(version);
      return;
    case 'put':
      if (response.previous !== undefined) show(response.previous);
      return;
    case 'delete-range':
      for (const version of response.previous) show(version);
      return;
    case 'txn':
      for (const { response: inner } of response.responses) versionsShown(inner, show);
      return;
    default:
  }
}

export function versionsWatched(response: WatchResponse, show: (version: Version) => void): void {
  for (const { version, previous } of response.events) {
    show(version);
    if (previous !== undefined) show(previous);
  }
}

type SimulatedResponse = Extract<Response, { readonly kind: PlainResponse['kind'] }>;

export function isAskedInSimulation(response: Response): response is SimulatedResponse {
  switch (response.kind) {
    case 'range':
    case 'put':
    case 'delete-range':
    case 'txn':
    case 'compact':
    case 'lease-grant':
    case 'lease-revoke':
    case 'lease-keep-alive':
    case 'lease-time-to-live':
    case 'lease-leases':
    case 'alarm':
      return true;
    case 'auth-credentials':
      return false;
    default:
      return response.kind.startsWith('auth-');
  }
}

export function plainResponseOf(response: SimulatedResponse, valueOf: ValueOf): PlainResponse {
  switch (response.kind) {
    case 'lease-grant':
    case 'lease-keep-alive':
      return { kind: response.kind, id: response.id.toString(), ttlSeconds: response.ttlSeconds };
    case 'lease-time-to-live':
      return { ...response, id: response.id.toString() };
    case 'lease-leases':
      return { kind: 'lease-leases', ids: response.ids.map(String) };
    case 'compact':
    case 'lease-revoke':
      return { kind: response.kind };
    case 'range':
    case 'put':
    case 'delete-range':
    case 'txn':
      return plainOperationOf(response, valueOf);
    default:
      return plainAuthResponseOf(response);
  }
}

function plainOperationOf(response: TxnOperationResponse['response'], valueOf: ValueOf) {
  switch (response.kind) {
    case 'range': {
      const { more, count, keysOnly } = response;
      const kvs = response.kvs.map((version) => keyValueOf(version, keysOnly ? undefined : valueOf));
      return { kind: 'range' as const, kvs, more, count };
    }
    case 'put':
      return response.previous === undefined
        ? { kind: 'put' as const }
        : { kind: 'put' as const, previous: keyValueOf(response.previous, valueOf) };
    case 'delete-range': {
      const previous = response.previous.map((version) => keyValueOf(version, valueOf));
      return { kind: 'delete-range' as const, deleted: response.deleted, previous };
    }
    case 'txn': {
      const responses: TxnResponses = response.responses.map(({ revision, response: inner }) => ({
        revision,
        response: plainOperationOf(inner, valueOf),
      }));
      return { kind: 'txn' as const, succeeded: response.succeeded, responses };
    }
  }
}

type TxnResponses = Extract<PlainResponse, { kind: 'txn' }>['responses'];

export function plainWatchResponseOf(response: WatchResponse, valueOf: ValueOf): PlainWatchResponse {
  const { created, canceled, compactRevision, cancelReason } = response;
  const plain = {
    watchId: response.watchId.toString(),
    created,
    canceled,
    compactRevision,
    cancelReason,
    events: response.events.map(({ version, previous }) =>
      previous === undefined
        ? { kv: keyValueOf(version, valueOf) }
        : { kv: keyValueOf(version, valueOf), previous: keyValueOf(previous, valueOf) },
    ),
  };
  return response.revision === undefined ? plain : { ...plain, revision: response.revision };
}

function keyValueOf(version: Version, valueOf: ValueOf | undefined): PlainKeyValue {
  return {
    key: version.key,
    value: valueOf === undefined || isTombstone(version) ? '' : byteStringOf(version.value ?? valueOf(version)),
    modRevision: version.modRevision,
    createRevision: version.createRevision,
    version: version.version,
    lease: version.lease === noLease ? '0' : version.lease.toString(),
  };
}
