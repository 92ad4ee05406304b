import { isBranchName, splitKey } from '../core/format/keys.ts';
import type { StoreLocation } from '../adapters/store-url.ts';

/** Where the store of a family is, from where one of its databases is. A branch lies below its family's root. */

/** Undefined: the location does not end in that home. */
export function familyRoot(location: StoreLocation, home: string): StoreLocation | undefined {
  if (home === '') return location;
  const end = home.slice(0, -1);
  switch (location.kind) {
    case 'memory':
      return undefined;
    case 'file': {
      const path = withoutEnd(location.path.replace(/\/+$/, ''), end);
      return path === undefined ? undefined : { ...location, path: path === '' ? '.' : path };
    }
    case 's3': {
      const prefix = withoutEnd(location.prefix, end);
      return prefix === undefined ? undefined : { ...location, prefix };
    }
  }
}

/** The home that a location looks like, for when nothing there can say it. */
export function homeInLocation(location: StoreLocation): string {
  const path =
    location.kind === 'file' ? location.path.replace(/\/+$/, '') : location.kind === 's3' ? location.prefix : '';
  const start = path.lastIndexOf('branches/');
  if (start < 0 || (start > 0 && path[start - 1] !== '/')) return '';
  const { home, rest } = splitKey(`${path.slice(start)}/`);
  return rest === '' ? home : '';
}

/** The branch that a location names without its id, as a person does: `…/branches/<name>`. */
export function branchInLocation(
  location: StoreLocation,
): { readonly name: string; readonly root: StoreLocation } | undefined {
  if (location.kind === 'memory') return undefined;
  const path = location.kind === 'file' ? location.path.replace(/\/+$/, '') : location.prefix;
  const match = /^(?:(.*)\/)?branches\/([^/]+)$/s.exec(path);
  if (match === null || !isBranchName(match[2]!)) return undefined;
  const rest = match[1];
  if (location.kind === 's3') return { name: match[2]!, root: { ...location, prefix: rest ?? '' } };
  return { name: match[2]!, root: { ...location, path: rest === undefined ? '.' : rest === '' ? '/' : rest } };
}

/** What `branchInLocation` reads. A family in memory has no such place. */
export function locationOfBranch(root: StoreLocation, name: string): StoreLocation {
  const branch = `branches/${name}`;
  switch (root.kind) {
    case 'memory':
      return root;
    case 'file':
      return { ...root, path: `${root.path.replace(/\/+$/, '')}/${branch}` };
    case 's3':
      return { ...root, prefix: root.prefix === '' ? branch : `${root.prefix}/${branch}` };
  }
}

function withoutEnd(path: string, end: string): string | undefined {
  if (path === end) return '';
  return path.endsWith(`/${end}`) ? path.slice(0, -end.length - 1) : undefined;
}
