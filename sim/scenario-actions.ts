import { ScenarioError } from './scenario-error.ts';
import type { PlainCaller, PlainPermission } from './types/plain-auth.ts';
import type {
  PlainCompare,
  PlainRange,
  PlainRequestBody,
  PlainTxnOperation,
  PlainWatchRequest,
} from './types/plain.ts';
import type { Action, BranchCut, ToolCourse } from './types/scenario.ts';

/**
 * What the store's clients can be asked to do, field by field, so that a slip of whoever edits a scenario is told as one, and is not taken for
 * a crash of the system.
 *
 * Invariant: whatever passes, `src/core` gets as a request that its own wire could have brought.
 */
type Check = (path: string, value: unknown) => void;

interface Field {
  readonly check: Check;
  readonly optional: boolean;
}

type Fields = Readonly<Record<string, Field>>;

/** All that the type has: a field that it gets has to be described here, too. */
type FieldsOf<Type> = { readonly [Name in Exclude<keyof Type, 'kind'>]-?: Field };
type KindsOf<Type extends { readonly kind: string }> = {
  readonly [Kind in Type['kind']]: FieldsOf<Extract<Type, { readonly kind: Kind }>>;
};

const int64Max = 2n ** 63n;

/** A string of bytes, a char each. */
const bytes: Check = (path, value) => {
  if (typeof value !== 'string') throw wrong(path, value, 'is no text');
  for (let index = 0; index < value.length; index++) {
    if (value.charCodeAt(index) > 0xff) throw wrong(path, value, 'has a character that is no byte');
  }
};
const text: Check = (path, value) => {
  if (typeof value !== 'string') throw wrong(path, value, 'is no text');
};
const id: Check = (path, value) => {
  const isId = typeof value === 'string' && /^-?[0-9]{1,19}$/.test(value);
  if (!isId || BigInt(value) >= int64Max || BigInt(value) < -int64Max)
    throw wrong(path, value, 'is no id: decimal digits in quotes');
};
const memberId: Check = (path, value) => {
  if (typeof value !== 'string' || !/^[0-9]{1,20}$/.test(value) || BigInt(value) >= 2n * int64Max)
    throw wrong(path, value, 'is no member id: decimal digits in quotes');
};
const whole: Check = (path, value) => {
  if (!Number.isSafeInteger(value)) throw wrong(path, value, 'is no whole number');
};
const milliseconds: Check = (path, value) => {
  if (typeof value !== 'number' || !(value >= 0)) throw wrong(path, value, 'is no time in milliseconds');
};
const flag: Check = (path, value) => {
  if (typeof value !== 'boolean') throw wrong(path, value, 'is neither true nor false');
};

function oneOf(...words: readonly string[]): Check {
  return (path, value) => {
    if (!words.includes(value as string)) throw wrong(path, value, `is none of ${words.join(', ')}`);
  };
}

function listOf(check: Check): Check {
  return (path, value) => {
    if (!Array.isArray(value)) throw wrong(path, value, 'is no list');
    for (const [index, item] of value.entries()) check(`${path}[${index}]`, item);
  };
}

/** One of several shapes, told apart by `kind`. */
function byKind(kinds: () => Readonly<Record<string, Fields>>): Check {
  return (path, value) => {
    checkObject(path, value);
    const { kind } = value;
    const fields = typeof kind === 'string' && Object.hasOwn(kinds(), kind) ? kinds()[kind] : undefined;
    if (fields === undefined) throw wrong(`${path}.kind`, kind, `is none of ${Object.keys(kinds()).join(', ')}`);
    checkFields(path, value, fields, ['kind']);
  };
}

function objectOf(fields: Fields): Check {
  return (path, value) => {
    checkObject(path, value);
    checkFields(path, value, fields, []);
  };
}

function checkObject(path: string, value: unknown): asserts value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(path, value, 'is no object');
}

