/** The process of the generator: takes orders from the bench one at a time, and ends with it. */
import { revisionOf, runRound, type RoundOrder, type RoundResult } from './round.ts';

export type Order = ({ readonly kind: 'round' } & RoundOrder) | { readonly kind: 'probe'; readonly port: number };
export type Reply =
  | { readonly kind: 'round'; readonly result: RoundResult }
  | { readonly kind: 'probe' }
  | { readonly kind: 'failed'; readonly reason: string };

process.on('message', (order: Order) => void obey(order));
process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole group; it is the bench that ends its processes.
process.on('SIGINT', () => undefined);

async function obey(order: Order): Promise<void> {
  process.send?.(await replyTo(order));
}

async function replyTo(order: Order): Promise<Reply> {
  try {
    if (order.kind === 'round') return { kind: 'round', result: await runRound(order) };
    await revisionOf(order.port);
    return { kind: 'probe' };
  } catch (error) {
    return { kind: 'failed', reason: error instanceof Error ? error.message : String(error) };
  }
}
