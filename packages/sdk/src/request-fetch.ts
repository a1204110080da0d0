// A request as `fetch` takes it: its URL, the headers that a page may set, and a body that is there as a whole.
import { CosClientError } from './errors.js'
import type { TransportRequest } from './transport.js'

/** Set by the browser itself, as they are signed: from the URL and the body. */
const OWN_HEADERS = new Set(['host', 'content-length', 'user-agent'])
/** Of a stream, which has to be in memory before it is sent. */
const STREAM_BYTES_MAX = 64 * 1024 * 1024

/** Throws a CosClientError of kind `validation` where the browser would ask for something else. */
export function requestUrl({ origin, path }: TransportRequest): string {
  const url = new URL(origin + path)
  if (url.pathname + url.search === path) return url.href
  throw new CosClientError(
    'validation',
    `Browsers turn the path ${JSON.stringify(path)} into ${JSON.stringify(url.pathname)}: this key can not be reached from one.`,
  )
}

export function requestHeaders(headers: readonly string[]): [string, string][] {
  const pairs: [string, string][] = []
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] ?? ''
    if (!OWN_HEADERS.has(name)) pairs.push([name, headers[at + 1] ?? ''])
  }
  return pairs
}

/** Browsers stream no request's body, or only over HTTP/2: a stream is read to its end first. */
export async function sendableBody(body: TransportRequest['body']): Promise<Uint8Array | Blob | undefined> {
  if (body === undefined || body instanceof Uint8Array || body instanceof Blob) return body
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > STREAM_BYTES_MAX) {
      throw new CosClientError(
        'validation',
        'Browsers can not stream an upload, and this stream has more than 64 MiB: give a Blob or a File.',
      )
    }
    // The source may fill its buffer anew.
    chunks.push(chunk.slice())
  }
  return new Blob(chunks as Uint8Array<ArrayBuffer>[])
}
