// Members that operations on access control lists share.
import { LIMITS, PERMISSIONS } from '@coset/model'
import { document, element, header, optional, vendor } from '../operation.js'
import { attribute, list, maybe, oneOf, record, text } from '../shape/shape.js'

/** What a bucket's list is set to by headers. */
export const bucketAccessHeaders = {
  /** `private` (the default), `public-read`, `public-read-write` or `authenticated-read`. */
  ACL: optional(header(vendor('acl'), text())),
  /** Who may read: `id="OwnerUin"`, several separated by commas. */
  GrantRead: optional(header(vendor('grant-read'), text())),
  /** Who may write: `id="OwnerUin"`. */
  GrantWrite: optional(header(vendor('grant-write'), text())),
  /** Who may read the access control list: `id="OwnerUin"`. */
  GrantReadAcp: optional(header(vendor('grant-read-acp'), text())),
  /** Who may change the access control list: `id="OwnerUin"`. */
  GrantWriteAcp: optional(header(vendor('grant-write-acp'), text())),
  /** Who may do everything: `id="OwnerUin"`. */
  GrantFullControl: optional(header(vendor('grant-full-control'), text())),
}

const SCHEMA = 'http://www.w3.org/2001/XMLSchema-instance'
/** `RootAccount` and `SubAccount` are what older documents say for `CanonicalUser`. */
const GRANTEE_TYPES = ['CanonicalUser', 'RootAccount', 'SubAccount', 'Group'] as const

const owner = record({ ID: text(), DisplayName: maybe(text()) })
const grant = record({
  Grantee: record({
    Type: attribute({ prefix: 'xsi', name: 'type', namespace: SCHEMA }, oneOf(GRANTEE_TYPES)),
    URI: maybe(text()),
    ID: maybe(text()),
    DisplayName: maybe(text()),
  }),
  Permission: oneOf(PERMISSIONS),
})
const grants = list(grant, { wrapped: 'Grant', max: LIMITS.grantsMax })

/** The list as a document: instead of the headers, which count alone when there are any. */
export const policyDocument = () =>
  optional(document(record({ Owner: maybe(owner), AccessControlList: grants })))

export const policy = {
  /** Whose bucket it is, as `qcs::cam::uin/<owner>:uin/<user>`. */
  Owner: element(owner),
  /** At most 100 grants. `Grantee` is a user by `ID` or a group by `URI`. */
  AccessControlList: element(grants),
  /** The canned value in force; absent where grants were given instead. */
  ACL: optional(header(vendor('acl'), text())),
}
