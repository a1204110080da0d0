// Forms written byte by byte, signed from COS's document and not with the server's code.
import { createHash, createHmac } from 'node:crypto'
import type { TestServer } from '@coset/server/testing'

export const BOUNDARY = '----form123'
export const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`

export interface FilePart {
  readonly name?: string
  readonly content: string | Uint8Array
  readonly fileName?: string
}

/** The fields, then the file; without one when it is undefined. */
export function formOf(
  fields: Readonly<Record<string, string>>,
  file: FilePart | undefined = { content: 'content' },
): Buffer {
  const before = Object.entries(fields).map(([name, value]) => fieldPart(name, value))
  return Buffer.concat([...before, ...(file ? [filePart(file)] : []), Buffer.from(`--${BOUNDARY}--\r\n`)])
}

export function fieldPart(name: string, value: string): Buffer {
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"`
  return Buffer.from(`${head}\r\n\r\n${value}\r\n`)
}

export function filePart({ name = 'file', content, fileName = 'a.txt' }: FilePart): Buffer {
  const disposition = `Content-Disposition: form-data; name="${name}"; filename="${fileName}"`
  return Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\n${disposition}\r\nContent-Type: text/html\r\n\r\n`),
    Buffer.from(content as string),
    Buffer.from('\r\n'),
  ])
}

export interface PolicyOptions {
  readonly conditions?: readonly unknown[]
  /** Default: in an hour. */
  readonly expiration?: string
  /** Instead of the whole policy. */
  readonly text?: string
  readonly secretId?: string
  readonly secretKey?: string
  /** Unix seconds. */
  readonly start?: number
  readonly end?: number
}

/** The fields that sign a form. */
export function policyFields(server: TestServer, options: PolicyOptions = {}): Record<string, string> {
  const { secretId = server.secretId, secretKey = server.secretKey, conditions = [] } = options
  const start = options.start ?? Math.floor(Date.now() / 1000) - 60
  const end = options.end ?? start + 3600
  const time = `${start};${end}`
  const text =
    options.text ??
    JSON.stringify({
      expiration: options.expiration ?? new Date(Date.now() + 3_600_000).toISOString(),
      conditions: [
        ...conditions,
        { 'q-sign-algorithm': 'sha1' },
        { 'q-ak': secretId },
        { 'q-sign-time': time },
      ],
    })
  const key = createHmac('sha1', secretKey).update(time).digest('hex')
  const digest = createHash('sha1').update(text).digest('hex')
  return {
    policy: Buffer.from(text).toString('base64'),
    'q-sign-algorithm': 'sha1',
    'q-ak': secretId,
    'q-key-time': time,
    'q-signature': createHmac('sha1', key).update(digest).digest('hex'),
  }
}
