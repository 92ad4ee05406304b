import type { Plain } from './plain.ts';

/** What a case declares of itself beside its program. */
export interface CaseOptions {
  /** Fields, by name, that the two servers cannot agree on: compared only as to whether they say anything. */
  readonly exclude?: readonly string[];
  /** Where this server is like later versions of etcd than some, or unlike all of them on purpose. */
  readonly differs?: Difference;
  /** Servers before a version are not asked. */
  readonly spared?: { readonly before: string; readonly why: string };
}

export type Difference = { readonly why: string } & (
  | {
      /** From these versions of etcd on the answers are the same: one of each line that got the change after its first release. */
      readonly until: readonly string[];
      /** The answers that this server has to give, whether or not a newer etcd is there to say so. */
      readonly ours?: (base: number) => readonly Plain[];
    }
  | {
      /** In no version. */
      readonly until?: undefined;
      readonly ours: (base: number) => readonly Plain[];
    }
);
