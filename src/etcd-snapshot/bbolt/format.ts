/**
 * The bytes of a bbolt file, the format of etcd's database and of its snapshots. Numbers are little-endian, as on every machine that etcd
 * supports.
 *
 *   page     0  8 its number, 8  2 kind, 10  2 how many elements, 12  4 further pages that belong to it
 *   leaf     page, then per element: 0  4 flags, 4  4 where the key is, counted from the element, 8  4 its length, 12  4 the value's
 *   branch   page, then per element: 0  4 where the key is, likewise, 4  4 its length, 8  8 the child's page
 *   bucket   a leaf's value: 0  8 root page, 8  8 sequence; root 0: a leaf page follows in the value itself
 *   meta     page 0 and page 1: page, then magic, version, page size, flags, root bucket, freelist, end, transaction, checksum
 *
 * A page is a whole number of pages long: what does not fit one goes on in those behind it.
 */

export const pageHeaderBytes = 16;
export const elementBytes = 16;
export const bucketHeaderBytes = 16;
export const metaBytes = 64;
/** What the checksum is of. */
export const metaCheckedBytes = 56;

export const magic = 0xed0cdaed;
export const fileVersion = 2;

export const pageKinds = { branch: 0x01, leaf: 0x02, meta: 0x04, freelist: 0x10 } as const;
/** Of a leaf's element: its value is a bucket. */
export const bucketFlag = 0x01;

/** The first page that is no meta page. */
export const firstPage = 2;
export const elementsPerPageMax = 0xffff;
export const pageBytesDefault = 4_096;
export const pageBytesMin = 1_024;
export const pageBytesMax = 65_536;
