import type { CallOutcome } from '../types/history.ts';
import type { PlainCaller } from '../types/plain-auth.ts';
import type {
  PlainCompare,
  PlainKeyValue,
  PlainRange,
  PlainRequest,
  PlainResponse,
  PlainTxnOperation,
  PlainTxnRequest,
  PlainWatchRequest,
  PlainWatchResponse,
} from '../types/plain.ts';
import { quoted, shorten } from './bytes-text.ts';

/**
 * Requests and answers in plain words, on one line. What a researcher's own system calls and answers has no shape known here: it is
 * told by its kind and its fields.
 */

const itemsShown = 3;
const txnOperationsShown = 2;

export function requestText(request: PlainRequest): string {
  return `${bodyText(request)}${callerText(request.caller)}`;
}

function callerText(caller: PlainCaller | undefined): string {
  if (caller === undefined) return '';
  return caller.kind === 'user' ? `, asked by ${caller.name}` : `, asked by somebody ${caller.kind}`;
}

function bodyText(request: PlainRequest): string {
  switch (request.kind) {
    case 'range':
      return readText(request);
    case 'put':
      return putText(request);
    case 'delete-range':
      return `delete ${rangeText(request)}`;
    case 'txn':
      return txnText(request);
    case 'compact':
      return `compact at revision ${request.revision}`;
    case 'lease-grant':
      return `grant lease ${request.id} for ${request.ttlSeconds} s`;
    case 'lease-revoke':
      return `revoke lease ${request.id}`;
    case 'lease-keep-alive':
      return `keep lease ${request.id} alive`;
    case 'lease-time-to-live':
      return `ask lease ${request.id} how long it lives`;
    case 'lease-leases':
      return 'list leases';
    case 'alarm':
      return `${request.action} alarm ${request.alarm} of member ${request.memberId}`;
    case 'auth-user-grant-role':
    case 'auth-user-revoke-role':
      return `${request.kind} ${request.role} of ${request.name}`;
    case 'auth-role-grant-permission':
      return `let role ${request.role} ${request.permission.type} ${rangeText(request.permission)}`;
    default:
      return foreignText(request);
  }
}

export function outcomeText(outcome: CallOutcome): string {
  if (outcome.kind === 'unknown') return `outcome unknown (${outcome.reason})`;
  if (outcome.kind === 'error') return `refused: ${outcome.message === '' ? outcome.status : outcome.message}`;
  return `${responseText(outcome.response)} at revision ${outcome.header.revision}`;
}

export function responseText(response: PlainResponse): string {
  switch (response.kind) {
    case 'range':
      return rangeResponseText(response.kvs, response.count, response.more);
    case 'put':
      return response.previous === undefined ? 'ok' : `ok, before: ${keyValueText(response.previous)}`;
    case 'delete-range':
      return response.deleted === 1 ? '1 key deleted' : `${response.deleted} keys deleted`;
    case 'txn':
      return response.succeeded ? 'transaction succeeded' : 'transaction took its else branch';
    case 'lease-keep-alive':
      return response.ttlSeconds === 0 ? 'no such lease' : `alive for ${response.ttlSeconds} s more`;
    case 'lease-time-to-live':
      return response.ttlSeconds < 0 ? 'no such lease' : `${response.ttlSeconds} s left`;
    case 'lease-leases':
      return `leases ${response.ids.length === 0 ? 'none' : response.ids.join(', ')}`;
    case 'compact':
    case 'lease-grant':
    case 'lease-revoke':
      return 'ok';
    default:
      return foreignText(response);
  }
}

export function watchText(request: PlainWatchRequest): string {
  const from = request.startRevision ?? 0;
  return `watch ${rangeText(request)} ${from === 0 ? 'from now on' : `from revision ${from}`}${callerText(request.caller)}`;
}

export function watchResponseText(response: PlainWatchResponse): string {
  if (response.compactRevision !== 0) return `cancelled: compacted at revision ${response.compactRevision}`;
  if (response.canceled)
    return `cancelled: ${response.cancelReason === '' ? 'no reason given' : response.cancelReason}`;
  const at = response.revision === undefined ? '' : ` at revision ${response.revision}`;
  if (response.created) return `watcher created${at}`;
  if (response.events.length === 0) return `progress${at}`;
  return listText(response.events.map(({ kv }) => eventText(kv)));
}

/** The keys that a request names, as byte strings. */
export function keysOf(request: PlainRequest): readonly string[] {
  switch (request.kind) {
    case 'range':
    case 'put':
    case 'delete-range':
      return typeof request.key === 'string' ? [request.key] : [];
    case 'txn':
      return [
        ...(request.compare ?? []).map((compare) => compare.key),
        ...[...(request.success ?? []), ...(request.failure ?? [])].flatMap(keysOf),
      ];
    default:
      return [];
  }
}

