import type { ByteRange, ListOptions, PutCondition } from '../../ports/object-store.ts';
import type { DiskDurability } from '../../ports/disk.ts';
import type { LocalOperation } from '../../ports/local-store.ts';
import type { ClientError } from './error.ts';
import type { Response, ResponseHeader, Role } from './response.ts';
import type { Version } from './version.ts';
import type { WatchResponse } from './watch.ts';

/** Everything that leaves the core, in the order in which it has to be begun. */
export type Effect =
  /** Ends in one `result` event with the same `call`. */
  | { readonly kind: 'call'; readonly call: number; readonly operation: CallOperation }
  /** One `timer` event with this id, not before `atMonotonicMs`. */
  | { readonly kind: 'timer-set'; readonly timer: number; readonly atMonotonicMs: number }
  | { readonly kind: 'timer-clear'; readonly timer: number }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: Answer }
  | { readonly kind: 'watch-response'; readonly stream: number; readonly response: WatchResponse }
  /** Of each version that was wanted; undefined: they cannot be had now. */
  | { readonly kind: 'values'; readonly id: number; readonly values: ReadonlyMap<Version, Uint8Array> | undefined }
  /** The stream is over: nothing follows. */
  | { readonly kind: 'watch-end'; readonly stream: number; readonly error: ClientError }
  | { readonly kind: 'role'; readonly role: Role; readonly epoch: number }
  | {
      readonly kind: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly message: string;
      readonly fields: LogFields;
    }
  /** Last effect. `failure` undefined: an orderly stop. Else what an operator has to know and do. */
  | { readonly kind: 'stopped'; readonly failure: string | undefined };

export type LogFields = Readonly<Record<string, string | number | bigint | boolean>>;

export type Answer =
  | { readonly kind: 'ok'; readonly header: ResponseHeader; readonly response: Response }
  | { readonly kind: 'error'; readonly error: ClientError };

/** `local-scan` and `local-set-aside` begin when every local write asked for before has ended. */
export type CallOperation =
  | { readonly kind: 'object-put'; readonly key: string; readonly body: Uint8Array; readonly condition: PutCondition }
  | { readonly kind: 'object-get'; readonly key: string; readonly range?: ByteRange }
  | { readonly kind: 'object-list'; readonly prefix: string; readonly options: ListOptions }
  | { readonly kind: 'object-delete'; readonly keys: readonly string[] }
  | {
      readonly kind: 'local-write';
      readonly batch: readonly LocalOperation[];
      readonly durability: 'fsync' | 'none';
      /** Begin only when every value read asked for before has ended: it deletes versions that an answer may name. */
      readonly afterReads: boolean;
    }
  | { readonly kind: 'local-get'; readonly keys: readonly Uint8Array[] }
  | { readonly kind: 'local-scan'; readonly from: Uint8Array; readonly to: Uint8Array; readonly limit: number }
  | { readonly kind: 'local-set-aside' }
  | {
      readonly kind: 'disk-append';
      readonly file: string;
      readonly bytes: Uint8Array;
      readonly durability: DiskDurability;
    }
  | { readonly kind: 'disk-read'; readonly file: string }
  | { readonly kind: 'disk-list' }
  | { readonly kind: 'disk-remove'; readonly file: string; readonly durability: DiskDurability }
  | { readonly kind: 'disk-set-aside'; readonly file: string };
