// A request's body as a form: its fields, signed, then the content as its file.
import { FILE_NAME_PLACE, type NameValue, type PolicyCondition } from '@coset/protocol'
import type { Context } from './context.js'
import type { PreparedRequest } from './request.js'
import type { UploadStream } from './upload-stream.js'

export interface FormBody {
  readonly contentType: string
  /** Bytes, where the content's are known. */
  readonly length: number | undefined
  readonly body: Uint8Array | Blob | AsyncIterable<Uint8Array>
}

const encoder = new TextEncoder()

/** Made anew for each try, as its signature holds for minutes only. */
export function formBody(
  { signer, clock, platform }: Context,
  request: PreparedRequest,
  content: Uint8Array | Blob | UploadStream,
): FormBody {
  const { form = [], fileName, target, length } = request
  const conditions = [...bucketCondition(target.bucket), ...form.map(fieldCondition)]
  const signature = signer?.postForm(conditions, clock.keyTime()) ?? []
  const boundary = newBoundary(platform.random)
  const fields = [...form, ...signature].map(([name, value]) =>
    partOf(boundary, `name="${escaped(name)}"`, value),
  )
  const type = '\r\nContent-Type: application/octet-stream'
  const file = partOf(boundary, `name="file"; filename="${escaped(fileName)}"${type}`, '')
  // Without the line break that would end the part: the content comes first.
  const head = encoder.encode([...fields, file].join('').slice(0, -2))
  const end = encoder.encode(`\r\n--${boundary}--\r\n`)
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    length: length === undefined ? undefined : head.length + length + end.length,
    body: enclosed(head, content, end),
  }
}

/** A form is good for exactly what stands in it. */
export function fieldCondition([name, value]: NameValue): PolicyCondition {
  const place = name === 'key' ? value.indexOf(FILE_NAME_PLACE) : -1
  return place < 0 ? { [name]: value } : ['starts-with', '$key', value.slice(0, place)]
}

export function bucketCondition(bucket: string | undefined): readonly PolicyCondition[] {
  return bucket === undefined ? [] : [{ bucket }]
}

function partOf(boundary: string, parameters: string, value: string): string {
  return `--${boundary}\r\nContent-Disposition: form-data; ${parameters}\r\n\r\n${value}\r\n`
}

/** As browsers do (HTML, 4.10.21.8). */
function escaped(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

/** Random enough that no content holds it, by chance or on purpose. */
function newBoundary(random: () => number): string {
  const digits = Array.from({ length: 4 }, () => Math.floor(random() * 2 ** 48).toString(36))
  return `coset-${digits.join('')}`
}

function enclosed(
  head: Uint8Array,
  content: Uint8Array | Blob | UploadStream,
  end: Uint8Array,
): FormBody['body'] {
  if (content instanceof Uint8Array) return joined(head, content, end)
  if (content instanceof Blob)
    return new Blob([head as Uint8Array<ArrayBuffer>, content, end as Uint8Array<ArrayBuffer>])
  return framed(head, content, end)
}

function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

async function* framed(head: Uint8Array, content: AsyncIterable<Uint8Array>, end: Uint8Array) {
  yield head
  yield* content
  yield end
}
