import { choice } from '../setting.ts';
import { optional, required } from './describe.ts';

const shared = { group: 'Logs', commands: ['run'] } as const;

/** What is written on standard error. */
export const logSettings = {
  'log-level': required(choice(['debug', 'info', 'warn', 'error']), {
    ...shared,
    help: 'Least important lines to write.',
    default: 'info',
  }),
  'log-format': optional(choice(['text', 'json']), {
    ...shared,
    help: 'text for people, json (one object a line) for machines; on standard error.',
    defaultNote: 'text on a terminal, else json',
  }),
} as const;
