// Access control lists on their way in and out: headers, documents, and what core makes of them.
import { type AclHeaders, type AclOf, aclOfGrants, granteeOf, grantsOf, isUnset, parseAcl } from '@coset/core'
import { type AccessControlList, ALL_USERS, ANYONE, AUTHENTICATED, Fault, type Grant } from '@coset/model'
import type { ServerInput, ServerOutput } from '../handlers.js'

type HeaderInput = Partial<
  Pick<
    ServerInput<'putBucketAcl'>,
    'ACL' | 'GrantRead' | 'GrantWrite' | 'GrantReadAcp' | 'GrantWriteAcp' | 'GrantFullControl'
  >
>
type PolicyInput = HeaderInput & Pick<ServerInput<'putBucketAcl'>, 'AccessControlPolicy'>
type PolicyOutput = ServerOutput<'getBucketAcl'>
type WireGrant = PolicyOutput['AccessControlList'][number]

export function aclHeaders(input: HeaderInput): AclHeaders {
  return {
    canned: input.ACL,
    read: input.GrantRead,
    write: input.GrantWrite,
    readAcp: input.GrantReadAcp,
    writeAcp: input.GrantWriteAcp,
    fullControl: input.GrantFullControl,
  }
}

/** The list that a request asks for; headers count alone when there are any. Throws `MissingRequestBodyError`. */
export function askedAcl(input: PolicyInput, owner: string, of: AclOf): AccessControlList {
  const headers = aclHeaders(input)
  if (Object.values(headers).some((text) => text?.trim())) return parseAcl(headers, of)
  if (!input.AccessControlPolicy) {
    throw new Fault('MissingRequestBodyError', {
      message: 'Give the list as x-cos-acl, as x-cos-grant-* headers, or as an AccessControlPolicy document.',
    })
  }
  return aclOfGrants(input.AccessControlPolicy.AccessControlList.map(readGrant), owner, of)
}

/** `unset`: the canned value to tell of a list that says nothing. */
export function shownAcl(acl: AccessControlList, owner: string, unset: string): PolicyOutput {
  return {
    Owner: { ID: owner, DisplayName: owner },
    AccessControlList: grantsOf(acl, owner).map(writeGrant),
    ACL: isUnset(acl) ? unset : acl.canned,
  }
}

function readGrant({ Grantee, Permission }: WireGrant): Grant {
  const { Type, ID, URI } = Grantee
  const name = URI || ID
  // A group is named by its URI, but for everyone, who has an id too.
  const fits = URI ? Type === undefined || Type === 'Group' : Type !== 'Group' || ID === ANYONE
  if (!name || (URI && ID) || !fits) {
    throw new Fault('MalformedXML', {
      message: 'A Grantee is a CanonicalUser with an ID, or a Group with a URI.',
    })
  }
  const grantee = granteeOf(name)
  if (grantee === undefined) {
    throw new Fault('InvalidArgument', {
      message: `A Grantee has an ID such as qcs::cam::uin/1:uin/1, or the URI ${ALL_USERS} or ${AUTHENTICATED}.`,
    })
  }
  return { permission: Permission, grantee }
}

function writeGrant({ grantee, permission }: Grant): WireGrant {
  const group = { [ANYONE]: ALL_USERS, [AUTHENTICATED]: AUTHENTICATED }[grantee]
  const Grantee =
    group === undefined
      ? { Type: 'CanonicalUser' as const, ID: grantee, DisplayName: grantee }
      : { Type: 'Group' as const, URI: group }
  return { Grantee, Permission: permission }
}
