// Signed requests, ready to send.
import { createHash, createHmac } from 'node:crypto'
import { authorization, createSignKeyCache, encodeKeyPath, type NameValue, type Sha1 } from '@coset/protocol'

const sha1: Sha1 = {
  hash: (text) => createHash('sha1').update(text).digest('hex'),
  hmac: (key, text) => createHmac('sha1', key).update(text).digest('hex'),
}
const signKeys = createSignKeyCache(16)

export interface Signer {
  readonly secretId: string
  readonly secretKey: string
  readonly host: string
}

export interface RequestOptions {
  readonly method: string
  readonly bucket: string
  readonly key?: string
  readonly params?: readonly NameValue[]
  readonly headers?: readonly NameValue[]
}

const START = Math.floor(Date.now() / 1000) - 60
const KEY_TIME = { start: START, end: START + 24 * 3600 }

/** A request head, path style, signed for a day. */
export function signedHead(signer: Signer, options: RequestOptions): Buffer {
  const { method, bucket, key = '', params = [], headers = [] } = options
  const path = `/${bucket}/${key}`
  const request = { method, path, params, headers: [['host', signer.host] as const] }
  const { text } = authorization({ ...signer, keyTime: KEY_TIME, ...request }, sha1, signKeys)
  const query = params.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
  const lines = [
    `${method} /${bucket}/${encodeKeyPath(key)}${query === '' ? '' : `?${query}`} HTTP/1.1`,
    `Host: ${signer.host}`,
    `Authorization: ${text}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}

export function plainHead(method: string, path: string, length?: number): Buffer {
  const body = length === undefined ? '' : `Content-Length: ${length}\r\n`
  return Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${body}\r\n`, 'latin1')
}
