// A bucket that takes objects and multipart uploads as COS does, with everything open to a test.
import { createHash } from 'node:crypto'
import { type Crc64Engine, loadCrc64 } from '@coset/protocol'
import type { Recorded, Step } from './scripted-server.js'
import { errorXml, reply, xml } from './scripted-server.js'

export interface FakeUpload {
  readonly key: string
  readonly headers: Recorded['headers']
  readonly parts: Map<number, Buffer>
}

export interface FakeObject {
  body: Buffer
  etag: string
  modifiedMs: number
}

/** Answers instead of the bucket, or lets it answer by returning undefined. */
export type Fault = (call: string, recorded: Recorded) => Step | undefined | Promise<Step | undefined>

export class FakeBucket {
  readonly uploads = new Map<string, FakeUpload>()
  readonly objects = new Map<string, FakeObject>()
  /** Every request: `create`, `part 1`, `parts`, `uploads`, `complete`, `abort`, `put`, `head`. */
  readonly calls: string[] = []
  /** Before the bucket does anything. */
  fault: Fault = () => undefined
  /** After it did, in the place of its answer. */
  lost: Fault = () => undefined
  /** Whether checksums are told. */
  tellsSums = true
  #ids = 0
  #engine: Crc64Engine | undefined

  readonly step: Step = async (response, recorded, request) => {
    this.#engine ??= await loadCrc64()
    // The client left before its body was there.
    if (recorded.body.length < Number(recorded.headers['content-length'] ?? 0)) return
    const url = new URL(recorded.url, 'http://host')
    const call = callOf(recorded.method, url.searchParams)
    this.calls.push(call)
    const answer = (await this.fault(call, recorded)) ?? (await this.#answer(call, recorded, url))
    const given = (await this.lost(call, recorded)) ?? answer
    await given(response, recorded, request)
  }

  /** How often each call was made that a test does not want to see. */
  count(call: string): number {
    return this.calls.filter((made) => made.split(' ')[0] === call).length
  }

  /** Numbers of the parts that were sent, in ascending order. */
  sentParts(): readonly number[] {
    const parts = this.calls.filter((call) => call.startsWith('part ')).map((call) => Number(call.slice(5)))
    return parts.sort((a, b) => a - b)
  }

  #answer(call: string, recorded: Recorded, url: URL): Step {
    const key = decodeURIComponent(url.pathname).replace(/^\/[^/]+\//, '')
    const id = url.searchParams.get('uploadId') ?? ''
    if (call === 'put') return this.#put(key, recorded.body, md5(recorded.body))
    if (call === 'head') return this.#head(key)
    if (call === 'uploads') return this.#uploadsXml()
    if (call === 'create') return this.#create(key, recorded)
    const upload = this.uploads.get(id)
    if (!upload) return errorXml(404, 'NoSuchUpload')
    if (call === 'parts') return partsXml(upload, url.searchParams)
    if (call === 'complete') return this.#complete(id, upload, recorded)
    if (call === 'abort') {
      this.uploads.delete(id)
      return reply(204)
    }
    upload.parts.set(Number(call.slice(5)), recorded.body)
    return reply(200, { etag: `"${md5(recorded.body)}"`, ...this.#sum(recorded.body) })
  }

  #create(key: string, { headers }: Recorded): Step {
    const id = `upload-${++this.#ids}`
    this.uploads.set(id, { key, headers, parts: new Map() })
    const content = `<Bucket>b</Bucket><Key>${key}</Key><UploadId>${id}</UploadId>`
    return xml(200, `<InitiateMultipartUploadResult>${content}</InitiateMultipartUploadResult>`)
  }

  #complete(id: string, { key, parts }: FakeUpload, { body }: Recorded): Step {
    const asked = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>(.*?)<\/ETag>/g)]
    const chosen = asked.map(([, number, etag = '']) => ({ part: parts.get(Number(number)), etag }))
    const joined: Buffer[] = []
    for (const { part, etag } of chosen) {
      if (!part || !etag.includes(md5(part))) return errorXml(400, 'InvalidPart')
      joined.push(part)
    }
    const whole = Buffer.concat(joined)
    const etag = `${md5(body)}-${chosen.length}`
    this.uploads.delete(id)
    this.#put(key, whole, etag)
    const content = `<Location>http://h/${key}</Location><Bucket>b</Bucket><Key>${key}</Key><ETag>"${etag}"</ETag>`
    const document = `<CompleteMultipartUploadResult>${content}</CompleteMultipartUploadResult>`
    return xml(200, document, this.#sum(whole))
  }

