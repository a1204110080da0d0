// Multipart uploads of the crash suite. Each has one writer, who does one thing after another to it.
import { bytesNamed } from '@coset/testkit'
import { text, xmlOf } from './cos-http.js'
import { type Content, etagOf, type Piece, partEtag } from './crash-content.js'
import type { Operation } from './crash-ledger.js'
import { expectReply, header, UnexpectedReply, type Writer } from './crash-replies.js'

const MIB = 1024 * 1024
const OPEN_MAX = 2
const PARTS_MAX = 3

export interface CrashUpload {
  readonly writer: number
  readonly bucket: string
  readonly key: string
  /** Of the object to be. */
  readonly generation: number
  /** Undefined until the server told it. */
  uploadId: string | undefined
  /** Acknowledged. */
  readonly parts: Map<number, Piece>
  pending: { readonly number: number; readonly piece: Piece } | undefined
  /** How it ends, once that was asked for. */
  end: { readonly operation: Operation | undefined; acknowledged: boolean } | undefined
}

export async function anyUploadStep(scene: Writer, bucket: string, key: string): Promise<void> {
  const { ledger, random, writer } = scene
  const own = [...ledger.uploads].filter((upload) => upload.writer === writer && !upload.end)
  const open = own.filter(({ uploadId }) => uploadId !== undefined)
  if (open.length < OPEN_MAX) await begin(scene, bucket, key)
  else {
    const upload = random.pick(open)
    if (random.chance(10)) await abort(scene, upload)
    else if (upload.parts.size < PARTS_MAX && random.chance(70)) await putPart(scene, upload)
    else if (upload.parts.size > 0) await complete(scene, upload)
    else await putPart(scene, upload)
  }
}

async function begin({ http, ledger, writer }: Writer, bucket: string, key: string): Promise<void> {
  const generation = ledger.newGeneration()
  const upload: CrashUpload = {
    ...{ writer, bucket, key, generation, parts: new Map(), uploadId: undefined },
    ...{ pending: undefined, end: undefined },
  }
  ledger.uploads.add(upload)
  const headers = { 'x-cos-meta-generation': String(generation) }
  const reply = await expectReply(http, { method: 'POST', bucket, key, params: { uploads: '' }, headers })
  upload.uploadId = text(xmlOf(reply), 'UploadId')
  ledger.acknowledged++
}

async function putPart({ http, ledger, random }: Writer, upload: CrashUpload): Promise<void> {
  const { bucket, key, uploadId = '' } = upload
  const number = 1 + random.below(PARTS_MAX)
  // Any part may come to be the last one, but only that may be small.
  const size = number === PARTS_MAX ? random.pick([0, 1, 8193, MIB]) : MIB
  const piece = { name: `${uploadId} ${number} ${ledger.newGeneration()}`, size }
  upload.pending = { number, piece }
  const params = { partNumber: String(number), uploadId }
  const body = bytesNamed(piece.name, size)
  const reply = await expectReply(http, { method: 'PUT', bucket, key, params, body })
  if (reply.headers.etag !== `"${partEtag(piece)}"`) throw new UnexpectedReply('A part has another ETag.')
  upload.parts.set(number, piece)
  upload.pending = undefined
  ledger.acknowledged++
  ledger.count('part')
}

async function complete({ http, ledger }: Writer, upload: CrashUpload): Promise<void> {
  const { bucket, key, generation } = upload
  const content = contentOf(upload)
  const operation = ledger.begin({ kind: 'put', bucket, key, generation, content })
  const end = { operation, acknowledged: false }
  upload.end = end
  const reply = await expectReply(http, completion(upload))
  if (text(xmlOf(reply), 'ETag') !== `"${etagOf(content)}"`)
    throw new UnexpectedReply(`The completed upload of ${key} has another ETag.`)
  ledger.acknowledge(operation, header(reply.headers, 'x-cos-version-id'))
  end.acknowledged = true
  ledger.count('completion')
}

async function abort({ http, ledger }: Writer, upload: CrashUpload): Promise<void> {
  const { bucket, key, uploadId = '' } = upload
  const end = { operation: undefined, acknowledged: false }
  upload.end = end
  await expectReply(http, { method: 'DELETE', bucket, key, params: { uploadId } }, 204)
  end.acknowledged = true
  ledger.acknowledged++
  ledger.count('abortion')
}

/** The acknowledged parts joined. */
export function contentOf({ parts }: CrashUpload): Content {
  const sorted = [...parts].sort(([a], [b]) => a - b)
  return { pieces: sorted.map(([, piece]) => piece), isMultipart: true }
}

/** The request that completes it with all its acknowledged parts. */
export function completion({ bucket, key, uploadId = '', parts }: CrashUpload) {
  const listed = [...parts]
    .sort(([a], [b]) => a - b)
    .map(
      ([number, piece]) => `<Part><PartNumber>${number}</PartNumber><ETag>${partEtag(piece)}</ETag></Part>`,
    )
  const body = Buffer.from(`<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`)
  return { method: 'POST', bucket, key, params: { uploadId }, body } as const
}
