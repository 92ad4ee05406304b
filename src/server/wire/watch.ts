import type { WatchCreateRequest, WatchEvent, WatchResponse } from '../../core/types/watch.ts';
import type { Resolved } from '../../host/database.ts';
import type * as wire from '../generated/etcdserverpb/watch.ts';
import type { Event } from '../generated/mvccpb/kv.ts';
import { headerOf, type Identity } from './header.ts';
import { byteStringOf, bytesOf } from './bytes.ts';
import { keyValueOf } from './kv-response.ts';
import { rangeEndOf } from './kv-request.ts';
import { numberOf } from './number.ts';

const putFilter = 0;
const deleteFilter = 1;

/** No key is the smallest key. */
const keySmallest = '\0';

export function watchCreateRequestOf(request: wire.WatchCreateRequest): WatchCreateRequest {
  const filters: readonly number[] = request.filters;
  return {
    key: request.key.length === 0 ? keySmallest : byteStringOf(request.key),
    rangeEnd: rangeEndOf(request.rangeEnd),
    watchId: request.watchId,
    startRevision: numberOf(request.startRevision),
    progressNotify: request.progressNotify,
    noPut: filters.includes(putFilter),
    noDelete: filters.includes(deleteFilter),
    previousKv: request.prevKv,
    fragment: request.fragment,
  };
}

export function watchResponseOf(identity: Identity, response: Resolved<WatchResponse>): wire.WatchResponse {
  return {
    header: headerOf(identity, { revision: response.revision ?? 0, term: response.term }),
    watchId: response.watchId,
    created: response.created,
    canceled: response.canceled,
    compactRevision: BigInt(response.compactRevision),
    cancelReason: response.cancelReason,
    fragment: false,
    events: response.events.map(eventOf),
  };
}

function eventOf({ version, previous }: Resolved<WatchEvent>): Event {
  const prevKv = previous && keyValueOf(previous);
  if (version.version !== 0) return { type: 0, kv: keyValueOf(version), prevKv };
  return { type: 1, kv: deletedOf(version.key, version.modRevision), prevKv };
}

const noBytes = new Uint8Array(0);

function deletedOf(key: string, modRevision: number): Event['kv'] {
  return {
    key: bytesOf(key),
    modRevision: BigInt(modRevision),
    createRevision: 0n,
    version: 0n,
    value: noBytes,
    lease: 0n,
  };
}
