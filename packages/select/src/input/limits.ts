// How much of an object may belong together.

/** Bytes of one record, read or written: 1 MB. */
export const RECORD_SIZE_MAX = 1024 * 1024

/** Lists and structs within each other in JSON. */
export const JSON_DEPTH_MAX = 256
