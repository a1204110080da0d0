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
  /** `qcs::cam::uin/<owner>:uin/<user>`, or `qcs::cam::anyone:anyone` for everyone. */
  readonly grantee: string
}

export interface AccessControlList {
  readonly canned?: CannedAcl
  readonly grants?: readonly Grant[]
}

export const ANYONE = 'qcs::cam::anyone:anyone'

/** The identity of a user (`sub`) of an account (`owner`), both decimal numbers. */
export function userId(owner: string, sub = owner): string {
  return `qcs::cam::uin/${owner}:uin/${sub}`
}
