// Parts that the server says it has: taken for what they are only once their content was compared.
import { LIMITS } from '@coset/model'
import { loadCrc64 } from '@coset/protocol'
import type { CallOptions, Context } from '../context.js'
import { call } from './call.js'
import { MultipartUpload, type StoredPart } from './multipart-upload.js'
import { type Part, partCount, partsOf } from './part-plan.js'
import { readContent } from './upload-content.js'
import type { UploadTarget } from './upload-input.js'
import type { UploadSource } from './upload-source.js'

/** An MD5, as the ETag of a part is; with some encryption at rest it is something else. */
const MD5_ETAG = /^"?([0-9a-f]{32})"?$/i
/** Uploads of one key that are looked into, the newest first. */
const CANDIDATES_MAX = 10
/** Pages of a list that are read to find them. */
const PAGES_MAX = 10

/** The part, if the server has this very slice of the source under this ETag. */
export async function verifiedPart(
  context: Context,
  source: UploadSource,
  { number, offset, length }: Part,
  { etag, signal }: { readonly etag: string; readonly signal: AbortSignal | undefined },
): Promise<StoredPart | undefined> {
  const claimed = MD5_ETAG.exec(etag)?.[1]
  if (claimed === undefined) return undefined
  const crc = (await loadCrc64()).create()
  const md5 = await context.platform.md5()
  await readContent({ length, open: () => source.read(offset, length) }, signal, (chunk) => {
    md5.update(chunk)
    crc.update(chunk)
  })
  if (hexOf(md5.base64()) !== claimed.toLowerCase()) return undefined
  return { number, length, etag, crc64: crc.digest() }
}

function hexOf(base64: string): string {
  return Array.from(atob(base64), (byte) => byte.charCodeAt(0).toString(16).padStart(2, '0')).join('')
}

export interface FoundUpload {
  readonly upload: MultipartUpload
  readonly partBytes: number
  readonly parts: ReadonlyMap<number, StoredPart>
}

/**
 * An unfinished upload of the same key, by whomever, that has nothing but parts of this source: one with any other
 * part may be somebody's at work on other content. Undefined if there is none.
 */
export async function findUpload(
  context: Context,
  target: UploadTarget,
  source: UploadSource,
  options: CallOptions,
): Promise<FoundUpload | undefined> {
  for (const { id, startedMs } of await uploadsOf(context, target, options)) {
    const upload = new MultipartUpload(context, target, { id, startedMs })
    const listed = await upload.storedParts(options)
    const partBytes = commonBytes(listed, source.size)
    if (partBytes === undefined) continue
    const parts = new Map<number, StoredPart>()
    for (const part of partsOf(source.size, partBytes)) {
      const etag = listed.get(part.number)?.etag
      if (etag === undefined) continue
      const verified = await verifiedPart(context, source, part, { etag, signal: options.signal })
      if (!verified) break
      parts.set(part.number, verified)
    }
    if (parts.size === listed.size) return { upload, partBytes, parts }
  }
  return undefined
}

/** The newest first. */
async function uploadsOf(
  context: Context,
  { input: { Bucket, Key } }: UploadTarget,
  options: CallOptions,
): Promise<readonly { readonly id: string; readonly startedMs: number }[]> {
  const found: { readonly id: string; readonly startedMs: number }[] = []
  let markers: { readonly KeyMarker?: string | undefined; readonly UploadIdMarker?: string | undefined } = {}
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const page = await call(context, 'listMultipartUploads', { Bucket, Prefix: Key, ...markers }, options)
    const own = page.Upload.filter((upload) => upload.Key === Key)
    found.push(...own.map(({ UploadId, Initiated }) => ({ id: UploadId, startedMs: Initiated.getTime() })))
    // The key itself comes before all others that begin with it.
    if (!page.IsTruncated || own.length < page.Upload.length) break
    markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
  }
  return found.sort((a, b) => b.startedMs - a.startedMs).slice(0, CANDIDATES_MAX)
}

/** The size by which content of so many bytes was cut into these parts; undefined if it was not. */
function commonBytes(
  listed: ReadonlyMap<number, { readonly size: number }>,
  size: number,
): number | undefined {
  const [first] = listed
  if (!first) return undefined
  const [number, { size: length }] = first
  // If it is the last part, its size tells nothing, unless it is the only one.
  const bytes = number === 1 || number * length < size ? length : undefined
  if (bytes === undefined || bytes < LIMITS.partBytesMin) return undefined
  const count = partCount(size, bytes)
  if (count > LIMITS.partsMax) return undefined
  const isCut = [...listed].every(
    ([at, part]) => at <= count && part.size === Math.min(bytes, size - (at - 1) * bytes),
  )
  return isCut ? bytes : undefined
}
