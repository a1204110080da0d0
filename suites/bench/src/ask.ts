// One request and its reply, for what is done once and not measured, or measured whole.
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import type { Coset } from './processes.js'
import { type RequestOptions, signedHead } from './requests.js'

export interface AskOptions extends RequestOptions {
  readonly body?: Uint8Array
}

export interface Reply {
  readonly headers: Readonly<IncomingHttpHeaders>
  readonly text: string
}

export async function askText(coset: Coset, options: AskOptions): Promise<string> {
  return (await ask(coset, options)).text
}

/** Throws unless the status is 2xx. */
export function ask(coset: Coset, { body, ...options }: AskOptions): Promise<Reply> {
  const [line = '', ...lines] = signedHead(coset, options).toString('latin1').trim().split('\r\n')
  const headers = Object.fromEntries(lines.map((text) => text.split(/: (.*)/s, 2) as [string, string]))
  if (body) headers['Content-Length'] = String(body.length)
  const [method, path] = line.split(' ')
  return new Promise((resolve, reject) => {
    const request = httpRequest({ port: coset.port, host: '127.0.0.1', method, path, headers }, (reply) => {
      const chunks: Buffer[] = []
      reply.on('data', (chunk: Buffer) => chunks.push(chunk))
      reply.on('error', reject)
      reply.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        if ((reply.statusCode ?? 0) < 300) resolve({ headers: reply.headers, text })
        else reject(new Error(`${line}: ${reply.statusCode} ${text.slice(0, 300)}`))
      })
    })
    request.on('error', reject)
    request.end(body)
  })
}
