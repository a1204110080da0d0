// Access control lists: from the headers and grants that ask for them, to the grants that they amount to.
import {
  type AccessControlList,
  ALL_USERS,
  ANYONE,
  AUTHENTICATED,
  BUCKET_CANNED_ACLS,
  type CannedAcl,
  Fault,
  type Grant,
  LIMITS,
  OBJECT_CANNED_ACLS,
  type Permission,
  userId,
} from '@coset/model'

/** Whose list it is. */
export type AclOf = 'bucket' | 'object'

export interface AclHeaders {
  readonly canned?: string | undefined
  readonly read?: string | undefined
  readonly write?: string | undefined
  readonly readAcp?: string | undefined
  readonly writeAcp?: string | undefined
  readonly fullControl?: string | undefined
}

/** Throws `InvalidArgument` for a value that COS does not know. */
export function parseAcl(headers: AclHeaders, of: AclOf): AccessControlList {
  const known: readonly string[] = of === 'bucket' ? BUCKET_CANNED_ACLS : OBJECT_CANNED_ACLS
  const { canned } = headers
  // Most writes say nothing, and all of them come by here.
  if (isSilent(headers)) return UNSET
  if (canned !== undefined && !known.includes(canned)) {
    throw new Fault('InvalidArgument', {
      message: `The ACL of ${of === 'bucket' ? 'a bucket' : 'an object'} is one of ${known.join(', ')}.`,
    })
  }
  const grants = [
    ...parseGrants('READ', headers.read),
    ...parseGrants('WRITE', headers.write),
    ...parseGrants('READ_ACP', headers.readAcp),
    ...parseGrants('WRITE_ACP', headers.writeAcp),
    ...parseGrants('FULL_CONTROL', headers.fullControl),
  ]
  assertGrants(grants, of)
  return {
    ...(canned !== undefined && canned !== 'default' ? { canned: canned as CannedAcl } : {}),
    ...(grants.length > 0 ? { grants: distinct(grants) } : {}),
  }
}

const UNSET: AccessControlList = {}

function isSilent({ canned, read, write, readAcp, writeAcp, fullControl }: AclHeaders): boolean {
  return (canned ?? read ?? write ?? readAcp ?? writeAcp ?? fullControl) === undefined
}

/**
 * The list that grants of a document ask for. The owner's FULL_CONTROL goes without saying, and grants that are just
 * what a canned value gives are kept as that value, so that a list which was read can be put back. Throws
 * `InvalidArgument`.
 */
export function aclOfGrants(grants: readonly Grant[], owner: string, of: AclOf): AccessControlList {
  assertGrants(grants, of)
  const others = distinct(grants).filter((grant) => !isSame(grant, ownersGrant(owner)))
  const canned = SHOWN_CANNED.find((value) => isSameSet(cannedGrants(value), others))
  return canned === undefined ? { grants: others } : { canned }
}

/** All that a list grants, the owner's own first, each grant once. */
export function grantsOf({ canned, grants = [] }: AccessControlList, owner: string): readonly Grant[] {
  return distinct([ownersGrant(owner), ...cannedGrants(canned), ...grants])
}

/** Whether the list says anything; an object's that does not leaves everything to its bucket. */
export function isUnset(acl: AccessControlList): boolean {
  return acl.canned === undefined && acl.grants === undefined
}

/** Whether a caller without a signature has the permission. */
export function allowsAnyone({ canned, grants = [] }: AccessControlList, permission: Permission): boolean {
  return [...cannedGrants(canned), ...grants].some(
    (grant) =>
      grant.grantee === ANYONE && (grant.permission === permission || grant.permission === 'FULL_CONTROL'),
  )
}

/**
 * Who is meant by a user's number, the number of an account and of a user of it (`100/200`), a whole id, or the URI
 * of a group; undefined: no one that there could be.
 */
export function granteeOf(name: string): string | undefined {
  if (name === ANYONE || name === ALL_USERS) return ANYONE
  if (name === AUTHENTICATED || /^qcs::cam::uin\/\d{1,20}:uin\/\d{1,20}$/.test(name)) return name
  const [, owner, sub] = /^(\d{1,20})(?:\/(\d{1,20}))?$/.exec(name) ?? []
  return owner === undefined ? undefined : userId(owner, sub ?? owner)
}

/** Canned values that grants can amount to. `bucket-owner-…` is `private` where one account owns everything. */
const SHOWN_CANNED = ['private', 'public-read', 'public-read-write', 'authenticated-read'] as const

/** What a canned value grants beside the owner's FULL_CONTROL. */
function cannedGrants(canned: CannedAcl | undefined): readonly Grant[] {
  switch (canned) {
    case 'public-read':
      return [{ permission: 'READ', grantee: ANYONE }]
    case 'public-read-write':
      return [
        { permission: 'READ', grantee: ANYONE },
        { permission: 'WRITE', grantee: ANYONE },
      ]
    case 'authenticated-read':
      return [{ permission: 'READ', grantee: AUTHENTICATED }]
    default:
      return []
  }
}

/** `id="100000000001",id="100000000001/100000000011"`, or the whole id `qcs::cam::uin/…:uin/…`. */
function parseGrants(permission: Permission, header: string | undefined): readonly Grant[] {
  if (header === undefined || header.trim() === '') return []
  return header.split(',').map((entry) => {
    const id = /^\s*(?:id|uin|uri)\s*=\s*"([^"]*)"\s*$/.exec(entry)?.[1]
    const grantee = id === undefined ? undefined : granteeOf(id)
    if (grantee === undefined) {
      throw new Fault('InvalidArgument', {
        message: 'A grant has the form id="OwnerUin" or id="OwnerUin/SubUin".',
      })
    }
    return { permission, grantee }
  })
}

function assertGrants(grants: readonly Grant[], of: AclOf): void {
  if (grants.length > LIMITS.grantsMax) {
    throw new Fault('InvalidArgument', { message: `At most ${LIMITS.grantsMax} grants are allowed.` })
  }
  if (of === 'object' && grants.some(({ permission }) => permission === 'WRITE')) {
    throw new Fault('InvalidArgument', {
      message:
        'WRITE is granted on buckets; the permissions of an object are READ, READ_ACP, WRITE_ACP and FULL_CONTROL.',
    })
  }
}

function ownersGrant(owner: string): Grant {
  return { permission: 'FULL_CONTROL', grantee: owner }
}

function distinct(grants: readonly Grant[]): readonly Grant[] {
  return grants.filter((grant, at) => grants.findIndex((other) => isSame(other, grant)) === at)
}

function isSameSet(a: readonly Grant[], b: readonly Grant[]): boolean {
  return a.length === b.length && a.every((one) => b.some((other) => isSame(one, other)))
}

function isSame(a: Grant, b: Grant): boolean {
  return a.permission === b.permission && a.grantee === b.grantee
}
