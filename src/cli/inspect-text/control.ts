import { escapedBytes } from '../inspect-escape.ts';
import type { ControlFields, NodeFields } from '../inspect-fields.ts';
import { formatDuration } from '../units.ts';
import { pairs, shown } from './words.ts';

/** Who leads, and who stands by. */

export function controlLines(control: ControlFields): readonly string[] {
  const { leader } = control;
  return pairs([
    ['database', control.databaseId],
    ['epoch', control.epoch],
    ['leader', leader === null ? 'none so far' : `${leader.memberId} ${escapedBytes(Buffer.from(leader.name))}`],
    ...(leader === null
      ? []
      : [['reached at', leader.clientUrls.map(shown).join(' ')] as const, ['nonce', leader.nonce] as const]),
    ['lease', `${formatDuration(control.leaseMs)}${givenBack(control)}`],
    ['renewal', control.renewal],
    ['durability', control.rule],
    ['in sync', control.inSync.join(' ')],
    ['durable slot', control.durableSlot],
  ]);
}

function givenBack({ released, heir }: ControlFields): string {
  if (!released) return '';
  return heir === undefined ? ', given back' : `, left to ${heir}`;
}

export function nodeLines(node: NodeFields): readonly string[] {
  return pairs([
    ['database', node.databaseId],
    ['member', `${node.memberId} ${escapedBytes(Buffer.from(node.name))}`],
    ['reached at', node.clientUrls.map(shown).join(' ')],
    ['beat', `${node.beat}, every ${formatDuration(node.intervalMs)}`],
  ]);
}
