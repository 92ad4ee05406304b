import type { Core } from '../core.ts';
import type { Answer } from '../types/effect.ts';
import type { ClientError } from '../types/error.ts';
import type { SettledEvaluation } from '../types/evaluation.ts';
import type { Response } from '../types/response.ts';

/** Where answers leave a node in power: each that tells of the database says by which reign. */
export interface Answers {
  send(id: number, answer: Answer): void;
  fail(id: number, error: ClientError): void;
  succeed(id: number, response: Response, revision: number): void;
  ok(response: Response, revision: number): Answer;
  of(evaluation: SettledEvaluation): Answer;
}

export function createAnswers(core: Core, epoch: number): Answers {
  function send(id: number, answer: Answer): void {
    core.emit({ kind: 'answer', id, answer });
  }

  function ok(response: Response, revision: number): Answer {
    return { kind: 'ok', header: { revision, term: epoch }, response };
  }

  return {
    send,
    fail: (id, error) => send(id, { kind: 'error', error }),
    succeed: (id, response, revision) => send(id, ok(response, revision)),
    ok,
    of(evaluation) {
      if (evaluation.kind === 'error') return { kind: 'error', error: evaluation.error };
      return ok(evaluation.response, evaluation.revision);
    },
  };
}