function checkFields(
  path: string,
  value: Readonly<Record<string, unknown>>,
  fields: Fields,
  besides: readonly string[],
): void {
  for (const [name, { check, optional }] of Object.entries(fields)) {
    const given = value[name];
    if (given !== undefined) check(`${path}.${name}`, given);
    else if (!optional) throw new ScenarioError(`this is no scenario: ${path}.${name} is missing`);
  }
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(fields, name) && !besides.includes(name));
  if (unknown !== undefined)
    throw new ScenarioError(`this is no scenario: ${path} has no field called ${JSON.stringify(unknown)}`);
}

const needed = (check: Check): Field => ({ check, optional: false });
const maybe = (check: Check): Field => ({ check, optional: true });

const range: FieldsOf<PlainRange> = { key: needed(bytes), rangeEnd: maybe(bytes) };

const targets: KindsOf<PlainCompare['target']> = {
  version: { version: needed(whole) },
  create: { createRevision: needed(whole) },
  mod: { modRevision: needed(whole) },
  value: { value: needed(bytes) },
  lease: { lease: needed(id) },
};

const compare: FieldsOf<PlainCompare> = {
  ...range,
  result: maybe(oneOf('equal', 'greater', 'less', 'not-equal')),
  target: needed(byKind(() => targets)),
};

const dataRequests: KindsOf<PlainTxnOperation> = {
  range: {
    ...range,
    limit: maybe(whole),
    revision: maybe(whole),
    sortOrder: maybe(oneOf('none', 'ascend', 'descend')),
    sortTarget: maybe(oneOf('key', 'version', 'create', 'mod', 'value')),
    serializable: maybe(flag),
    keysOnly: maybe(flag),
    countOnly: maybe(flag),
    minModRevision: maybe(whole),
    maxModRevision: maybe(whole),
    minCreateRevision: maybe(whole),
    maxCreateRevision: maybe(whole),
  },
  put: {
    key: needed(bytes),
    value: maybe(bytes),
    lease: maybe(id),
    previousKv: maybe(flag),
    ignoreValue: maybe(flag),
    ignoreLease: maybe(flag),
  },
  'delete-range': { ...range, previousKv: maybe(flag) },
  txn: {
    compare: maybe(listOf(objectOf(compare))),
    success: maybe(listOf((path, value) => dataRequest(path, value))),
    failure: maybe(listOf((path, value) => dataRequest(path, value))),
  },
};

const dataRequest: Check = byKind(() => dataRequests);

const permission: FieldsOf<PlainPermission> = { ...range, type: needed(oneOf('read', 'write', 'readwrite')) };

const requestBodies: KindsOf<PlainRequestBody> = {
  ...dataRequests,
  compact: { revision: needed(whole), physical: maybe(flag) },
  'lease-grant': { id: needed(id), ttlSeconds: needed(whole) },
  'lease-revoke': { id: needed(id) },
  'lease-keep-alive': { id: needed(id) },
  'lease-time-to-live': { id: needed(id), keys: maybe(flag) },
  'lease-leases': {},
  'auth-enable': {},
  'auth-disable': {},
  'auth-status': {},
  'auth-user-add': { name: needed(bytes), passwordHash: needed(bytes), noPassword: needed(flag) },
  'auth-user-get': { name: needed(bytes) },
  'auth-user-list': {},
  'auth-user-delete': { name: needed(bytes) },
  'auth-user-change-password': { name: needed(bytes), passwordHash: needed(bytes) },
  'auth-user-grant-role': { name: needed(bytes), role: needed(bytes) },
  'auth-user-revoke-role': { name: needed(bytes), role: needed(bytes) },
  'auth-role-add': { name: needed(bytes) },
  'auth-role-get': { role: needed(bytes) },
  'auth-role-list': {},
  'auth-role-delete': { role: needed(bytes) },
  'auth-role-grant-permission': { role: needed(bytes), permission: needed(objectOf(permission)) },
  'auth-role-revoke-permission': { ...range, role: needed(bytes) },
  alarm: {
    action: needed(oneOf('get', 'activate', 'deactivate')),
    alarm: needed(oneOf('none', 'nospace', 'corrupt')),
    memberId: needed(memberId),
  },
};

