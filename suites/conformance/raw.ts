// Plain HTTP, for what no SDK sends or shows: any target, any headers, replies as they came.
import { createHash, createHmac } from 'node:crypto'
import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import type { TestServer } from '@coset/server/testing'

export interface RawRequest {
  readonly method?: string
  /** Path and query exactly as they go into the request line. Default `/`. */
  readonly target?: string
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: string | Uint8Array
  readonly agent?: Agent
}

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  readonly text: string
  /** The code of an error document, or of nothing. */
  readonly code: string
  /** The text of the first element of that name, entities and all. */
  element(name: string): string | undefined
}

const NO_AGENT = new Agent({ keepAlive: false })

export function send(endpoint: string, options: RawRequest): Promise<Reply> {
  const { method = 'GET', target = '/', headers = {}, body, agent = NO_AGENT } = options
  const [host = '', port = ''] = endpoint.split(':')
  const length = body === undefined && (method === 'GET' || method === 'HEAD') ? {} : lengthOf(headers, body)
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, method, path: target, headers: { ...length, ...headers }, agent })
    sent.on('error', reject)
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        const { statusCode = 0, rawHeaders } = response
        resolve(replyOf(statusCode, response.headers, rawHeaders, Buffer.concat(chunks)))
      })
    })
    // Of a string, Node would send the head in UTF-8 too.
    sent.end(body === undefined ? undefined : Buffer.from(body as Uint8Array))
  })
}

function lengthOf(
  headers: RawRequest['headers'] = {},
  body: string | Uint8Array = '',
): Record<string, string> {
  const framed = Object.keys(headers).some((name) => /^(content-length|transfer-encoding)$/i.test(name))
  return framed ? {} : { 'content-length': String(Buffer.byteLength(body)) }
}

export function replyOf(
  status: number,
  headers: IncomingHttpHeaders,
  rawHeaders: readonly string[],
  body: Buffer,
): Reply {
  const text = body.toString()
  const element = (name: string) => new RegExp(`<${name}>(.*?)</${name}>`, 's').exec(text)?.[1]
  return { status, headers, rawHeaders, body, text, code: element('Code') ?? '', element }
}

export interface SignOptions {
  /** Unix seconds; default: from a minute ago for an hour. */
  readonly start?: number
  readonly end?: number
  /** Instead of the server's. */
  readonly secretId?: string
  readonly secretKey?: string
  /** Headers to sign; default: the host. */
  readonly signed?: Readonly<Record<string, string>>
}

type Keys = Pick<TestServer, 'secretId' | 'secretKey'>

/** COS's signature, written from its document and not with the server's code. */
export function signature(keys: Keys, method: string, target: string, options: SignOptions = {}): string {
  const { secretId = keys.secretId, secretKey = keys.secretKey, signed = {} } = options
  const start = options.start ?? Math.floor(Date.now() / 1000) - 60
  const end = options.end ?? start + 3600
  const [path = '', query = ''] = target.split('?')
  const params = listed(query.split('&').filter(Boolean).map(pairOf))
  const headers = listed(Object.entries(signed))
  const lines = [method.toLowerCase(), decodeURIComponent(path), params.text, headers.text]
  const time = `${start};${end}`
  const text = `sha1\n${time}\n${createHash('sha1')
    .update(`${lines.join('\n')}\n`)
    .digest('hex')}\n`
  const key = createHmac('sha1', secretKey).update(time).digest('hex')
  return [
    'q-sign-algorithm=sha1',
    `q-ak=${secretId}`,
    `q-sign-time=${time}`,
    `q-key-time=${time}`,
    `q-header-list=${headers.names}`,
    `q-url-param-list=${params.names}`,
    `q-signature=${createHmac('sha1', key).update(text).digest('hex')}`,
  ].join('&')
}

function pairOf(pair: string): [string, string] {
  const [name = '', ...value] = pair.split('=')
  return [decodeURIComponent(name), decodeURIComponent(value.join('='))]
}

function listed(pairs: readonly (readonly [string, string])[]): { names: string; text: string } {
  const items = pairs.map(([name, value]) => [encode(name).toLowerCase(), encode(value)] as const)
  const sorted = [...items].sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
  return {
    names: sorted.map(([name]) => name).join(';'),
    text: sorted.map(([name, value]) => `${name}=${value}`).join('&'),
  }
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Signs and sends, with the server's own endpoint as the host unless another is given. */
export function sendSigned(
  server: TestServer,
  options: RawRequest & { readonly sign?: SignOptions },
): Promise<Reply> {
  const { method = 'GET', target = '/', headers = {}, sign } = options
  const host = typeof headers.host === 'string' ? headers.host : server.endpoint
  const authorization = signature(server, method, target, { signed: { host }, ...sign })
  return send(server.endpoint, { ...options, headers: { host, authorization, ...headers } })
}
