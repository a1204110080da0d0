// The tags of an object, which may change while the object stays.
import { bucket, element, header, key, operation, optional, query, vendor } from '../operation.js'
import { list, record, text } from '../shape/shape.js'

const tagSet = () => element(list(record({ Key: text(), Value: text() }), { wrapped: 'Tag' }))

/**
 * Replace all tags of an object, or of one version of it. The object's content and `LastModified` stay as they are.
 * At most 10 tags; keys of 1 to 128 characters, each once, values of up to 256; letters, digits, spaces and
 * `+ - _ = . : /`. COS: PUT Object tagging.
 * Errors: `NoSuchKey`, `NoSuchVersion`, `NoSuchBucket`, `InvalidTag`, `MalformedXML`, `MethodNotAllowed` for a delete
 * marker.
 * @see https://cloud.tencent.com/document/product/436/42997
 */
export const putObjectTagging = operation({
  name: 'PutObjectTagging',
  action: 'PutObjectTagging',
  method: 'PUT',
  resource: 'object',
  query: ['tagging'],
  status: 200,
  summary: 'Replace the tags of an object.',
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
    /** The object's key. */
    Key: key(),
    /** A version; `null` names the null version. Default: the current one. */
    VersionId: optional(query('versionId', text())),
    /** The tags it has from now on; an empty list takes all away. */
    TagSet: tagSet(),
  },
  inputRoot: 'Tagging',
  output: {
    /** The version that was tagged; absent in buckets that never had versioning. */
    VersionId: optional(header(vendor('version-id'), text())),
  },
  faults: [
    'NoSuchKey',
    'NoSuchVersion',
    'NoSuchBucket',
    'AccessDenied',
    'InvalidTag',
    'MalformedXML',
    'MethodNotAllowed',
  ],
})

/**
 * Tell the tags of an object, or of one version of it; the list is empty when it has none. COS: GET Object tagging.
 * Errors: `NoSuchKey`, `NoSuchVersion`, `NoSuchBucket`, `MethodNotAllowed` for a delete marker.
 * @see https://cloud.tencent.com/document/product/436/42998
 */
export const getObjectTagging = operation({
  name: 'GetObjectTagging',
  action: 'GetObjectTagging',
  method: 'GET',
  resource: 'object',
  query: ['tagging'],
  status: 200,
  summary: 'Tell the tags of an object.',
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
    /** The object's key. */
    Key: key(),
    /** A version; `null` names the null version. Default: the current one. */
    VersionId: optional(query('versionId', text())),
  },
  outputRoot: 'Tagging',
  output: {
    /** The tags, in the order they were given. */
    TagSet: tagSet(),
    /** The version told of; absent in buckets that never had versioning. */
    VersionId: optional(header(vendor('version-id'), text())),
  },
  faults: ['NoSuchKey', 'NoSuchVersion', 'NoSuchBucket', 'AccessDenied', 'MethodNotAllowed'],
})

/**
 * Take all tags from an object, or from one version of it; one without tags is no error. COS: DELETE Object tagging.
 * Errors: `NoSuchKey`, `NoSuchVersion`, `NoSuchBucket`, `MethodNotAllowed` for a delete marker.
 * @see https://cloud.tencent.com/document/product/436/42999
 */
export const deleteObjectTagging = operation({
  name: 'DeleteObjectTagging',
  action: 'DeleteObjectTagging',
  method: 'DELETE',
  resource: 'object',
  query: ['tagging'],
  status: 204,
  summary: 'Take all tags from an object.',
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
    /** The object's key. */
    Key: key(),
    /** A version; `null` names the null version. Default: the current one. */
    VersionId: optional(query('versionId', text())),
  },
  output: {
    /** The version whose tags are gone; absent in buckets that never had versioning. */
    VersionId: optional(header(vendor('version-id'), text())),
  },
  faults: ['NoSuchKey', 'NoSuchVersion', 'NoSuchBucket', 'AccessDenied', 'MethodNotAllowed'],
})