  #put(key: string, body: Buffer, etag: string): Step {
    this.objects.set(key, { body, etag, modifiedMs: Date.now() })
    return reply(200, { etag: `"${etag}"`, ...this.#sum(body) })
  }

  #head(key: string): Step {
    const object = this.objects.get(key)
    if (!object) return reply(404)
    const { body, etag, modifiedMs } = object
    const headers = { etag: `"${etag}"`, 'last-modified': new Date(modifiedMs).toUTCString() }
    return reply(200, { ...headers, 'content-length': body.length, ...this.#sum(body) })
  }

  #uploadsXml(): Step {
    const rows = [...this.uploads].map(
      ([id, { key }]) =>
        `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><StorageClass>STANDARD</StorageClass>` +
        `<Initiated>2026-01-01T00:00:0${id.slice(-1)}.000Z</Initiated></Upload>`,
    )
    const head = '<Bucket>b</Bucket><MaxUploads>1000</MaxUploads><IsTruncated>false</IsTruncated>'
    return xml(200, `<ListMultipartUploadsResult>${head}${rows.join('')}</ListMultipartUploadsResult>`)
  }

  #sum(body: Buffer): Record<string, string> {
    if (!this.tellsSums || !this.#engine) return {}
    return { 'x-cos-hash-crc64ecma': this.#engine.of(body).toString() }
  }
}

/** Two parts a page, so that lists have pages. */
function partsXml({ parts }: FakeUpload, query: URLSearchParams): Step {
  const after = Number(query.get('part-number-marker') ?? 0)
  const rest = [...parts].filter(([number]) => number > after).sort(([a], [b]) => a - b)
  const page = rest.slice(0, 2)
  const rows = page.map(
    ([number, body]) =>
      `<Part><PartNumber>${number}</PartNumber><LastModified>2026-01-01T00:00:00.000Z</LastModified>` +
      `<ETag>"${md5(body)}"</ETag><Size>${body.length}</Size></Part>`,
  )
  const next = `<NextPartNumberMarker>${page.at(-1)?.[0] ?? 0}</NextPartNumberMarker>`
  const head =
    '<Bucket>b</Bucket><Key>k</Key><UploadId>u</UploadId><PartNumberMarker>0</PartNumberMarker>' +
    '<StorageClass>STANDARD</StorageClass><MaxParts>2</MaxParts>' +
    `<IsTruncated>${rest.length > page.length}</IsTruncated>${next}`
  return xml(200, `<ListPartsResult>${head}${rows.join('')}</ListPartsResult>`)
}

function callOf(method: string, query: URLSearchParams): string {
  if (method === 'HEAD') return 'head'
  if (query.has('uploads')) return method === 'POST' ? 'create' : 'uploads'
  if (query.has('partNumber')) return `part ${query.get('partNumber')}`
  if (!query.has('uploadId')) return 'put'
  const names: Readonly<Record<string, string>> = { GET: 'parts', POST: 'complete', DELETE: 'abort' }
  return names[method] ?? method
}

/** Asked for again with each list and completion. */
const digests = new WeakMap<Uint8Array, string>()

export function md5(bytes: Uint8Array): string {
  const known = digests.get(bytes) ?? createHash('md5').update(bytes).digest('hex')
  digests.set(bytes, known)
  return known
}
