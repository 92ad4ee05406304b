import { objectKeyText, textOfBytes } from '../bytes-text.ts';
import { countText, secondsText } from '../context.ts';
import { describeObject } from '../describe-object.ts';
import type { StoreChange } from '../../types/result.ts';
import type { Item, Lane, LaneSource } from './lane.ts';
import { byName, groupBy } from './rows.ts';

/** Every change of the object store, a lane for each folder, and for each object that lies in none. */
export function storeLanes({ result, suspects }: LaneSource): Lane[] {
  const folders = [...groupBy(result.storeChanges, ({ key }) => folderOf(key))].sort(([left], [right]) =>
    byName(left, right),
  );
  return folders.map(([folder, changes]) => ({
    group: 'store',
    label: textOfBytes(folder),
    rows: 1,
    items: changes.map((change) => changeItem(change, suspects.key(change.key))),
  }));
}

function folderOf(key: string): string {
  const slash = key.lastIndexOf('/');
  return slash === -1 ? key : key.slice(0, slash + 1);
}

function changeItem({ atMs, key, node, bytes }: StoreChange, named: boolean): Item {
  const by = node === undefined ? 'The store itself, or an operator,' : `Node ${node}`;
  const name = objectKeyText(key);
  const description = bytes === undefined ? undefined : describeObject(bytes);
  const size =
    bytes === undefined
      ? []
      : [`${countText(bytes.length, 'byte')}${description === undefined ? '' : `: ${description.text}`}`];
  return {
    row: 0,
    shape: 'mark',
    tone: bytes === undefined ? 'deleted' : description?.fence === true ? 'fence' : 'stored',
    fromMs: atMs,
    toMs: atMs,
    label: name,
    lines: [`${by} ${bytes === undefined ? 'deletes' : 'puts'} ${name}`, ...size, secondsText(atMs)],
    node,
    keys: [textOfBytes(key)],
    named,
  };
}
