// Multipart uploads as COS defines them, beside the objects of the reference model: what core is held to.
import { Fault, LIMITS } from '@coset/model'
import { contentOf, type ModelContent, md5Of } from './reference-content.js'
import { compareUtf8, type Listing, type ListingQuery, listNaively } from './reference-listing.js'
import type { ReferenceModel } from './reference-model.js'

export interface ModelUpload {
  readonly key: string
  readonly id: string
  readonly metadata: Readonly<Record<string, string>>
  readonly forbidOverwrite: boolean
  readonly parts: Map<number, ModelContent>
}

/** What an upload became, kept for a day. */
export interface ModelCompletion {
  readonly key: string
  readonly parts: string
  readonly lapsesMs: number
  readonly content: ModelContent
  readonly versionId: string | undefined
}

export interface ModelUploadName {
  readonly bucket: string
  readonly key: string
  readonly uploadId: string
}

export interface ModelListedPart {
  readonly partNumber: number
  readonly etag: string
}

export interface ModelComplete extends ModelUploadName {
  readonly parts: readonly ModelListedPart[]
  readonly forbidOverwrite: boolean
  readonly nowMs: number
  /** As core told it. */
  readonly newId: string
}

/** Methods throw the faults core has to throw. */
export class ReferenceUploads {
  readonly #model: ReferenceModel

  constructor(model: ReferenceModel) {
    this.#model = model
  }

  create(bucket: string, upload: Omit<ModelUpload, 'parts'>): void {
    const { uploads } = this.#model.bucket(bucket)
    if (upload.forbidOverwrite) this.#assertAbsent(bucket, upload.key)
    uploads.set(upload.id, { ...upload, parts: new Map() })
  }

  putPart(name: ModelUploadName, number: number, bytes: Buffer): void {
    this.find(name).parts.set(number, contentOf(bytes, {}))
  }

  /** With gaps and leftovers as they are; a small part is one of less than 1 MiB that is not the last. */
  complete(request: ModelComplete): Omit<ModelCompletion, 'lapsesMs'> {
    const { bucket: name, key, uploadId, parts, nowMs, newId } = request
    assertAscending(parts)
    const bucket = this.#model.bucket(name)
    const listed = parts.map(({ partNumber, etag }) => `${partNumber} ${etag.replaceAll('"', '')}`).join()
    const before = bucket.completions.get(uploadId)
    const upload = bucket.uploads.get(uploadId)
    if (!upload && before?.key === key && before.parts === listed && nowMs < before.lapsesMs) return before
    if (upload?.key !== key) throw new Fault('NoSuchUpload')
    const content = joined(parts, upload)
    if (upload.forbidOverwrite || request.forbidOverwrite) this.#assertAbsent(name, key)
    this.#model.put(name, key, content, newId)
    bucket.uploads.delete(uploadId)
    const versionId = bucket.versioning === 'Suspended' ? 'null' : bucket.versioning && newId
    const completion = { key, parts: listed, content, versionId, lapsesMs: nowMs + LIMITS.completedUploadMs }
    bucket.completions.set(uploadId, completion)
    return completion
  }

  abort(name: ModelUploadName): void {
    this.find(name)
    this.#model.bucket(name.bucket).uploads.delete(name.uploadId)
  }

  listParts(name: ModelUploadName, after: number, partsMax: number | undefined) {
    const { parts } = this.find(name)
    const all = [...parts].filter(([number]) => number > after).sort(([a], [b]) => a - b)
    const page = all.slice(0, Math.min(partsMax ?? LIMITS.listPartsMax, LIMITS.listPartsMax))
    return { parts: page, truncated: partsMax !== 0 && page.length < all.length }
  }

  /** Both markers: start behind that upload of that key; the key alone: behind all its uploads. */
  listUploads(
    bucket: string,
    query: ListingQuery & { readonly keyMarker: string; readonly uploadIdMarker: string },
  ): Listing<ModelUpload> {
    const { keyMarker, uploadIdMarker } = query
    const all = [...this.#model.bucket(bucket).uploads.values()]
      .sort((a, b) => compareUtf8(a.id, b.id))
      .map((entry) => ({ key: entry.key, entry }))
    if (keyMarker === '' || uploadIdMarker === '') return listNaively(all, query, keyMarker)
    const left = all.filter(
      ({ key, entry }) => key !== keyMarker || compareUtf8(entry.id, uploadIdMarker) > 0,
    )
    return listNaively(left, query, { from: keyMarker })
  }

  find({ bucket, key, uploadId }: ModelUploadName): ModelUpload {
    const upload = this.#model.bucket(bucket).uploads.get(uploadId)
    if (!upload || upload.key !== key) throw new Fault('NoSuchUpload')
    return upload
  }

  openUploads(): number {
    const names = this.#model.bucketNames()
    return names.reduce((sum, name) => sum + this.#model.bucket(name).uploads.size, 0)
  }

  #assertAbsent(bucket: string, key: string): void {
    if (this.#model.versioning(bucket) === undefined && this.#model.versions(bucket, key).length > 0)
      throw new Fault('FileAlreadyExists')
  }
}

function assertAscending(parts: readonly ModelListedPart[]): void {
  if (parts.length === 0) throw new Fault('MalformedXML')
  const isAscending = parts.every(({ partNumber }, at) => partNumber > (parts[at - 1]?.partNumber ?? 0))
  if (!isAscending) throw new Fault('InvalidPartOrder')
}

/** The ETag is the MD5 of the parts' MD5s, and how many there were. */
function joined(parts: readonly ModelListedPart[], upload: ModelUpload): ModelContent {
  const chosen = parts.map(({ partNumber, etag }, at) => {
    const part = upload.parts.get(partNumber)
    if (part?.etag !== etag.replaceAll('"', '')) throw new Fault('InvalidPart')
    if (part.bytes.length < LIMITS.partBytesMin && at < parts.length - 1) throw new Fault('EntityTooSmall')
    return part
  })
  const etags = Buffer.concat(chosen.map(({ etag }) => Buffer.from(etag, 'hex')))
  const content = contentOf(Buffer.concat(chosen.map(({ bytes }) => bytes)), upload.metadata)
  return { ...content, etag: `${md5Of(etags)}-${chosen.length}` }
}
