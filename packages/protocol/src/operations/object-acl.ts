// Who may do what with an object.
import { bucket, join, key, operation, optional, query } from '../operation.js'
import { text } from '../shape/shape.js'
import { policy, policyDocument } from './acl-members.js'
import { accessHeaders } from './object-members.js'

/**
 * Replace the access control list of an object, or of one version of it: by a canned value, by grants, or by a
 * document of grants. `default` leaves it to the bucket again. COS: PUT Object acl.
 * Errors: `NoSuchKey`, `NoSuchVersion`, `NoSuchBucket`, `MethodNotAllowed` for a delete marker, `InvalidArgument`,
 * `MalformedXML`, `MissingRequestBodyError` when nothing is asked for.
 * @see https://cloud.tencent.com/document/product/436/7748
 */
export const putObjectAcl = operation({
  name: 'PutObjectAcl',
  action: 'PutObjectACL',
  method: 'PUT',
  resource: 'object',
  query: ['acl'],
  status: 200,
  summary: "Replace an object's access control list.",
  input: join(
    {
      /** `BucketName-APPID`. */
      Bucket: bucket(),
      /** The object's key. */
      Key: key(),
      /** A version; `null` names the null version. Default: the current one. */
      VersionId: optional(query('versionId', text())),
    },
    accessHeaders,
    {
      /** The list as grants, at most 100. Passed over when one of the members above is given. */
      AccessControlPolicy: policyDocument(),
    },
  ),
  inputRoot: 'AccessControlPolicy',
  output: {},
  faults: [
    'NoSuchKey',
    'NoSuchVersion',
    'NoSuchBucket',
    'MethodNotAllowed',
    'InvalidArgument',
    'MalformedXML',
    'MissingRequestBodyError',
    'AccessDenied',
  ],
})

/**
 * Tell the access control list of an object, or of one version of it. Of an object that leaves it to its bucket, the
 * owner's grant alone is told, and `ACL` is `default`. COS: GET Object acl.
 * Errors: `NoSuchKey`, `NoSuchVersion`, `NoSuchBucket`, `MethodNotAllowed` for a delete marker.
 * @see https://cloud.tencent.com/document/product/436/7744
 */
export const getObjectAcl = operation({
  name: 'GetObjectAcl',
  action: 'GetObjectACL',
  method: 'GET',
  resource: 'object',
  query: ['acl'],
  status: 200,
  summary: "Tell an object's access control list.",
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
    /** The object's key. */
    Key: key(),
    /** A version; `null` names the null version. Default: the current one. */
    VersionId: optional(query('versionId', text())),
  },
  outputRoot: 'AccessControlPolicy',
  output: policy,
  faults: ['NoSuchKey', 'NoSuchVersion', 'NoSuchBucket', 'MethodNotAllowed', 'AccessDenied'],
})