const callers: KindsOf<PlainCaller> = {
  anonymous: {},
  'invalid-token': {},
  user: { name: needed(bytes), authRevision: maybe(whole), credentialRevision: maybe(whole) },
};

const requests: Readonly<Record<string, Fields>> = Object.fromEntries(
  Object.entries(requestBodies).map(([kind, fields]) => [kind, { ...fields, caller: maybe(byKind(() => callers)) }]),
);

const watch: FieldsOf<PlainWatchRequest> = {
  ...range,
  startRevision: maybe(whole),
  progressNotify: maybe(flag),
  noPut: maybe(flag),
  noDelete: maybe(flag),
  previousKv: maybe(flag),
  caller: maybe(byKind(() => callers)),
};

/** As the core takes it: others are refused before a tool is started. */
export const branchName: Check = (path, value) => {
  if (typeof value === 'string' && /^[a-z0-9][a-z0-9._-]{0,63}$/.test(value)) return;
  throw wrong(path, value, 'is no name of a branch');
};

const course: FieldsOf<ToolCourse> = {
  clockOffsetMs: needed(whole),
  pauseAfterCalls: needed(whole),
  pauseMs: needed(milliseconds),
  pauseAfterMs: maybe(milliseconds),
  killAfterCalls: needed(whole),
};

const cuts: KindsOf<BranchCut> = {
  end: {},
  revision: { back: needed(whole) },
  moment: { backMs: needed(milliseconds) },
};

const actions: KindsOf<Action> = {
  request: { request: needed(byKind(() => requests)) },
  'guaranteed-update': { key: needed(bytes), value: needed(bytes), attemptsMax: needed(whole) },
  'guarded-delete': { key: needed(bytes) },
  watch: {
    watch: needed(objectOf(watch)),
    forMs: needed(milliseconds),
    consumeMs: needed(milliseconds),
    resume: needed(flag),
    progressEveryMs: needed(milliseconds),
  },
  'list-watch': { ...range, pageLimit: needed(whole), forMs: needed(milliseconds), consumeMs: needed(milliseconds) },
  'hold-lease': {
    lease: needed(id),
    ttlSeconds: needed(whole),
    keys: needed(listOf(bytes)),
    keepAliveEveryMs: needed(milliseconds),
    forMs: needed(milliseconds),
    revoke: needed(flag),
  },
  lock: {
    name: needed(bytes),
    lease: needed(id),
    ttlSeconds: needed(whole),
    holdMs: needed(milliseconds),
    waitMs: needed(milliseconds),
  },
  'alarm-watch': { everyMs: needed(milliseconds), untilMs: needed(milliseconds) },
  'alarm-cycle': { memberId: needed(memberId), forMs: needed(milliseconds), untilMs: needed(milliseconds) },
  'make-room': { ...range, everyMs: needed(milliseconds), untilMs: needed(milliseconds) },
  probe: { nodes: needed(listOf(whole)), key: needed(bytes), value: needed(text), forMs: needed(milliseconds) },
  collect: {
    branch: maybe(branchName),
    retentionMs: needed(milliseconds),
    retentionBytes: maybe(whole),
    graceMs: needed(milliseconds),
    dryRun: needed(flag),
    ...course,
  },
  'branch-create': { name: needed(branchName), of: needed(text), cut: needed(byKind(() => cuts)), ...course },
  restore: { cut: needed(byKind(() => cuts)), ...course },
  'branch-delete': { name: needed(branchName), force: needed(flag), ...course },
  'branch-run': {
    name: needed(branchName),
    forMs: needed(milliseconds),
    killEveryMs: needed(milliseconds),
    restartMs: needed(milliseconds),
    disk: needed(oneOf('kept', 'empty')),
  },
  'compact-behind': { keepRevisions: needed(whole), physical: needed(flag) },
  'read-back': { ...range, back: needed(whole) },
};

/** Throws a `ScenarioError` that says what is wrong with the action, and where. */
export const checkAction: Check = byKind(() => actions);

function wrong(path: string, value: unknown, why: string): ScenarioError {
  return new ScenarioError(`this is no scenario: ${path} is ${JSON.stringify(value) ?? 'missing'}, which ${why}`);
}
