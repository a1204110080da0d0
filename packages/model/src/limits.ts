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
  /** Parts of one upload, and the highest part number. */
  partsMax: 10_000,
  /** Smallest part but the last, in bytes. */
  partBytesMin: MIB,
  /** Largest part, in bytes. */
  partBytesMax: 5 * GIB,
  /** Largest object, in bytes; only multipart uploads reach it. */
  objectBytesMax: 50_000 * GIB,
  /** Largest source of one copy, in bytes. */
  copyBytesMax: 5 * GIB,
  /** Largest object made by appending, in bytes. */
  appendBytesMax: 5 * GIB,
  /** Parts in one page of ListParts. */
  listPartsMax: 1000,
  /** Uploads in one page of ListMultipartUploads. */
  listUploadsMax: 1000,
  /** How long a completed upload still answers as it did, in milliseconds. */
  completedUploadMs: 24 * 3600 * 1000,
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
  /** Rules of one CORS configuration. */
  corsRulesMax: 100,
  /** One CORS configuration, as a document, in bytes. */
  corsBytesMax: 64 * KIB,
  /** Longest name of a CORS rule, in characters. */
  corsRuleIdLengthMax: 255,
  /** Headers that one preflight may ask for. */
  corsRequestHeadersMax: 100,
  /** Longest key of a tag, in characters. */
  tagKeyLengthMax: 128,
  /** Longest value of a tag, in characters. */
  tagValueLengthMax: 256,
  /** Entries in one page of a list. */
  listKeysMax: 1000,
  /** Buckets in one page of GET Service. */
  listBucketsMax: 2000,
  /** Objects in one DELETE Multiple Objects. */
  deleteObjectsMax: 1000,
  /** Objects up to this many bytes live inside their metadata row. */
  inlineBytesMax: 8 * KIB,
  /** Longest a restored copy may be asked for, in days. */
  restoreDaysMax: 365,
  /** One SQL expression, in bytes. */
  selectExpressionBytesMax: 256 * KIB,
  /** A whole SelectRequest, in bytes: an expression of that size, each character escaped. */
  selectRequestBytesMax: 2 * MIB,
  /** Request head: all header lines together, in bytes. */
  headBytesMax: 32 * KIB,
  /** XML request bodies, in bytes: 1,000 keys of 850 bytes, percent-expanded, with their tags. */
  xmlBytesMax: 4 * MIB,
  /** Elements of a document within each other. */
  xmlDepthMax: 12,
  /** 10,000 parts of a number, an ETag and whatever else a client lists of them. */
  xmlElementsMax: 80_000,
  /** Fields of one form before its file. */
  formFieldsMax: 100,
  formFieldNameLengthMax: 256,
  /** One field of a form, in bytes; S3 allows as much. */
  formFieldBytesMax: 20 * KIB,
  /** All fields of one form together, with their heads, in bytes. */
  formBytesMax: 64 * KIB,
  /** How many times a plan is made again after a lost race, before `SlowDown`. */
  attemptsMax: 32,
  /** Store scans one list request may spend. */
  listScansMax: 4096,
  /** Longest a request may run, in milliseconds. Orphaned blobs are kept longer than this. */
  requestDurationMsMax: 24 * 3600 * 1000,
  /** Least `x-cos-traffic-limit`, in bits per second. */
  trafficLimitMin: 819_200,
  /** Greatest `x-cos-traffic-limit`, in bits per second. */
  trafficLimitMax: 838_860_800,
} as const
