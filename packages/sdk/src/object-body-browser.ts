// The content of an object in browsers.
import { ObjectBodyBase } from './object-body.js'

/**
 * An object's content, still on its way. It is read once, by one of its methods or by `for await`; leaving the
 * loop ends the transfer. A body that is never read keeps its connection: call `cancel()`.
 *
 * A broken connection is taken up again where it ended, as long as the object is the same. The CRC-64 of a whole
 * object is verified where the bucket's CORS rule exposes `x-cos-hash-crc64ecma`. Every method rejects with a
 * CosClientError of kind `network`, `timeout`, `checksum`, `body` or `aborted` unless all bytes arrived.
 */
export class ObjectBody extends ObjectBodyBase {}
