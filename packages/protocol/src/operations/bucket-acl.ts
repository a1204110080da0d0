// Who may do what with a bucket.
import { bucket, join, operation } from '../operation.js'
import { bucketAccessHeaders, policy, policyDocument } from './acl-members.js'

/**
 * Replace a bucket's access control list: by a canned value, by grants, or by a document of grants. It also counts
 * for objects that have none of their own. COS: PUT Bucket acl.
 * Errors: `NoSuchBucket`, `InvalidArgument`, `MalformedXML`, `MissingRequestBodyError` when nothing is asked for.
 * @see https://cloud.tencent.com/document/product/436/7737
 */
export const putBucketAcl = operation({
  name: 'PutBucketAcl',
  action: 'PutBucketACL',
  method: 'PUT',
  resource: 'bucket',
  query: ['acl'],
  status: 200,
  summary: "Replace a bucket's access control list.",
  input: join(
    {
      /** `BucketName-APPID`. */
      Bucket: bucket(),
    },
    bucketAccessHeaders,
    {
      /** The list as grants, at most 100. Passed over when one of the members above is given. */
      AccessControlPolicy: policyDocument(),
    },
  ),
  inputRoot: 'AccessControlPolicy',
  output: {},
  faults: ['NoSuchBucket', 'InvalidArgument', 'MalformedXML', 'MissingRequestBodyError', 'AccessDenied'],
})

/**
 * Tell a bucket's access control list, canned values as the grants that they stand for. COS: GET Bucket acl.
 * Errors: `NoSuchBucket`, `AccessDenied`.
 * @see https://cloud.tencent.com/document/product/436/7733
 */
export const getBucketAcl = operation({
  name: 'GetBucketAcl',
  action: 'GetBucketACL',
  method: 'GET',
  resource: 'bucket',
  query: ['acl'],
  status: 200,
  summary: "Tell a bucket's access control list.",
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
  },
  outputRoot: 'AccessControlPolicy',
  output: policy,
  faults: ['NoSuchBucket', 'AccessDenied'],
})
