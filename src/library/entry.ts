import type { LeaseId } from '../core/types/bytes.ts';
import type { KeyValue } from '../host/database.ts';
import { fromByteString, toText } from './bytes.ts';

/** One version of one key. */
export class Entry {
  readonly key: Uint8Array;
  /** Empty where only keys were asked for, and for a deleted key. */
  readonly value: Uint8Array;
  /** Revision at which the key came into being. */
  readonly createRevision: number;
  /** Revision of this version. */
  readonly modRevision: number;
  /** Puts since the key came into being, from 1; 0: the key was deleted at `modRevision`. */
  readonly version: number;
  /** 0n: none. */
  readonly lease: LeaseId;

  constructor(keyValue: KeyValue) {
    this.key = fromByteString(keyValue.key);
    // The node may keep its own copy for other readers.
    this.value = new Uint8Array(keyValue.value);
    this.createRevision = keyValue.createRevision;
    this.modRevision = keyValue.modRevision;
    this.version = keyValue.version;
    this.lease = keyValue.lease;
  }

  /** @throws TypeError when the key is not UTF-8. */
  keyText(): string {
    return toText(this.key);
  }

  /** The value as text. @throws TypeError when it is not UTF-8. */
  text(): string {
    return toText(this.value);
  }

  /** The value parsed as JSON. @throws SyntaxError when it is none. */
  json(): unknown {
    return JSON.parse(this.text()) as unknown;
  }
}
