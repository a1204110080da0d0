// Which web pages of other origins may use a bucket.
import { LIMITS } from '@coset/model'
import { bucket, element, operation, optional } from '../operation.js'
import { boolean, integer, list, maybe, record, text } from '../shape/shape.js'

const MAX_AGE_SECONDS_MAX = 2 ** 31 - 1

/** As it is given: lists that are empty may be left out. */
const givenRule = record({
  ID: maybe(text()),
  AllowedOrigin: list(text()),
  AllowedMethod: list(text()),
  AllowedHeader: maybe(list(text())),
  ExposeHeader: maybe(list(text())),
  MaxAgeSeconds: maybe(integer(0, MAX_AGE_SECONDS_MAX)),
})

/** As it is told. */
const toldRule = record({
  ID: maybe(text()),
  AllowedOrigin: list(text()),
  AllowedMethod: list(text()),
  AllowedHeader: list(text()),
  ExposeHeader: list(text()),
  MaxAgeSeconds: maybe(integer()),
})

/**
 * Replace a bucket's cross-origin rules. A request from a page of another origin gets the headers of the first rule
 * that lets its origin and method in. COS: PUT Bucket cors.
 * Errors: `NoSuchBucket`, `MalformedXML`, `InvalidRequest` for a rule that can not be, `XMLSizeLimit` beyond 64 KiB.
 * @see https://cloud.tencent.com/document/product/436/8279
 */
export const putBucketCors = operation({
  name: 'PutBucketCors',
  action: 'PutBucketCORS',
  method: 'PUT',
  resource: 'bucket',
  query: ['cors'],
  status: 200,
  summary: "Replace a bucket's cross-origin rules.",
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
    /**
     * 1 to 100 rules. `AllowedOrigin` as `https://example.com:8080`, `AllowedHeader`: at most one `*` each;
     * `AllowedMethod`: GET, PUT, POST, DELETE, HEAD; `MaxAgeSeconds`: how long browsers keep a preflight's answer.
     */
    CORSRule: element(list(givenRule, { max: LIMITS.corsRulesMax })),
    /** Send `Vary: Origin` with every reply, for caches that pages of several origins share. Default false. */
    ResponseVary: optional(element(boolean())),
  },
  inputRoot: 'CORSConfiguration',
  inputBytesMax: LIMITS.corsBytesMax,
  output: {},
  faults: ['NoSuchBucket', 'MalformedXML', 'InvalidRequest', 'XMLSizeLimit', 'AccessDenied'],
})

/**
 * Tell a bucket's cross-origin rules. COS: GET Bucket cors.
 * Errors: `NoSuchBucket`, `NoSuchCORSConfiguration`.
 * @see https://cloud.tencent.com/document/product/436/8274
 */
export const getBucketCors = operation({
  name: 'GetBucketCors',
  action: 'GetBucketCORS',
  method: 'GET',
  resource: 'bucket',
  query: ['cors'],
  status: 200,
  summary: "Tell a bucket's cross-origin rules.",
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
  },
  outputRoot: 'CORSConfiguration',
  output: {
    /** The rules, in the order in which they are tried. */
    CORSRule: element(list(toldRule)),
    /** Whether every reply says `Vary: Origin`. */
    ResponseVary: optional(element(boolean())),
  },
  faults: ['NoSuchBucket', 'NoSuchCORSConfiguration', 'AccessDenied'],
})

/**
 * Remove a bucket's cross-origin rules; it is no error when there are none. COS: DELETE Bucket cors.
 * Errors: `NoSuchBucket`.
 * @see https://cloud.tencent.com/document/product/436/8283
 */
export const deleteBucketCors = operation({
  name: 'DeleteBucketCors',
  action: 'DeleteBucketCORS',
  method: 'DELETE',
  resource: 'bucket',
  query: ['cors'],
  status: 204,
  summary: "Remove a bucket's cross-origin rules.",
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
  },
  output: {},
  faults: ['NoSuchBucket', 'AccessDenied'],
})
