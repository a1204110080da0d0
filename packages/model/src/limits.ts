// Every limit on what comes from outside, in one place. Units stand last in each name.

const KIB = 1024
const MIB = 1024 * KIB
const GIB = 1024 * MIB

export const LIMITS = {
  /** Longest object key, in bytes of UTF-8. */
  keyBytesMax: 850,
  /** Longest full bucket name (`<name>-<APPID>`), in characters. */
  bucketNameLengthMax: 60,
  /** Buckets one account may own. */
  bucketsMax: 200,
  /** Largest body of one PUT, in bytes. */
  putBytesMax: 5 * GIB,
  /** All `x-cos-meta-*` names and values of one object together, in bytes. */
  metadataBytesMax: 4 * KIB,
  /** All other stored headers of one object together, in bytes. */
  storedHeadersBytesMax: 8 * KIB,
  /** Tags of one object. */
  objectTagsMax: 10,
  /** Tags of one bucket. */
  bucketTagsMax: 50,
  /** Grants of one access control list. */
  grantsMax: 100,
  tagKeyLengthMax: 128,
  tagValueLengthMax: 256,
  /** Entries in one page of a list. */
  listKeysMax: 1000,
  /** Buckets in one page of GET Service. */
  listBucketsMax: 2000,
  /** Objects in one DELETE Multiple Objects. */
  deleteObjectsMax: 1000,
  /** Objects up to this many bytes live inside their metadata row. */
  inlineBytesMax: 8 * KIB,
  /** Request head: all header lines together, in bytes. */
  headBytesMax: 32 * KIB,
  /** XML request bodies, in bytes: 1,000 keys of 850 bytes, percent-expanded, with their tags. */
  xmlBytesMax: 4 * MIB,
  xmlDepthMax: 12,
  xmlElementsMax: 20_000,
  /** How many times a plan is made again after a lost race, before `SlowDown`. */
  attemptsMax: 32,
  /** Store scans one list request may spend. */
  listScansMax: 4096,
  /** Longest a request may run, in milliseconds. Orphaned blobs are kept longer than this. */
  requestDurationMsMax: 24 * 3600 * 1000,
  /** `x-cos-traffic-limit`, in bits per second. */
  trafficLimitMin: 819_200,
  trafficLimitMax: 838_860_800,
} as const
