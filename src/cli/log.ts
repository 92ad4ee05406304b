/**
 * The log of a process: one line an event on standard error, for people or as JSON.
 *
 * - It never takes the process down and never makes it wait: a reader that went away or does not read costs lines, never
 *   service, and the number of lines lost is told when it reads again.
 * - Ids (64-bit) are written in hex, as etcdctl shows them. What looks like a secret is never written.
 */
import { pino, type DestinationStream, type Logger } from 'pino';
import { prettyFactory } from 'pino-pretty';

export type Log = Logger;
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: 'text' | 'json';
  /** Text only. */
  readonly colors: boolean;
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
  const output = pino.destination({ fd: standardError, sync: false, minLength: 0, maxLength: bufferBytesMax });
  output.on('error', () => undefined);
  let dropped = 0;
  const log = createLog(options, {
    write(line) {
      output.write(line);
    },
  });
  output.on('drop', () => (dropped += 1));
  output.on('drain', () => {
    if (dropped === 0) return;
    const lines = dropped;
    dropped = 0;
    log.warn({ lines }, 'log lines were lost: nobody read them in time');
  });
  return {
    log,
    flush() {
      try {
        output.flushSync();
      } catch {
        // Nobody reads any more: there is no one left to tell.
      }
    },
  };
}

/** A log into any stream; `write` takes whole lines. */
export function createLog(options: LogOptions, stream: DestinationStream): Log {
  const destination = options.format === 'json' ? stream : textStream(options.colors, stream);
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: 'message',
      errorKey: 'error',
      redact,
      formatters: { level: (label) => ({ level: label }), log: plainFields },
    },
    destination,
  );
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
