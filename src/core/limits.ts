/**
 * Every bound of the core, named noun first and unit last.
 */

// Bytes at rest. A decoder takes anything beyond these for damage; an encoder takes it for a bug.

/** Of one frame, its header and checksum included. A group is cut long before; one record may delete very many keys. */
export const frameBytesMax = 1024 * 1024 * 1024;
export const objectNameBytesMax = 700;
export const memberNameBytesMax = 1_024;
export const clientUrlBytesMax = 2_048;
export const clientUrlsMax = 64;
export const inSyncMembersMax = 64;
export const checkpointReferencesMax = 10_000;
export const logInflightSegmentsMax = 64;
