import type { IncomingMessage } from 'node:http';

/**
 * What a request asks for, as Go's server reads it: escapes stand for what they say, except that an escaped slash divides nothing, and one path
 * has one spelling, which others are sent to.
 */
export interface Target {
  /** Without escapes, but for `%2F`, and `%25` so that it does not become one. */
  readonly path: string;
  readonly searchParams: URLSearchParams;
  /** Where else to ask; undefined: here. `subtree`, without its slash at the end, is sent to it. */
  elsewhere(subtree?: string): string | undefined;
}

/** Undefined: none that can be answered. */
export function targetOf({ url = '' }: IncomingMessage): Target | undefined {
  const [, path = '', query = ''] = /^(?:https?:\/\/[^/?#]*(?=\/))?(\/[^?]*)\??(.*)$/is.exec(url) ?? [];
  if (path === '' || /%(?![\da-f]{2})/i.test(path)) return undefined;
  // The name that paths had before 3.4.
  const asked = path.replace(/^\/v3beta\//, '/v3/');
  const cleaned = cleanPath(asked);
  const search = query === '' ? '' : `?${escaped(query)}`;
  return {
    path: asked.replace(/%([\da-f]{2})/gi, unescaped),
    searchParams: new URLSearchParams(query),
    elsewhere: (subtree) => {
      if (subtree !== undefined && cleaned === subtree) return `${cleaned}/${search}`;
      return cleaned === asked ? undefined : escaped(cleaned) + search;
    },
  };
}

/** As Go's `path.Clean` has it, with the slash at the end. Never begins with two slashes, which would name another host. */
function cleanPath(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  return kept.length > 0 && path.endsWith('/') ? `/${kept.join('/')}/` : `/${kept.join('/')}`;
}

function unescaped(escape: string, digits: string): string {
  const character = String.fromCharCode(Number.parseInt(digits, 16));
  if (character === '%') return '%25';
  return character === '/' ? '%2F' : character;
}

/** A header takes no more, and a browser reads a backslash as a slash. */
function escaped(text: string): string {
  return text.replace(
    /[^\w\-.~!$&()*+,;=:@/?%]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
