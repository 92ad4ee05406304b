import type { KeyEvent, KeyState } from '../history/types.ts';

export function equalStates(left: KeyState | undefined, right: KeyState | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return (
    left.key === right.key &&
    left.value === right.value &&
    left.createRevision === right.createRevision &&
    left.modRevision === right.modRevision &&
    left.version === right.version &&
    left.lease === right.lease
  );
}

export function equalEvents(left: KeyEvent, right: KeyEvent): boolean {
  if (left.key !== right.key || !equalStates(left.previous, right.previous)) return false;
  if (left.kind === 'put') return right.kind === 'put' && equalStates(left.state, right.state);
  return right.kind === 'delete' && left.revision === right.revision;
}

export function describeState(state: KeyState | undefined): string {
  if (state === undefined) return 'nothing';
  const { key, value, createRevision, modRevision, version, lease } = state;
  const leased = lease === 0n ? '' : ` lease ${lease}`;
  return `${key}=${shortened(value)} (create ${createRevision}, mod ${modRevision}, version ${version}${leased})`;
}

export function describeEvent(event: KeyEvent): string {
  const change =
    event.kind === 'put' ? `put ${describeState(event.state)}` : `delete ${event.key} at ${event.revision}`;
  return `${change}, before it ${describeState(event.previous)}`;
}

const valueCharsShown = 40;

function shortened(value: string): string {
  return value.length <= valueCharsShown ? value : `${value.slice(0, valueCharsShown)}…`;
}
