// One object of a scripted server: heads, ranges and If-Match as a real server has them, and failures on demand.
import { loadCrc64 } from '@coset/protocol'
import {
  errorXml,
  type Headers,
  type Recorded,
  reply,
  type ScriptedServer,
  type Step,
} from './scripted-server.js'

type Response = Parameters<Step>[0]

export interface ObjectVersion {
  readonly content: Uint8Array
  readonly etag: string
  readonly headers: Headers
}

/** A state of an object, with the headers that a server tells of it. */
export async function objectVersion(name: string, content: Uint8Array): Promise<ObjectVersion> {
  const crc = (await loadCrc64()).of(content).toString()
  const headers = {
    etag: `"${name}"`,
    'x-cos-hash-crc64ecma': crc,
    'last-modified': 'Wed, 28 Oct 2020 20:30:00 GMT',
  }
  return { content, etag: `"${name}"`, headers }
}

/** What a test does to a request instead of answering it; undefined: it is answered. */
export type Interference = (recorded: Recorded, count: number) => Step | undefined

/** Undefined where there is no object. */
export function answer(version: ObjectVersion | undefined): Step {
  return (response, recorded, request) => {
    const step = version ? answerOf(version, recorded) : errorXml(404, 'NoSuchKey')
    return step(response, recorded, request)
  }
}

function answerOf(version: ObjectVersion, recorded: Recorded): Step {
  const { etag } = version
  const { method, headers } = recorded
  const match = headers['if-match']
  if (match !== undefined && match !== etag) return errorXml(412, 'PreconditionFailed')
  if (headers['if-none-match'] === etag) return reply(304, { etag })
  const { status, head, bytes } = replyOf(version, recorded)
  return reply(status, head, method === 'HEAD' ? '' : bytes)
}

interface Parts {
  readonly status: number
  readonly head: Headers
  readonly bytes: Uint8Array
}

/** What a server that does as it is asked says to this request. */
export function replyOf({ content, headers }: ObjectVersion, { headers: asked }: Recorded): Parts {
  const range = rangeOf(asked.range, content.length)
  const bytes = range ? content.subarray(range.first, range.last + 1) : content
  const head: Headers = { ...headers, 'content-length': bytes.length }
  if (range) head['content-range'] = `bytes ${range.first}-${range.last}/${content.length}`
  return { status: range ? 206 : 200, head, bytes }
}

function rangeOf(
  text: string | undefined,
  size: number,
): { readonly first: number; readonly last: number } | undefined {
  const match = /^bytes=(\d+)-(\d*)$/.exec(text ?? '')
  return match ? { first: Number(match[1]), last: match[2] ? Number(match[2]) : size - 1 } : undefined
}

/** Breaks off once so many bytes of the reply have left. */
export function cutAfter(version: ObjectVersion, sent: number): Step {
  return begun(version, sent, (response) => setTimeout(() => response.socket?.destroy(), 20))
}

/** Sends so many bytes of the reply, and then nothing more, for ever. */
export function stuckAfter(version: ObjectVersion, sent: number): Step {
  return begun(version, sent, () => undefined)
}

function begun(version: ObjectVersion, sent: number, then: (response: Response) => void): Step {
  return (response, recorded) => {
    const { status, head, bytes } = replyOf(version, recorded)
    response.writeHead(status, head)
    response.write(bytes.subarray(0, sent), () => then(response))
  }
}

/** Answers from whatever `current` says at the time, unless the test interferes. */
export function serve(
  server: ScriptedServer,
  current: () => ObjectVersion | undefined,
  interfere: Interference = () => undefined,
): void {
  server.requests.length = 0
  let count = 0
  server.script((response, recorded, request) => {
    const step = interfere(recorded, ++count) ?? answer(current())
    return step(response, recorded, request)
  })
}
