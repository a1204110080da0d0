// The plainest client there can be: signs a request, sends it over node:http, and gives back all of the reply.
import { createHash, createHmac } from 'node:crypto'
import { Agent, type IncomingHttpHeaders, request as send } from 'node:http'
import { authorization, parseXml, type Sha1, urlEncode, type XmlElement } from '@coset/protocol'

export interface CosRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE' | 'POST'
  readonly bucket: string
  readonly key?: string
  readonly params?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer
}

export interface CosReply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface CosHttp {
  /** Rejects when the connection breaks before the reply is whole. */
  request(request: CosRequest): Promise<CosReply>
  close(): void
}

export interface Access {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  readonly secretId: string
  readonly secretKey: string
}

const sha1: Sha1 = {
  hash: (text) => createHash('sha1').update(text).digest('hex'),
  hmac: (key, text) => createHmac('sha1', key).update(text).digest('hex'),
}

export function cosHttp({ url, secretId, secretKey }: Access, connections: number): CosHttp {
  const { hostname, port, host } = new URL(url)
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  return {
    request({ method, bucket, key = '', params = {}, headers = {}, body }) {
      const path = `/${bucket}/${key}`
      const signed = { method, path, params: Object.entries(params), headers: [['host', host] as const] }
      const now = Math.floor(Date.now() / 1000)
      const keyTime = { start: now - 60, end: now + 3600 }
      const { text } = authorization({ ...signed, secretId, secretKey, keyTime }, sha1)
      const target = path.split('/').map(urlEncode).join('/') + queryOf(params)
      const length = body ? { 'content-length': String(body.length) } : {}
      const all = { ...headers, ...length, authorization: text, host }
      return exchange({ agent, hostname, port, method, path: target, headers: all }, body)
    },
    close: () => agent.destroy(),
  }
}

/** The elements of a reply's document that have this name, at the top of the document. */
export function elements(document: XmlElement, name: string): readonly XmlElement[] {
  return document.children.filter((child) => child.name === name)
}

export function text(parent: XmlElement, name: string): string | undefined {
  return elements(parent, name)[0]?.text
}

export function xmlOf({ status, body }: CosReply): XmlElement {
  if (status !== 200) throw new Error(`The reply has status ${status}: ${body.toString()}`)
  return parseXml(body, { bytesMax: 16 * 1024 * 1024, depthMax: 12, elementsMax: 200_000 })
}

function queryOf(params: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(params).map(([name, value]) => `${urlEncode(name)}=${urlEncode(value)}`)
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

function exchange(options: Parameters<typeof send>[1] & object, body: Buffer | undefined): Promise<CosReply> {
  return new Promise((resolve, reject) => {
    const request = send(options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () => {
        if (!response.complete) reject(new Error('The reply was cut short.'))
        else
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
          })
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}
