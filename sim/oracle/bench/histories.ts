import { allOracles } from '../all-oracles.ts';
import { checkBlackBox } from '../black-box.ts';
import { trafficOf } from '../calls.ts';
import { createCraft, happenedIn, observe } from '../testing/craft.ts';
import { drawOf } from '../../world/random.ts';

/** How long the checks take on long histories that are right: `node sim/oracle/bench/histories.ts [OPERATIONS …]`. */
function historyOf(operations: number) {
  const craft = createCraft();
  const draw = drawOf(1, 'bench');
  const keys = Math.max(10, Math.floor(operations / 50));
  const show = craft.watch({ key: '\0', rangeEnd: '\0' });
  show({ created: true });
  for (let index = 0; index < operations; index++) {
    const key = `key-${draw.below(keys)}`;
    const before = craft.revision();
    const kind = draw.below(20);
    if (kind < 9) craft.ok({ kind: 'range', key });
    else if (kind < 10) craft.ok({ kind: 'range', key, rangeEnd: `${key}0`, limit: 10 });
    else if (kind < 15) craft.ok({ kind: 'put', key, value: `value-${index}` });
    else if (kind < 18) {
      craft.ok({
        kind: 'txn',
        compare: [{ key, target: { kind: 'mod', modRevision: draw.below(3) === 0 ? 0 : before } }],
        success: [{ kind: 'put', key, value: `txn-${index}` }],
        failure: [{ kind: 'range', key }],
      });
    } else if (kind < 19) craft.ok({ kind: 'delete-range', key });
    else if (index % 3 === 0) craft.unknown({ kind: 'put', key, value: `unknown-${index}` }, draw.chance(0.5));
    if (craft.revision() > before) show({ events: craft.events(craft.revision()) });
  }
  // Whoever gets no answer has lost it: without a fault to blame that would be one more thing to find.
  const lost = { id: 'lost', kind: 'network-drop', from: 'node-0', to: 'client-*', share: 1 } as const;
  return craft.result({ faults: [{ ...lost, window: { fromMs: 0, toMs: craft.nowMs } }] });
}

const asked = process.argv.slice(2).map(Number);
for (const operations of asked.length > 0 ? asked : [10_000, 100_000]) {
  const result = historyOf(operations);
  const happened = happenedIn(result);
  const fromLog = allOracles({ without: ['black-box'] });
  let startedMs = performance.now();
  const verdicts = fromLog.map((oracle) => observe(oracle, result, happened).kind);
  const logMs = performance.now() - startedMs;
  startedMs = performance.now();
  const blackBox = checkBlackBox(trafficOf(result.history));
  const blackBoxMs = performance.now() - startedMs;
  const wrong = [...verdicts, blackBox.kind].find((kind) => kind !== 'ok');
  if (wrong !== undefined) throw new Error(`a history of which everything is right is told as ${wrong}`);
  console.log(`${operations} operations: from the log ${logMs.toFixed(0)} ms, black box ${blackBoxMs.toFixed(0)} ms`);
}
