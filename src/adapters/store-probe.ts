/**
 * Start-up check: does the store honour both conditional forms? One that answers 200 to a failed condition and
 * overwrites would let two leaders fill one slot, so it is refused before anything else is written.
 *
 * The probe writes under `probe/<random>` only and deletes what it wrote. Each condition is judged by the answer and by
 * the content that is there afterwards. An unsettled answer is never taken for a verdict on the conditions.
 */
import type { ObjectStore, PutOutcome, StoreProblem } from '../ports/object-store.ts';

/** `absent`: `If-None-Match: *`. `match`: `If-Match: etag`. */
export type ProbedCondition = 'absent' | 'match';

export type ProbeVerdict =
  | { readonly kind: 'ok' }
  /** The store does not do what a conditional PUT must do. Nothing but another store helps. */
  | {
      readonly kind: 'conditions-ignored';
      readonly condition: ProbedCondition;
      readonly message: string;
      readonly hint: string;
    }
  /** The store could not be asked: unreachable, no permission, no such bucket, throttled, … */
  | { readonly kind: 'unavailable'; readonly message: string; readonly hint: string; readonly problem: StoreProblem };

const probeNameBytes = 16;

export async function probeObjectStore(
  store: ObjectStore,
  randomBytes: (length: number) => Uint8Array,
): Promise<ProbeVerdict> {
  const key = `probe/${hexOf(randomBytes(probeNameBytes))}`;
  const verdict = await probe(store, key);
  const cleaned = await store.deleteMany([key]);
  if (verdict.kind !== 'ok' || cleaned.kind === 'ok') return verdict;
  return unavailable(store, `could not delete its scratch object ${key}`, cleaned.problem);
}

async function probe(store: ObjectStore, key: string): Promise<ProbeVerdict> {
  const first = await store.put(key, bodyOf(1), { kind: 'absent' });
  if (first.kind !== 'ok') {
    return unexpected(store, 'absent', first, 'did not create a new object on If-None-Match: *');
  }

  const second = await store.put(key, bodyOf(2), { kind: 'absent' });
  if (second.kind === 'ok')
    return ignored(store, 'absent', 'answered success to If-None-Match: * on an object that exists');
  if (second.kind !== 'condition-failed')
    return unexpected(store, 'absent', second, 'did not refuse an object that exists');
  const afterSecond = await holds(store, key, bodyOf(1), first.etag);
  if (afterSecond !== 'ok')
    return heldVerdict(store, 'absent', afterSecond, 'refused If-None-Match: * but changed the object');

  const wrong = await store.put(key, bodyOf(3), { kind: 'match', etag: otherEtag(first.etag) });
  if (wrong.kind === 'ok')
    return ignored(store, 'match', 'answered success to If-Match with an ETag that the object does not have');
  if (wrong.kind !== 'condition-failed') return unexpected(store, 'match', wrong, 'did not refuse a wrong ETag');
  const afterWrong = await holds(store, key, bodyOf(1), first.etag);
  if (afterWrong !== 'ok') return heldVerdict(store, 'match', afterWrong, 'refused If-Match but changed the object');

  const right = await store.put(key, bodyOf(4), { kind: 'match', etag: first.etag });
  if (right.kind !== 'ok')
    return unexpected(store, 'match', right, 'refused If-Match with the ETag that the object has');
  const afterRight = await holds(store, key, bodyOf(4), right.etag);
  if (afterRight !== 'ok')
    return heldVerdict(store, 'match', afterRight, 'answered success to If-Match but kept the old object');

  const stale = await store.put(key, bodyOf(5), { kind: 'match', etag: first.etag });
  if (stale.kind === 'ok') return ignored(store, 'match', 'answered success to If-Match with an ETag of the past');
  if (stale.kind !== 'condition-failed') return unexpected(store, 'match', stale, 'did not refuse an ETag of the past');
  const afterStale = await holds(store, key, bodyOf(4), right.etag);
  if (afterStale !== 'ok') return heldVerdict(store, 'match', afterStale, 'refused If-Match but changed the object');
  return { kind: 'ok' };
}

type Held = 'ok' | 'differs' | { readonly problem: StoreProblem };

async function holds(store: ObjectStore, key: string, body: Uint8Array, etag: string): Promise<Held> {
  const found = await store.get(key);
  if (found.kind === 'failed') return { problem: found.problem };
  if (found.kind === 'not-found' || found.etag !== etag || found.body.length !== body.length) return 'differs';
  return found.body.every((byte, index) => byte === body[index]) ? 'ok' : 'differs';
}

function heldVerdict(
  store: ObjectStore,
  condition: ProbedCondition,
  held: Exclude<Held, 'ok'>,
  what: string,
): ProbeVerdict {
  if (held === 'differs') return ignored(store, condition, what);
  return unavailable(store, 'could not read back its scratch object', held.problem);
}

/** Anything but what the condition demands: a wrong refusal is the store's nature, the rest is its present state. */
function unexpected(store: ObjectStore, condition: ProbedCondition, outcome: PutOutcome, what: string): ProbeVerdict {
  switch (outcome.kind) {
    case 'refused':
      if (outcome.problem.code === 'NotImplemented') return ignored(store, condition, `${what} (NotImplemented)`);
      return unavailable(store, 'refused a write', outcome.problem);
    case 'unknown':
      return unavailable(store, 'gave no clear answer to a write', outcome.problem);
    case 'conflict': {
      const message = 'another conditional write is under way on a key that nobody else uses';
      return unavailable(store, what, { code: 'ConditionalRequestConflict', message, permanent: false });
    }
    case 'ok':
    case 'condition-failed':
      return ignored(store, condition, what);
  }
}

const headerOf = { absent: 'If-None-Match: *', match: 'If-Match' } as const;

function ignored(store: ObjectStore, condition: ProbedCondition, what: string): ProbeVerdict {
  return {
    kind: 'conditions-ignored',
    condition,
    message: `${store.description} does not honour ${headerOf[condition]}: it ${what}`,
    hint:
      'Two leaders could overwrite each other there, so this store cannot be used. Take one with conditional writes ' +
      '(Amazon S3, MinIO, Cloudflare R2, a local folder, …) or a newer release of this one.',
  };
}

function unavailable(store: ObjectStore, what: string, problem: StoreProblem): ProbeVerdict {
  return {
    kind: 'unavailable',
    message: `${store.description}: the start-up check ${what}: ${problem.code}: ${problem.message}`,
    hint: hintFor(problem),
    problem,
  };
}

function hintFor(problem: StoreProblem): string {
  if (problem.code === 'AccessDenied') {
    return 'The credentials need s3:GetObject, s3:PutObject and s3:DeleteObject on the prefix and s3:ListBucket on the bucket.';
  }
  if (problem.code === 'NoSuchBucket') return 'Create the bucket first, or correct its name.';
  if (problem.code === 'PermanentRedirect' || problem.code === 'AuthorizationHeaderMalformed') {
    return 'The bucket is in another region: set the region of the store.';
  }
  if (problem.permanent) return 'Check the credentials, the bucket and the permissions; trying again will not help.';
  return 'Check that the store is up and can be reached from here; trying again may help.';
}

function otherEtag(etag: string): string {
  const index = etag.search(/[0-9a-f]/);
  if (index < 0) return `${etag}0`;
  return etag.slice(0, index) + (etag[index] === '0' ? '1' : '0') + etag.slice(index + 1);
}

function bodyOf(step: number): Uint8Array {
  return new Uint8Array([0x70, 0x72, 0x6f, 0x62, 0x65, step]);
}

function hexOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
