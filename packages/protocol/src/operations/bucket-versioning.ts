// Whether a bucket keeps old versions.
import { bucket, element, operation, optional } from '../operation.js'
import { oneOf } from '../shape/shape.js'

const STATES = ['Enabled', 'Suspended'] as const

/**
 * Turn versioning on or suspend it; it never returns to "never enabled". COS: PUT Bucket versioning.
 * Errors: `NoSuchBucket`, `MalformedXML`.
 * @see https://cloud.tencent.com/document/product/436/19889
 */
export const putBucketVersioning = operation({
  name: 'PutBucketVersioning',
  action: 'PutBucketVersioning',
  method: 'PUT',
  resource: 'bucket',
  query: ['versioning'],
  status: 200,
  summary: 'Turn versioning of a bucket on, or suspend it.',
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
    /** `Enabled`: every write makes a version. `Suspended`: writes replace the null version. */
    Status: element(oneOf(STATES, 'MalformedXML')),
  },
  inputRoot: 'VersioningConfiguration',
  output: {},
  faults: ['NoSuchBucket', 'MalformedXML', 'AccessDenied'],
})

/**
 * Tell a bucket's versioning state. COS: GET Bucket versioning.
 * Errors: `NoSuchBucket`.
 * @see https://cloud.tencent.com/document/product/436/19888
 */
export const getBucketVersioning = operation({
  name: 'GetBucketVersioning',
  action: 'GetBucketVersioning',
  method: 'GET',
  resource: 'bucket',
  query: ['versioning'],
  status: 200,
  summary: "Tell a bucket's versioning state.",
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
  },
  outputRoot: 'VersioningConfiguration',
  output: {
    /** Absent when versioning was never enabled. */
    Status: optional(element(oneOf(STATES))),
  },
  faults: ['NoSuchBucket', 'AccessDenied'],
})
