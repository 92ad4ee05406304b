import type { IncomingMessage } from 'node:http';
import type { HttpAnswer } from './answer.ts';

/** The same request again, elsewhere; with words for people where Go has some. `location` has nothing but characters of a URL. */
export function redirection({ method }: IncomingMessage, location: string): HttpAnswer {
  const isRead = method === 'GET' || method === 'HEAD';
  const body = isRead ? `<a href="${location.replaceAll('&', '&amp;')}">Temporary Redirect</a>.\n\n` : '';
  return { status: 307, type: 'text/html; charset=utf-8', body, location };
}
