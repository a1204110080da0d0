// Buckets: made, looked at, removed.
import { bucket, element, header, join, operation, optional, vendor } from '../operation.js'
import { text } from '../shape/shape.js'
import { bucketAccessHeaders } from './acl-members.js'

/**
 * Create a bucket. COS: PUT Bucket.
 * Errors: `InvalidBucketName`, `BucketNameTooLong`, `BucketAlreadyExists`, `BucketAlreadyOwnedByYou`, `TooManyBuckets`.
 * @see https://cloud.tencent.com/document/product/436/7738
 */
export const putBucket = operation({
  name: 'PutBucket',
  action: 'PutBucket',
  method: 'PUT',
  resource: 'bucket',
  status: 200,
  summary: 'Create a bucket.',
  input: join(
    {
      /** `BucketName-APPID`: lower-case letters, digits and hyphens. */
      Bucket: bucket(),
    },
    bucketAccessHeaders,
    {
      /** At most 50 tags, as `key1=value1&key2=value2`, URL-encoded. */
      Tagging: optional(header(vendor('tagging'), text())),
      /** `MAZ` asks for a multi-zone bucket. */
      BucketAZConfig: optional(element(text())),
      /** `OFS` asks for a bucket with a metadata accelerator. */
      BucketArchConfig: optional(element(text())),
    },
  ),
  inputRoot: 'CreateBucketConfiguration',
  output: {
    /** Where the bucket answers: its host. */
    Location: optional(header('location', text())),
  },
  idempotent: false,
  faults: [
    'InvalidBucketName',
    'BucketNameTooLong',
    'BucketAlreadyExists',
    'BucketAlreadyOwnedByYou',
    'TooManyBuckets',
    'InvalidArgument',
    'InvalidTag',
    'MultiAZFeatureNotSupport',
  ],
})

/**
 * Tell whether a bucket exists and may be read. COS: HEAD Bucket.
 * Errors: `NoSuchBucket` (404), `AccessDenied` (403).
 * @see https://cloud.tencent.com/document/product/436/7735
 */
export const headBucket = operation({
  name: 'HeadBucket',
  action: 'HeadBucket',
  method: 'HEAD',
  resource: 'bucket',
  status: 200,
  summary: 'Tell whether a bucket exists and may be read.',
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
  },
  output: {
    /** The bucket's region, such as `ap-guangzhou`. */
    BucketRegion: optional(header(vendor('bucket-region'), text())),
    /** `MAZ` for a multi-zone bucket. */
    BucketAzType: optional(header(vendor('bucket-az-type'), text())),
    /** `OFS` for a bucket with a metadata accelerator. */
    BucketArch: optional(header(vendor('bucket-arch'), text())),
  },
  faults: ['NoSuchBucket', 'AccessDenied'],
})

/**
 * Remove an empty bucket: no objects, no versions, no delete markers, no unfinished uploads. COS: DELETE Bucket.
 * Errors: `NoSuchBucket`, `BucketNotEmpty`.
 * @see https://cloud.tencent.com/document/product/436/7732
 */
export const deleteBucket = operation({
  name: 'DeleteBucket',
  action: 'DeleteBucket',
  method: 'DELETE',
  resource: 'bucket',
  status: 204,
  summary: 'Remove an empty bucket.',
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
  },
  output: {},
  idempotent: false,
  faults: ['NoSuchBucket', 'BucketNotEmpty', 'AccessDenied'],
})
