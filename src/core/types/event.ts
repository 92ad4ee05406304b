import type { Instant } from '../../ports/clock.ts';
import type { DeleteOutcome, GetOutcome, ListOutcome, PutOutcome } from '../../ports/object-store.ts';
import type { LocalEntry } from '../../ports/local-store.ts';
import type { Caller } from './auth.ts';
import type { Request } from './request.ts';
import type { Version } from './version.ts';
import type { WatchCreateRequest } from './watch.ts';

/** Everything that reaches the core. Each event carries the time at which it happened. */
export type Event = { readonly at: Instant } & EventBody;

export type EventBody =
  /** First event, once. `seed`: 32 strong random bytes: nonces, ids. */
  | { readonly kind: 'start'; readonly seed: Uint8Array }
  | { readonly kind: 'timer'; readonly timer: number }
  | { readonly kind: 'result'; readonly call: number; readonly result: CallResult }
  /** `id` is the edge's, unused among the requests under way. Answered exactly once, unless abandoned. */
  | { readonly kind: 'request'; readonly id: number; readonly request: Request; readonly caller?: Caller | undefined }
  /** The client is gone: no answer is wanted. What was admitted stays admitted. */
  | { readonly kind: 'abandon'; readonly id: number }
  /** Nobody reads the snapshot any more that the request of this id was answered with. */
  | { readonly kind: 'snapshot-close'; readonly id: number }
  | { readonly kind: 'watch-open'; readonly stream: number }
  | {
      readonly kind: 'watch-create';
      readonly stream: number;
      readonly request: WatchCreateRequest;
      readonly caller?: Caller | undefined;
    }
  | { readonly kind: 'watch-cancel'; readonly stream: number; readonly watchId: bigint }
  | { readonly kind: 'watch-progress'; readonly stream: number }
  /** The consumer took `messages` messages off the stream's buffer. */
  | { readonly kind: 'watch-consumed'; readonly stream: number; readonly messages: number }
  | { readonly kind: 'watch-close'; readonly stream: number }
  /**
   * The edge has not found these versions' values in the local store: a chunk may still have them. One `values` effect with this id answers it;
   * unless `isPatient`, in the time that a request may take without anything coming.
   */
  | {
      readonly kind: 'values-wanted';
      readonly id: number;
      readonly versions: readonly Version[];
      readonly isPatient: boolean;
    }
  /** The edge could not read what the local store has of a value. */
  | { readonly kind: 'local-damaged'; readonly reason: string }
  /** Drain, give the lease back, end with a `stopped` effect. */
  | { readonly kind: 'stop' };

export type CallResult =
  | { readonly kind: 'object-put'; readonly outcome: PutOutcome }
  | { readonly kind: 'object-get'; readonly outcome: GetOutcome }
  | { readonly kind: 'object-list'; readonly outcome: ListOutcome }
  | { readonly kind: 'object-delete'; readonly outcome: DeleteOutcome }
  | { readonly kind: 'local-write' }
  | { readonly kind: 'local-get'; readonly values: readonly (Uint8Array | undefined)[] }
  | { readonly kind: 'local-scan'; readonly entries: readonly LocalEntry[] }
  | { readonly kind: 'local-set-aside'; readonly path: string | undefined }
  | { readonly kind: 'disk-append' }
  | { readonly kind: 'disk-read'; readonly bytes: Uint8Array | undefined }
  | { readonly kind: 'disk-list'; readonly files: readonly string[] }
  | { readonly kind: 'disk-remove' }
  | { readonly kind: 'disk-set-aside'; readonly path: string }
  /** A local call failed: its effect on the disk is not known. */
  | { readonly kind: 'local-failed'; readonly message: string };
