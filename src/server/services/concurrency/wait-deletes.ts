import type { ByteString } from '../../../core/types/bytes.ts';
import type { CallContext } from '../call.ts';
import type { Node } from '../node.ts';
import { lastCreated } from './operations.ts';
import { watchMessages } from './watch-messages.ts';

/**
 * Waits until no key of the prefix is left that was created at `maxCreateRevision` or before. Only the youngest of them is watched: each
 * deletion wakes the one who waits for it, not all.
 */
export async function waitDeletes(
  node: Node,
  context: CallContext,
  prefix: ByteString,
  maxCreateRevision: number,
): Promise<void> {
  for (;;) {
    const { header, response } = await node.of(context).request<'range'>(lastCreated(prefix, maxCreateRevision));
    const [last] = response.kvs;
    if (last === undefined) return;
    await waitDelete(node, context, last.key, header.revision);
  }
}

async function waitDelete(node: Node, context: CallContext, key: ByteString, revision: number): Promise<void> {
  for await (const { events } of watchMessages(node, context, { key, rangeEnd: undefined }, revision)) {
    if (events.some(({ version }) => version.version === 0)) return;
  }
}
