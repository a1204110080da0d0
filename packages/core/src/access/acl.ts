// Access control lists from the headers that set them.
import {
  type AccessControlList,
  ANYONE,
  BUCKET_CANNED_ACLS,
  type CannedAcl,
  Fault,
  type Grant,
  LIMITS,
  OBJECT_CANNED_ACLS,
  type Permission,
  userId,
} from '@coset/model'

export interface AclHeaders {
  readonly canned?: string | undefined
  readonly read?: string | undefined
  readonly write?: string | undefined
  readonly readAcp?: string | undefined
  readonly writeAcp?: string | undefined
  readonly fullControl?: string | undefined
}

/** Throws `InvalidArgument` for a value that COS does not know. */
export function parseAcl(headers: AclHeaders, of: 'bucket' | 'object'): AccessControlList {
  const known: readonly string[] = of === 'bucket' ? BUCKET_CANNED_ACLS : OBJECT_CANNED_ACLS
  const { canned } = headers
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
  if (grants.length > LIMITS.grantsMax) {
    throw new Fault('InvalidArgument', { message: `At most ${LIMITS.grantsMax} grants are allowed.` })
  }
  return {
    ...(canned !== undefined && canned !== 'default' ? { canned: canned as CannedAcl } : {}),
    ...(grants.length > 0 ? { grants } : {}),
  }
}

/** `id="100000000001",id="100000000001/100000000011"`, or the whole id `qcs::cam::uin/…:uin/…`. */
function parseGrants(permission: Permission, header: string | undefined): readonly Grant[] {
  if (header === undefined || header.trim() === '') return []
  return header.split(',').map((entry) => {
    const id = /^\s*(?:id|uin)\s*=\s*"([^"]*)"\s*$/.exec(entry)?.[1]
    const grantee = id === undefined ? undefined : granteeOf(id)
    if (grantee === undefined) {
      throw new Fault('InvalidArgument', {
        message: 'A grant has the form id="OwnerUin" or id="OwnerUin/SubUin".',
      })
    }
    return { permission, grantee }
  })
}

function granteeOf(id: string): string | undefined {
  if (id === ANYONE || /^qcs::cam::uin\/\d+:uin\/\d+$/.test(id)) return id
  const [, owner, sub] = /^(\d+)(?:\/(\d+))?$/.exec(id) ?? []
  return owner === undefined ? undefined : userId(owner, sub ?? owner)
}
