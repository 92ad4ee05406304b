/**
 * The log of a process: one line an event on standard error, for people or as JSON.
 *
 * - It never takes the process down and never makes it wait: a reader that went away or does not read costs lines, never
 *   service, and the number of lines lost is told when it reads again.
 * - Ids (64-bit) are written in hex, as etcdctl shows them. What looks like a secret is never written.
 */
import { pino, type DestinationStream, type Logger } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { zapColumns, zapTime } from './zap-form.ts';

export type Log = Logger;
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogOptions {
  readonly level: LogLevel;
  /** `zap-…`: as etcd writes it. */
  readonly format: 'text' | 'json' | 'zap-json' | 'zap-console';
  /** Text only. */
  readonly colors: boolean;
  /** Where it goes; standard error when left out. */
  readonly descriptors?: readonly number[];
}

export interface LogHandle {
  readonly log: Log;
  /** Writes what waits, as far as it goes; for the last moment before the process ends. */
  flush(): void;
}

const standardError = 2;
/** Bytes that wait for a slow reader before lines are dropped. */
const bufferBytesMax = 4 * 1024 * 1024;

const secretFields = ['secretAccessKey', 'sessionToken', 'password', 'token', 'authorization', 'credentials'];
const redact = { paths: secretFields.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '(secret)' };

export function openLog(options: LogOptions): LogHandle {
  const outputs = (options.descriptors ?? [standardError]).map((fd) =>
    pino.destination({ fd, sync: false, minLength: 0, maxLength: bufferBytesMax }),
  );
  let dropped = 0;
  const log = createLog(options, {
    write(line) {
      for (const output of outputs) output.write(line);
    },
  });
  for (const output of outputs) {
    output.on('error', () => undefined);
    output.on('drop', () => (dropped += 1));
    output.on('drain', () => {
      if (dropped === 0) return;
      const lines = dropped;
      dropped = 0;
      log.warn({ lines }, 'log lines were lost: nobody read them in time');
    });
  }
  return {
    log,
    flush() {
      for (const output of outputs) {
        try {
          output.flushSync();
        } catch {
          // Nobody reads any more: there is no one left to tell.
        }
      }
    },
  };
}

/** A log into any stream; `write` takes whole lines. */
export function createLog(options: LogOptions, stream: DestinationStream): Log {
  const isZap = options.format.startsWith('zap-');
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: isZap ? zapTime : pino.stdTimeFunctions.isoTime,
      messageKey: isZap ? 'msg' : 'message',
      errorKey: 'error',
      redact,
      formatters: { level: (label) => ({ level: label }), log: plainFields },
    },
    streamFor(options, stream),
  );
}

function streamFor({ format, colors }: LogOptions, stream: DestinationStream): DestinationStream {
  if (format === 'text') return textStream(colors, stream);
  return format === 'zap-console' ? { write: (line) => stream.write(zapColumns(line)) } : stream;
}

function textStream(colorize: boolean, stream: DestinationStream): DestinationStream {
  const format = prettyFactory({ colorize, messageKey: 'message', errorLikeObjectKeys: [], singleLine: true });
  return {
    write(line) {
      stream.write(format(line));
    },
  };
}

function plainFields(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, plain(value)]));
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return BigInt.asUintN(64, value).toString(16);
  if (value instanceof Error) return value.message;
  return value;
}
