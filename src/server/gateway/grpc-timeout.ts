import type { IncomingHttpHeaders } from 'node:http';
import type { ClientError } from '../../core/types/error.ts';

/** How long a call may take, as its client says it in `Grpc-Timeout`: a number and a unit, as gRPC has it. Without a header, and with 0, for ever. */
export interface GivenTime {
  readonly milliseconds: number;
}

export const deadlineExceeded: ClientError = { status: 'DeadlineExceeded', message: 'context deadline exceeded' };

const unitMs: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };
const largest = 2n ** 63n;

export function givenTimeOf(headers: IncomingHttpHeaders): GivenTime | ClientError {
  const given = headers['grpc-timeout'] ?? '';
  if (typeof given !== 'string') return invalid(given.join(', '));
  if (given === '') return { milliseconds: Infinity };
  const [, digits = '', unit = ''] = /^([+-]?\d{1,30})([HMSmun])$/.exec(given) ?? [];
  const perUnitMs = unitMs[unit];
  if (perUnitMs === undefined) return invalid(given);
  const count = BigInt(digits.replace(/^\+/, ''));
  if (count >= largest || count < -largest) return invalid(given);
  return { milliseconds: count === 0n ? Infinity : Number(count) * perUnitMs };
}

function invalid(given: string): ClientError {
  return { status: 'InvalidArgument', message: `invalid grpc-timeout: ${given}` };
}
