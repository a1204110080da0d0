// Where this server answers otherwise than COS, each with its reason. A test shows that the difference is there; one
// that is gone fails, so that its entry goes too.

export interface KnownDifference {
  /** What COS does. */
  readonly cos: string
  /** Why this server does not. */
  readonly reason: string
}

export const KNOWN_DIFFERENCES = {
  'wrong region': {
    cos: 'A bucket addressed through the host of another region is answered with NoSuchBucket.',
    reason:
      'A server has one region, and clients set up for another are let in on purpose; COS documents it vaguely.',
  },
  'foreign APPID': {
    cos: 'Buckets can only be made under the APPID of the account that signs.',
    reason:
      'A server is one account; names of other APPIDs are taken, so that programs run unchanged against it.',
  },
  'host length': {
    cos: 'The whole host name of a bucket has at most 60 characters.',
    reason: 'The limit is on the bucket name alone, as no COS host name has to exist.',
  },
  'path style': {
    cos: 'Buckets made since 2024 answer 403 PathStyleDomainForbidden in path style.',
    reason: 'Path style needs no wildcard DNS, which is what a server of one machine lacks.',
  },
  'forced download': {
    cos: 'Since 2024 replies on COS host names carry Content-Disposition: attachment.',
    reason: 'It protects shared host names, which this server has none of.',
  },
  'order of versions': {
    cos: 'Version and DeleteMarker elements are interleaved in one order.',
    reason: 'Replies are written from two lists; every SDK reads two lists.',
  },
  acceleration: {
    cos: 'Acceleration hosts need ?accelerate to be enabled.',
    reason: 'They address the bucket as any host does; there is nothing to accelerate.',
  },
} as const satisfies Readonly<Record<string, KnownDifference>>

/** Calls of the official Node SDK that are answered with NotImplemented so far. */
export const NOT_IMPLEMENTED: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  deleteBucketDomain: {},
  deleteBucketEncryption: {},
  deleteBucketInventory: { Id: 'i' },
  deleteBucketLifecycle: {},
  deleteBucketOrigin: {},
  deleteBucketPolicy: {},
  deleteBucketReplication: {},
  deleteBucketTagging: {},
  deleteBucketWebsite: {},
  getBucketAccelerate: {},
  getBucketDomain: {},
  getBucketEncryption: {},
  getBucketInventory: { Id: 'i' },
  getBucketLifecycle: {},
  getBucketLocation: {},
  getBucketLogging: {},
  getBucketOrigin: {},
  getBucketPolicy: {},
  getBucketReferer: {},
  getBucketReplication: {},
  getBucketTagging: {},
  getBucketWebsite: {},
  listBucketInventory: {},
  putBucketAccelerate: { AccelerateConfiguration: { Status: 'Enabled' } },
  putBucketDomain: { DomainRule: [] },
  putBucketEncryption: { ServerSideEncryptionConfiguration: { Rule: [] } },
  putBucketInventory: { Id: 'i', InventoryConfiguration: { Id: 'i' } },
  putBucketLifecycle: { Rules: [{ ID: '1', Status: 'Enabled' }] },
  putBucketLogging: { BucketLoggingStatus: '' },
  putBucketOrigin: { OriginRule: [] },
  putBucketPolicy: { Policy: { version: '2.0' } },
  putBucketReferer: { RefererConfiguration: { Status: 'Disabled' } },
  putBucketReplication: { ReplicationConfiguration: { Role: 'r', Rules: [] } },
  putBucketTagging: { Tags: [{ Key: 'a', Value: 'b' }] },
  putBucketWebsite: { WebsiteConfiguration: { IndexDocument: { Suffix: 'index.html' } } },
}
