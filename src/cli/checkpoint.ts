/** `t4 checkpoint`: asks the node that leads to write one, and waits until the manifest names it. */
import { CheckpointRequest, CheckpointResponse, UsageRequest, UsageResponse } from '../server/generated/t4/v1/admin.ts';
import { exitCodes, type ExitCode } from './cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { withNode } from './with-node.ts';
import type { NodeClient } from './node-client.ts';
import { usagePath } from './status-client.ts';
import { formatSize } from './units.ts';

const lookEveryMs = 2_000;

export async function checkpoint(context: CommandContext): Promise<ExitCode> {
  const { timeout } = context.settings.values;
  const done = await withNode(context, async (client) => {
    // Whether somebody is there is told soon; how long it takes depends on the size of what changed.
    await askUsage(client, timeout);
    const stopTelling = tellProgress(context, client, timeout);
    try {
      return await client.call('/t4.v1.Admin/Checkpoint', CheckpointRequest, CheckpointResponse, {}, Infinity);
    } finally {
      stopTelling();
    }
  });
  const facts = {
    slot: Number(done.slot),
    revision: Number(done.revision),
    bytes: Number(done.treeBytes),
    objectsUploaded: Number(done.objectsUploaded),
    bytesUploaded: Number(done.bytesUploaded),
  };
  context.out(context.json ? `${JSON.stringify(facts, undefined, 2)}\n` : textOf(facts));
  return exitCodes.ok;
}

function textOf(facts: {
  slot: number;
  revision: number;
  bytes: number;
  objectsUploaded: number;
  bytesUploaded: number;
}) {
  const { slot, revision, bytes, objectsUploaded, bytesUploaded } = facts;
  return [
    `checkpoint of revision ${revision}, to slot ${slot} of the log: ${formatSize(bytes)}`,
    `uploaded: ${objectsUploaded} objects, ${formatSize(bytesUploaded)}`,
    '',
  ].join('\n');
}

function askUsage(client: NodeClient, timeoutMs: number): Promise<UsageResponse> {
  return client.call(usagePath, UsageRequest, UsageResponse, {}, Date.now() + timeoutMs);
}

/** For people, on standard error; who cannot be asked meanwhile says nothing. */
function tellProgress(context: CommandContext, client: NodeClient, timeoutMs: number): () => void {
  const timer = setInterval(() => {
    askUsage(client, timeoutMs)
      .then(({ keeping }) => {
        const writing = keeping?.writing;
        if (writing === undefined) return;
        const { chunksWritten, chunksReused, chunksExpected, bytesUploaded } = writing;
        const done = chunksWritten + chunksReused;
        context.tell(`${done} of about ${chunksExpected} chunks, ${formatSize(Number(bytesUploaded))} uploaded\n`);
      })
      .catch(() => undefined);
  }, lookEveryMs);
  return () => clearInterval(timer);
}
