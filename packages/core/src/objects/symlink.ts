// Symbolic links: versions without content of their own that name another key of their bucket.
import { hash } from 'node:crypto'
import { assertKey, Fault } from '@coset/model'
import { authorize } from '../access/authorize.js'
import type { Call } from '../call.js'
import { attempt } from '../catalog/attempt.js'
import { readBucket } from '../catalog/bucket-lookup.js'
import type { Store } from '../store.js'
import { assertTarget, type Target } from './attributes.js'
import { getVersion, type NamedVersion, type VersionName } from './change.js'
import { type FoundLive, findCurrent } from './find.js'
import { type NewContent, planWrite } from './write.js'

export interface PutSymlinkInput extends Target {
  /** The key that the link stands for. */
  readonly linkTarget: string
}

export interface PutSymlinkResult {
  readonly etag: string
  /** Present while versioning is enabled. */
  readonly versionId: string | undefined
}

const NOTHING = {
  content: { kind: 'inline', bytes: new Uint8Array() },
  size: 0,
  etag: hash('md5', ''),
  crc64: 0n,
} as const satisfies NewContent

/**
 * The target need not be there. Throws `NoSuchBucket`, `FileAlreadyExists`, `InvalidObjectName` and `KeyTooLong` for
 * either key, and what assertTarget throws.
 */
export async function putSymlink(
  call: Call,
  store: Store,
  input: PutSymlinkInput,
): Promise<PutSymlinkResult> {
  assertTarget(input)
  assertKey(input.linkTarget)
  await readBucket(store, input.bucket)
  return attempt(call, store, `${input.bucket}/${input.key}`, async () => {
    const content: NewContent = { ...NOTHING, linkTarget: input.linkTarget }
    const { changes, versionId } = await planWrite(call, store, input, content)
    return { commit: changes, result: { etag: content.etag, versionId } }
  })
}

export interface NamedSymlink extends NamedVersion {
  readonly linkTarget: string
}

/** Throws as getVersion does, and `InvalidRequest` for an object that is no link. */
export async function getSymlink(call: Call, store: Store, name: VersionName): Promise<NamedSymlink> {
  const found = await getVersion(call, store, name)
  const { linkTarget } = found.version
  if (linkTarget !== undefined) return { ...found, linkTarget }
  throw new Fault('InvalidRequest', { message: 'The object is not a symbolic link.' })
}

/**
 * What reading a version gives: the version itself, or for a link its target's current version. One step only, so
 * that no circle can be made. Whoever reads through a link needs the right to read the target too, and that is asked
 * for here, where the target is known for sure. Throws `NoSuchKey`, `AccessDenied`, `InvalidRequest`.
 */
export async function followLink(
  call: Call,
  store: Store,
  bucket: string,
  found: FoundLive,
): Promise<FoundLive> {
  const { linkTarget } = found.version
  if (linkTarget === undefined) return found
  await authorize(call, store, 'GetObject', { bucket, key: linkTarget })
  const target = await findTarget(store, bucket, linkTarget)
  if (target.version.linkTarget === undefined) return target
  throw new Fault('InvalidRequest', {
    message: 'The target of the symbolic link is a symbolic link itself; links lead one step only.',
  })
}

async function findTarget(store: Store, bucket: string, key: string): Promise<FoundLive> {
  try {
    return await findCurrent(store, bucket, Buffer.from(key))
  } catch (cause) {
    // A delete marker of the target is not one of the link.
    if (!(cause instanceof Fault) || cause.code !== 'NoSuchKey') throw cause
    throw new Fault('NoSuchKey', { message: 'The target of the symbolic link does not exist.' }, { cause })
  }
}
