// Access control lists: canned values, permissions and the identities they name.

export const BUCKET_CANNED_ACLS = [
  'private',
  'public-read',
  'public-read-write',
  'authenticated-read',
] as const
export const OBJECT_CANNED_ACLS = [
  'default',
  'private',
  'public-read',
  'authenticated-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
] as const

export type BucketCannedAcl = (typeof BUCKET_CANNED_ACLS)[number]
export type ObjectCannedAcl = (typeof OBJECT_CANNED_ACLS)[number]
export type CannedAcl = BucketCannedAcl | ObjectCannedAcl

export const PERMISSIONS = ['READ', 'WRITE', 'READ_ACP', 'WRITE_ACP', 'FULL_CONTROL'] as const
export type Permission = (typeof PERMISSIONS)[number]

export interface Grant {
  readonly permission: Permission
  /** `qcs::cam::uin/<owner>:uin/<user>`, or one of the groups `ANYONE` and `AUTHENTICATED`. */
  readonly grantee: string
}

/** With neither, a bucket is private, and an object has what its bucket grants. */
export interface AccessControlList {
  readonly canned?: CannedAcl
  readonly grants?: readonly Grant[]
}

/** Everyone, with a signature or without. */
export const ANYONE = 'qcs::cam::anyone:anyone'
/** Everyone whose request is signed. */
export const AUTHENTICATED = 'http://cam.qcloud.com/groups/global/AuthenticatedUsers'
/** How documents name `ANYONE`. */
export const ALL_USERS = 'http://cam.qcloud.com/groups/global/AllUsers'

/** The identity of a user (`sub`) of an account (`owner`), both decimal numbers. */
export function userId(owner: string, sub = owner): string {
  return `qcs::cam::uin/${owner}:uin/${sub}`
}
