// Archived objects, readable for a while.
import { RESTORE_TIERS } from '@coset/model'
import { bucket, document, header, key, operation, optional, query, vendor } from '../operation.js'
import { integer, maybe, oneOf, record, text } from '../shape/shape.js'

/**
 * Make a copy of an object in `ARCHIVE` or `DEEP_ARCHIVE`, or of one version of it, that can be read for some days.
 * Status 202: it is on its way, and `headObject` tells when it is there. Status 200: it was there already, and is kept
 * for `Days` from now. COS: POST Object restore.
 * Errors: `NoSuchKey`, `NoSuchVersion`, `NoSuchBucket`, `RestoreNonArchiveObject`, `RestoreAlreadyInProgress`,
 * `InvalidArgument` for days or a tier that can not be, `MalformedXML`, `MethodNotAllowed` for a delete marker.
 * @see https://cloud.tencent.com/document/product/436/12633
 */
export const restoreObject = operation({
  name: 'PostObjectRestore',
  action: 'PostObjectRestore',
  method: 'POST',
  resource: 'object',
  query: ['restore'],
  status: 202,
  statusWhen: { member: 'Restore', status: 200 },
  summary: 'Make an archived object readable for some days.',
  input: {
    /** `BucketName-APPID`. */
    Bucket: bucket(),
    /** The object's key. */
    Key: key(),
    /** A version; `null` names the null version. Default: the current one. */
    VersionId: optional(query('versionId', text())),
    /**
     * `Days`: how long the copy is kept, 1 to 365. `CASJobParameters.Tier`: `Expedited` (only for `ARCHIVE`),
     * `Standard` (the default) or `Bulk`. A faster tier replaces a slower one under way for `DEEP_ARCHIVE`.
     */
    RestoreRequest: document(
      record({
        Days: integer(),
        CASJobParameters: maybe(record({ Tier: maybe(oneOf(RESTORE_TIERS, 'MalformedXML')) })),
      }),
    ),
  },
  inputRoot: 'RestoreRequest',
  output: {
    /** `ongoing-request="false", expiry-date="…"`, when the copy was there already (status 200). */
    Restore: optional(header(vendor('restore'), text())),
  },
  faults: [
    'NoSuchKey',
    'NoSuchVersion',
    'NoSuchBucket',
    'AccessDenied',
    'InvalidArgument',
    'MalformedXML',
    'MethodNotAllowed',
    'RestoreNonArchiveObject',
    'RestoreAlreadyInProgress',
  ],
})
