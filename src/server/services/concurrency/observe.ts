import type { ByteString } from '../../../core/types/bytes.ts';
import type { ResponseHeader } from '../../../core/types/response.ts';
import type { KeyValue } from '../../../host/database.ts';
import type { LeaderResponse } from '../../generated/v3electionpb/election.ts';
import { keyValueOf } from '../../wire/kv-response.ts';
import type { CallContext, ResponseStream } from '../call.ts';
import type { Node } from '../node.ts';
import { firstCreated, prefixOf, rangeEndOfPrefix } from './operations.ts';
import { watchMessages } from './watch-messages.ts';

/** One leader after the other, each with all that it proclaims while it leads. Never returns: ends with the call. */
export async function observe(
  node: Node,
  context: CallContext,
  name: ByteString,
  responses: ResponseStream<LeaderResponse>,
): Promise<never> {
  async function tell({ header, kv }: Proclamation): Promise<void> {
    if (!responses.write({ header: await node.header(header), kv: keyValueOf(kv) })) await responses.room();
  }
  for (;;) {
    const first = await nextLeader(node, context, prefixOf(name));
    await tell(first);
    for await (const proclamation of proclamationsAfter(node, context, first)) await tell(proclamation);
  }
}

interface Proclamation {
  readonly header: ResponseHeader;
  readonly kv: KeyValue;
}

async function nextLeader(node: Node, context: CallContext, prefix: ByteString): Promise<Proclamation> {
  const { header, response } = await node.of(context).request<'range'>(firstCreated(prefix));
  const [kv] = response.kvs;
  if (kv !== undefined) return { header, kv };
  const range = { key: prefix, rangeEnd: rangeEndOfPrefix(prefix) };
  for await (const { term, events } of watchMessages(node, context, range, header.revision)) {
    const put = events.find(({ version }) => version.version !== 0)?.version;
    if (put !== undefined) return { header: { revision: put.modRevision, term }, kv: put };
  }
  throw new Error('a watch ends with an error');
}

/** Until the key is deleted. */
async function* proclamationsAfter(
  node: Node,
  context: CallContext,
  { header, kv }: Proclamation,
): AsyncGenerator<Proclamation, void> {
  const range = { key: kv.key, rangeEnd: undefined };
  for await (const { revision, term, events } of watchMessages(node, context, range, header.revision + 1)) {
    for (const { version } of events) {
      if (version.version === 0) return;
      yield { header: { revision: revision ?? version.modRevision, term }, kv: version };
    }
  }
}
