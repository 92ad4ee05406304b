import { watchersMax, watchersPerStreamMax } from '../limits.ts';
import { clientErrors, rpcErrorText, type ClientError } from '../types/error.ts';
import type { WatchCreateRequest } from '../types/watch.ts';
import { cancelCompacted, headerOf, type HubState, sendControl } from './hub-state.ts';
import { joinReports } from './progress.ts';
import { createdResponse, refusedResponse } from './responses.ts';
import { watchedRange } from './watched-range.ts';
import type { Watcher, WatchStreamState } from './watcher.ts';

/**
 * Creation: the watcher's first response is always the one with `created`, and a refusal is that one response, which cancels too.
 * Words and order of the checks are etcd's.
 *
 * @param denial what stands against the caller; it is told where etcd looks at it
 */
export function createWatcher(
  hub: HubState,
  stream: WatchStreamState,
  request: WatchCreateRequest,
  nowMs: number,
  denial: ClientError | undefined,
): void {
  const range = watchedRange(request);
  const refusal = refusalOf(hub, stream, request, denial);
  if (refusal !== undefined || range === undefined) {
    sendControl(hub, stream, refusedResponse(headerOf(hub), refusal ?? emptyRange));
    return;
  }
  const id = request.watchId === automatic ? pickId(stream) : request.watchId;
  const watcher: Watcher = {
    stream,
    id,
    range,
    startRevision: request.startRevision,
    progressNotify: request.progressNotify,
    noPut: request.noPut,
    noDelete: request.noDelete,
    previousKv: request.previousKv,
    fragment: request.fragment,
    cursor: undefined,
    idle: true,
    batch: undefined,
  };
  hub.watchers += 1;
  stream.watchers.set(id, watcher);
  hub.idle.delete(stream);
  stream.compactedIds.delete(id);
  if (watcher.progressNotify) joinReports(hub, watcher, nowMs);
  sendControl(hub, stream, createdResponse(headerOf(hub), id));
  if (!hub.streams.has(stream.stream)) return;
  place(hub, watcher);
}

const automatic = 0n;
const emptyRange = 'mvcc: watcher range is empty';
const duplicateId = 'mvcc: duplicate watch ID provided on the WatchStream';

function refusalOf(
  hub: HubState,
  stream: WatchStreamState,
  request: WatchCreateRequest,
  denial: ClientError | undefined,
): string | undefined {
  if (request.startRevision < 0) return clientErrors.compacted.message;
  if (denial !== undefined) return rpcErrorText(denial);
  if (watchedRange(request) === undefined) return emptyRange;
  if (request.watchId !== automatic && stream.watchers.has(request.watchId)) return duplicateId;
  if (stream.watchers.size >= watchersPerStreamMax) return clientErrors.tooManyRequests.message;
  if (hub.watchers >= watchersMax) return clientErrors.tooManyRequests.message;
  return undefined;
}

/** The stream's next number that no watcher has; a number is not given twice. */
function pickId(stream: WatchStreamState): bigint {
  while (stream.watchers.has(stream.nextId)) stream.nextId += 1n;
  const id = stream.nextId;
  stream.nextId += 1n;
  return id;
}

/** From the past: fed from history first. From now or the future: live, and silent until then. */
function place(hub: HubState, watcher: Watcher): void {
  if (watcher.startRevision === 0 || watcher.startRevision > hub.revision) {
    hub.live.add(watcher);
    return;
  }
  watcher.cursor = watcher.startRevision;
  if (cancelCompacted(hub, watcher)) return;
  watcher.stream.lagging.add(watcher);
  hub.feedable.add(watcher.stream);
}