/** The last three: as systems other than ours call it. */
const readKinds: ReadonlySet<string> = new Set([
  'range',
  'lease-time-to-live',
  'lease-leases',
  'auth-status',
  'auth-user-get',
  'auth-user-list',
  'auth-role-get',
  'auth-role-list',
  'read',
  'get',
  'list',
]);

export function changesData(request: PlainRequest): boolean {
  if (request.kind === 'txn') return [...(request.success ?? []), ...(request.failure ?? [])].some(changesData);
  return !readKinds.has(request.kind);
}

export function rangeText(range: PlainRange): string {
  if (range.rangeEnd === undefined) return quoted(range.key);
  if (range.rangeEnd === '\0') return range.key === '\0' ? 'all keys' : `keys from ${quoted(range.key)} on`;
  return isPrefix(range.key, range.rangeEnd)
    ? `keys under ${quoted(range.key)}`
    : `keys ${quoted(range.key)} to ${quoted(range.rangeEnd)}`;
}

function isPrefix(key: string, end: string): boolean {
  const last = key.charCodeAt(key.length - 1);
  return key !== '' && last < 0xff && end === key.slice(0, -1) + String.fromCharCode(last + 1);
}

function readText(request: PlainRequest & { kind: 'range' }): string {
  const what = request.countOnly === true ? 'count' : 'read';
  const at = request.revision === undefined || request.revision === 0 ? '' : ` at revision ${request.revision}`;
  const limit = request.limit === undefined || request.limit === 0 ? '' : `, at most ${request.limit}`;
  return `${what} ${rangeText(request)}${at}${limit}${request.serializable === true ? ', stale allowed' : ''}`;
}

function putText(request: PlainRequest & { kind: 'put' }): string {
  const value = request.ignoreValue === true ? 'its value kept' : quoted(request.value ?? '');
  const lease = request.lease === undefined || request.lease === '0' ? '' : ` under lease ${request.lease}`;
  return `put ${quoted(request.key)} = ${value}${lease}`;
}

function txnText(request: PlainTxnRequest): string {
  const compare = request.compare ?? [];
  const then = operationsText(request.success ?? []);
  if (compare.length === 0) return `transaction: ${then}`;
  const otherwise = (request.failure ?? []).length === 0 ? '' : `, else ${operationsText(request.failure ?? [])}`;
  return `if ${listText(compare.map(compareText), ' and ')} then ${then}${otherwise}`;
}

function operationsText(operations: readonly PlainTxnOperation[]): string {
  if (operations.length === 0) return 'nothing';
  return listText(operations.map(requestText), '; ', txnOperationsShown);
}

const signs = { equal: '=', greater: '>', less: '<', 'not-equal': '≠' } as const;

function compareText(compare: PlainCompare): string {
  const sign = signs[compare.result ?? 'equal'];
  const { target } = compare;
  const key = rangeText(compare);
  if (target.kind === 'version') return `version of ${key} ${sign} ${target.version}`;
  if (target.kind === 'create') return `creation of ${key} ${sign} ${target.createRevision}`;
  if (target.kind === 'mod') return `revision of ${key} ${sign} ${target.modRevision}`;
  if (target.kind === 'lease') return `lease of ${key} ${sign} ${target.lease}`;
  return `${key} ${sign} ${quoted(target.value)}`;
}

function rangeResponseText(kvs: readonly PlainKeyValue[], count: number, more: boolean): string {
  if (count === 0 && kvs.length === 0) return 'nothing there';
  if (kvs.length === 0) return `${count} there`;
  return `${listText(kvs.map(keyValueText))}${more ? ` of ${count}` : ''}`;
}

function keyValueText(kv: PlainKeyValue): string {
  return `${quoted(kv.key)} = ${quoted(kv.value)} (r${kv.modRevision})`;
}

function eventText(kv: PlainKeyValue): string {
  if (kv.version === 0) return `delete ${quoted(kv.key)} (r${kv.modRevision})`;
  return `put ${keyValueText(kv)}`;
}

function listText(items: readonly string[], separator = ', ', shown = itemsShown): string {
  if (items.length <= shown) return items.join(separator);
  return `${items.slice(0, shown).join(separator)}${separator}and ${items.length - shown} more`;
}

/** `write key=a value=1`: the kind, then the fields, shortened. */
function foreignText(value: object): string {
  const { kind, ...fields } = value as { readonly kind?: unknown };
  const words = Object.entries(fields).map(([name, field]) => `${name}=${shorten(JSON.stringify(field) ?? 'none')}`);
  return [...(typeof kind === 'string' ? [kind] : []), ...words].join(' ');
}
