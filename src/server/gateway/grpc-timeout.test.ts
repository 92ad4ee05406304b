import { expect, test } from 'vitest';
import { givenTimeOf } from './grpc-timeout.ts';

const of = (given: string | undefined) => givenTimeOf({ 'grpc-timeout': given });

test.each([
  [undefined, Infinity],
  ['', Infinity],
  ['0S', Infinity],
  ['0n', Infinity],
  ['5S', 5_000],
  ['+5S', 5_000],
  ['2M', 120_000],
  ['1H', 3_600_000],
  ['007m', 7],
  ['1u', 0.001],
  ['-1S', -1_000],
])('%s is %s ms', (given, milliseconds) => {
  expect(of(given)).toEqual({ milliseconds });
});

test.each(['5', 'S', '5s', '1.5S', '5 S', '5SS', '1X', '0x5S', '-S', '9223372036854775808S', '9'.repeat(1_000) + 'S'])(
  '%s is none',
  (given) => {
    expect(of(given)).toEqual({ status: 'InvalidArgument', message: `invalid grpc-timeout: ${given}` });
  },
);
