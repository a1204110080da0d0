// The account as a whole.
import { LIMITS } from '@coset/model'
import { element, operation, optional, query } from '../operation.js'
import { boolean, integer, list, maybe, oneOf, record, text, timestamp } from '../shape/shape.js'

/**
 * List the buckets of the account, in order of name. COS: GET Service.
 * Errors: `AccessDenied`, `InvalidArgument`.
 * @see https://cloud.tencent.com/document/product/436/8291
 */
export const listBuckets = operation({
  name: 'GetService',
  action: 'GetService',
  method: 'GET',
  resource: 'service',
  status: 200,
  summary: 'List the buckets of the account.',
  input: {
    /** Only buckets that carry a tag with this key. */
    TagKey: optional(query('tagkey', text())),
    /** Only buckets whose tag `TagKey` has this value. */
    TagValue: optional(query('tagvalue', text())),
    /** Only buckets of this region, such as `ap-guangzhou`. */
    Region: optional(query('region', text())),
    /** Compared with each bucket's creation time as `Range` says, in whole seconds. */
    CreateTime: optional(query('create-time', timestamp('unix-seconds'))),
    /** How `CreateTime` compares: created before (`lt`), after (`gt`), or at the time as well (`lte`, `gte`). */
    Range: optional(query('range', oneOf(['lt', 'gt', 'lte', 'gte']))),
    /** List names after this one. */
    Marker: optional(query('marker', text())),
    /** Names in one page: 1 to 2,000, the default. */
    MaxKeys: optional(query('max-keys', integer(0))),
  },
  outputRoot: 'ListAllMyBucketsResult',
  output: {
    /** The account. */
    Owner: element(record({ ID: text(), DisplayName: maybe(text()) })),
    /** One entry a bucket; times have whole seconds. */
    Buckets: element(
      list(
        record({
          Name: text(),
          Location: text(),
          CreationDate: timestamp('iso-seconds'),
          BucketType: maybe(text()),
        }),
        { wrapped: 'Bucket', max: LIMITS.listBucketsMax },
      ),
    ),
    /** Whether more buckets follow. */
    IsTruncated: optional(element(boolean())),
    /** Where the next page begins. */
    NextMarker: optional(element(text())),
  },
  faults: ['AccessDenied', 'InvalidArgument'],
})
