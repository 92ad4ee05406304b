/** The log in zap's form, as etcd writes it: one JSON object a line with `level`, `ts` and `msg`, or columns for people. */
import { openSync } from 'node:fs';
import { openLog, type LogHandle, type LogLevel } from '../log.ts';
import { EtcdUsageError } from './etcd-error.ts';

const levels = new Map<string, LogLevel>([
  ['debug', 'debug'],
  ['info', 'info'],
  ['warn', 'warn'],
  ['error', 'error'],
  ['dpanic', 'error'],
  ['panic', 'error'],
  ['fatal', 'error'],
]);
const standardOutput = 1;
const standardError = 2;

export interface ZapLogOptions {
  readonly level: string;
  readonly format: string;
  /** Of `--log-outputs`. */
  readonly outputs: readonly string[];
}

export function openZapLog({ level, format, outputs }: ZapLogOptions): LogHandle {
  const known = levels.get(level);
  if (known === undefined) throw new EtcdUsageError(1, `unrecognized level: ${JSON.stringify(level)}`);
  if (format !== 'json' && format !== 'console')
    throw new EtcdUsageError(1, `unknown log format: ${JSON.stringify(format)}`);
  const descriptors = [...new Set(outputs.map(descriptorOf))];
  return openLog({ level: known, format: format === 'json' ? 'zap-json' : 'zap-console', colors: false, descriptors });
}

function descriptorOf(output: string): number {
  if (output === 'stdout') return standardOutput;
  if (output === 'default' || output === 'stderr') return standardError;
  // It reads standard error of whatever systemd starts.
  if (output === 'systemd/journal') return standardError;
  try {
    return openSync(output, 'a', 0o600);
  } catch (error) {
    throw new EtcdUsageError(1, `--log-outputs: ${error instanceof Error ? error.message : String(error)}`);
  }
}
