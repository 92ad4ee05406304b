/** etcd's `--feature-gates`, read as its own parser reads them; one of them means something here. */
import { EtcdUsageError } from './etcd-error.ts';
import { readFlagValue } from './flag-value.ts';

/** Of 3.6, with their defaults. */
const gates = {
  CompactHashCheck: false,
  InitialCorruptCheck: false,
  LeaseCheckpoint: false,
  LeaseCheckpointPersist: false,
  SetMemberLocalAddr: false,
  StopGRPCServiceOnDefrag: false,
  TxnModeWriteWithSharedBuffer: true,
} as const;

export type FeatureGate = keyof typeof gates;

/** All that are not on by default, and all that are, together. */
const groups: ReadonlySet<string> = new Set(['AllAlpha', 'AllBeta']);

/** Whether a node looks before it serves anything: by the gate, or by the flag that was there before it. */
export function looksBeforeItServes(values: (name: string) => string): boolean {
  const gate = parseFeatureGates(values('feature-gates')).get('InitialCorruptCheck');
  return gate ?? values('experimental-initial-corrupt-check') === 'true';
}

/** Those that were set. A gate that is named itself counts for more than its group. */
export function parseFeatureGates(text: string): ReadonlyMap<FeatureGate, boolean> {
  const given = new Map<string, boolean>();
  for (const part of text.split(',')) {
    if (part === '') continue;
    const [name, value] = part.split('=', 2).map((piece) => piece.trim()) as [string, string | undefined];
    if (value === undefined) throw invalid(text, `missing bool value for ${name}`);
    const read = readFlagValue({ value: 'bool' }, value);
    if (read === undefined) {
      throw invalid(
        text,
        `invalid value of ${name}=${value}, err: strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`,
      );
    }
    if (!Object.hasOwn(gates, name) && !groups.has(name)) throw invalid(text, `unrecognized feature gate: ${name}`);
    given.set(name, read === 'true');
  }
  const set = new Map<FeatureGate, boolean>();
  for (const [gate, byDefault] of Object.entries(gates) as [FeatureGate, boolean][]) {
    const value = given.get(gate) ?? given.get(byDefault ? 'AllBeta' : 'AllAlpha');
    if (value !== undefined) set.set(gate, value);
  }
  return set;
}

function invalid(text: string, why: string): EtcdUsageError {
  return new EtcdUsageError(2, `invalid value ${JSON.stringify(text)} for flag -feature-gates: ${why}`);
}
