import { createHmac } from 'node:crypto'
import { loadCrc64 } from '@coset/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CosClientError, CosServiceError } from './index.js'
import {
  BUCKET,
  clientOf,
  errorXml,
  fakeTime,
  reply,
  reset,
  type ScriptedServer,
  SECRET_KEY,
  type Step,
  startScriptedServer,
} from './testing/scripted-server.js'

let server: ScriptedServer
beforeAll(async () => {
  server = await startScriptedServer()
})
afterAll(() => server.close())
beforeEach(() => {
  server.requests.length = 0
  server.script(reply(204))
})

interface Sent {
  readonly fields: Readonly<Record<string, string>>
  readonly file: string
  readonly policy: { readonly expiration: string; readonly conditions: readonly unknown[] }
}

/** What a strict reader finds in the request of that number. */
async function sent(index = 0): Promise<Sent> {
  const request = server.requests[index]
  if (!request) throw new Error(`There was no request ${index}.`)
  const type = { 'content-type': request.headers['content-type'] ?? '' }
  const form = await new Response(request.body, { headers: type }).formData()
  const fields: Record<string, string> = {}
  let file: string | undefined
  for (const [name, value] of form) {
    if (file !== undefined) throw new Error('The file is not last.')
    if (typeof value === 'string') fields[name] = value
    else file = `${value.name}: ${await value.text()}`
  }
  const policy = JSON.parse(Buffer.from(fields.policy ?? 'e30=', 'base64').toString())
  return { fields, file: file ?? '', policy }
}

async function* chunks(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text)
}

describe('a form', () => {
  it('has its fields, a signature that covers them, and the file last', async () => {
    const cos = clientOf(server)
    await cos.postObject({
      Bucket: BUCKET,
      Key: 'dir/文',
      Body: 'content',
      FileName: 'a "b".txt',
      ContentType: 'text/plain',
      Metadata: { Color: 'blue' },
      ForbidOverwrite: true,
    })
    const { fields, file, policy } = await sent()
    expect(fields).toMatchObject({
      key: 'dir/文',
      'Content-Type': 'text/plain',
      'x-cos-meta-color': 'blue',
      'x-cos-forbid-overwrite': 'true',
      'q-key-time': '1699999940;1700000900',
    })
    expect(file).toMatch(/^a (%22|")b(%22|")\.txt: content$/)
    expect(policy.conditions).toEqual(
      expect.arrayContaining([
        { bucket: BUCKET },
        { key: 'dir/文' },
        { 'Content-Type': 'text/plain' },
        { 'x-cos-meta-color': 'blue' },
        { 'q-sign-time': '1699999940;1700000900' },
      ]),
    )
    const key = createHmac('sha1', SECRET_KEY).update('1699999940;1700000900').digest('hex')
    expect(JSON.stringify(fields)).not.toContain(key)
    const { headers, body, url } = server.requests[0] ?? {}
    expect([url, headers?.authorization]).toEqual([`/${BUCKET}/`, undefined])
    expect(headers?.['content-length']).toBe(String(body?.length))
    await cos.close()
  })

  it('goes in chunks when the length of its file is not known', async () => {
    const cos = clientOf(server)
    await cos.postObject({ Bucket: BUCKET, Key: 'k', Body: chunks('con', 'tent') })
    expect(server.requests[0]?.headers).toMatchObject({ 'transfer-encoding': 'chunked' })
    expect((await sent()).file).toBe('file: content')
    await cos.postObject({ Bucket: BUCKET, Key: 'k', Body: chunks('con', 'tent'), ContentLength: 7 })
    expect(server.requests[1]?.headers['content-length']).toBe(String(server.requests[1]?.body.length))
    await cos.close()
  })

  it('has a token and no policy, just as its client has keys or not', async () => {
    const temporary = clientOf(server, { Token: 'tok/en+=' })
    await temporary.postObject({ Bucket: BUCKET, Key: 'k', Body: 'x' })
    expect((await sent()).fields['x-cos-security-token']).toBe('tok/en+=')
    expect(server.requests[0]?.headers['x-cos-security-token']).toBeUndefined()
    const anyone = clientOf(server, { SecretId: undefined, SecretKey: undefined })
    await anyone.postObject({ Bucket: BUCKET, Key: 'k', Body: 'x' })
    expect((await sent(1)).fields).toEqual({ key: 'k' })
    await Promise.all([temporary.close(), anyone.close()])
  })

  it('is signed anew when it is tried again', async () => {
    const time = fakeTime()
    const cos = clientOf(server, {}, time)
    const later: Step = (response) => {
      time.nowMs += 60_000
      return reset(response, { method: '', url: '', headers: {}, body: Buffer.alloc(0) }, response.req)
    }
    server.script(later, reply(204))
    await cos.postObject({ Bucket: BUCKET, Key: 'k', Body: 'content' })
    expect((await sent(0)).fields['q-key-time']).toBe('1699999940;1700000900')
    expect(await sent(1)).toMatchObject({
      fields: { 'q-key-time': '1700000000;1700000960' },
      file: 'file: content',
    })
    await cos.close()
  })

  it('heals a clock that is wrong', async () => {
    const cos = clientOf(server)
    const elements = '<ServerTime>2023-11-15T00:00:00Z</ServerTime>'
    server.script(errorXml(403, 'AccessDenied', 'Request has expired', { elements }), reply(204))
    await cos.postObject({ Bucket: BUCKET, Key: 'k', Body: 'content' })
    expect((await sent(1)).policy.expiration).toMatch(/^2023-11-15T00:15/)
    await cos.close()
  })

  it('has its content summed, not itself', async () => {
    const cos = clientOf(server)
    const { of } = await loadCrc64()
    const sum = of(Buffer.from('content')).toString()
    server.script(reply(204, { 'x-cos-hash-crc64ecma': sum }))
    for (const Body of ['content', chunks('con', 'tent')]) {
      expect((await cos.postObject({ Bucket: BUCKET, Key: 'k', Body })).Crc64).toBe(BigInt(sum))
    }
    const other = cos.postObject({ Bucket: BUCKET, Key: 'k', Body: 'other' })
    await expect(other).rejects.toMatchObject({ kind: 'checksum' })
    await cos.close()
  })

  it('resolves with a redirect, which other calls reject with', async () => {
    const cos = clientOf(server, { Retries: 0 })
    server.script(reply(303, { location: 'https://my.website/' }))
    const posted = await cos.postObject({ Bucket: BUCKET, Key: 'k', Body: 'x' })
    expect(posted).toMatchObject({ statusCode: 303, Status: 303, Location: 'https://my.website/' })
    await expect(cos.putObject({ Bucket: BUCKET, Key: 'k', Body: 'x' })).rejects.toThrow(CosServiceError)
    await cos.close()
  })

  it('is not begun without a body, or with a length that is none', async () => {
    const cos = clientOf(server)
    const input = { Bucket: BUCKET, Key: 'k' }
    await expect(cos.postObject(input as never)).rejects.toThrow(CosClientError)
    await expect(cos.postObject({ ...input, Body: 'x', ContentLength: 2 })).rejects.toThrow(/has 1 bytes/)
    expect(server.requests).toHaveLength(0)
    await cos.close()
  })
})
