import type { CallOutcome } from '../../types/history.ts';
import type { RunResult } from '../../types/result.ts';
import { joinHistory } from '../joined.ts';
import type { JoinedWatch } from '../joined.ts';
import { ednOf, keyword, keywordPattern } from './edn.ts';
import type { Edn } from './edn.ts';
import { processesOf } from './processes.ts';

/**
 * The history as Jepsen writes it: one EDN map a line, `:index` from 0, `:time` in nanoseconds that never falls. Every invocation has at
 * most one completion: `:ok`, `:fail` (certainly without effect) or `:info` (unknown). What never completed stays open.
 * Faults are `:info` of the `:nemesis`. The schema: docs/simulation-exports.md.
 */
export function toJepsenEdn(result: RunResult): string {
  const joined = joinHistory(result);
  const lines: { position: number; atMs: number; fields: { readonly [name: string]: Edn | undefined } }[] = [];
  for (const task of processesOf(joined).tasks) {
    if (task.kind === 'watch') {
      lines.push(...watchLines(task.watch, task.process));
      continue;
    }
    const { invoke, answer } = task.call;
    const common = {
      process: task.process,
      f: keyword(invoke.request.kind),
      client: invoke.client,
      node: invoke.node,
      call: invoke.call,
    };
    const { position } = task.call;
    const value = plain(invoke.request);
    lines.push({ position, atMs: invoke.atMs, fields: { type: keyword('invoke'), ...common, value } });
    if (answer === undefined) continue;
    lines.push({ ...answer, fields: { ...completion(answer.outcome, value), ...common } });
  }
  for (const { position, atMs, fault, faultKind, node, detail } of joined.faults) {
    const value = { fault, node, detail };
    lines.push({
      position,
      atMs,
      fields: { type: keyword('info'), process: keyword('nemesis'), f: faultName(faultKind), value },
    });
  }
  lines.sort((left, right) => left.position - right.position);
  const texts = lines.map(({ atMs, fields }, index) => ednOf({ index, time: Math.round(atMs * 1e6), ...fields }));
  return texts.map((text) => `${text}\n`).join('');
}

function completion(outcome: CallOutcome, asked: Edn): { readonly [name: string]: Edn | undefined } {
  if (outcome.kind === 'unknown') return { type: keyword('info'), value: asked, error: outcome.reason };
  if (outcome.kind === 'error')
    return { type: keyword('fail'), value: asked, error: [outcome.status, outcome.message] };
  const { revision, term } = outcome.header;
  return { type: keyword('ok'), value: plain(outcome.response), revision, term };
}

/** A watch is one operation, as in Jepsen's own tests of etcd: asked for at its start, and everything that it saw at its end. */
function watchLines(
  { open, responses, end }: JoinedWatch,
  process: number,
): { position: number; atMs: number; fields: { readonly [name: string]: Edn | undefined } }[] {
  const common = { process, f: keyword('watch'), client: open.client, node: open.node, call: open.stream };
  const value = plain(open.request);
  const opened = { position: open.position, atMs: open.atMs, fields: { type: keyword('invoke'), ...common, value } };
  if (end === undefined) return [opened];
  const seen = { messages: responses.map(({ response }) => plain(response)), reason: end.reason };
  return [opened, { position: end.position, atMs: end.atMs, fields: { type: keyword('ok'), ...common, value: seen } }];
}

/** Requests and answers are JSON. `kind` says the same as `:f`, and stays for nested ones. */
function plain(value: unknown): Edn {
  return value as Edn;
}

function faultName(kind: string): Edn {
  return keywordPattern.test(kind) ? keyword(kind) : kind;
}
