/**
 * How V8 is to keep this process's objects. Imported before everything else: what V8 has found out while the rest was read in stays.
 *
 * By itself it makes objects in the old generation that come from where those made before lived long. Of a server's calls
 * that is never right, and dear: an old object that nobody needs any more keeps what it points to from being freed until the next major
 * collection. One busy moment was enough, and each call after it cost a third more (docs/design/0025-what-calls-leave-behind.md).
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--no-allocation-site-pretenuring');
