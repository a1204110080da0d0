// Presigned URLs, made by the official Node SDK and used by a plain HTTP client.
import { describe, expect, it } from 'vitest'
import { SPOILT_URLS } from '../cases/presigned.js'
import { type Reply, send } from '../raw.js'
import { eachStyle } from './stations.js'

eachStyle((at) => {
  const named = (Key: string) => ({ Bucket: at.Bucket, Region: at.Region, Key })

  const presign = (Key: string, params: object = {}): Promise<string> =>
    new Promise((resolve, reject) => {
      at.cos.getObjectUrl({ ...named(Key), Sign: true, ...params }, (error, data) =>
        error ? reject(error) : resolve(data.Url),
      )
    })

  /** Follows a URL whose host may not resolve. */
  const follow = (url: string, options: { method?: string; body?: string } = {}): Promise<Reply> => {
    const { host, pathname, search } = new URL(url)
    // The parsed path, with its dot segments resolved, is what browsers and most clients send.
    return send(at.server.endpoint, { ...options, target: `${pathname}${search}`, headers: { host } })
  }

  it.each(['plain', 'a b+c%d&e=f', '中文/😀.txt', 'dir/'])('fetch %s', async (Key) => {
    await at.cos.putObject({ ...named(Key), Body: `body of ${Key}` })
    const reply = await follow(await presign(Key))
    expect(reply.status).toBe(200)
    expect(reply.text).toBe(`body of ${Key}`)
  })

  it('store an object', async () => {
    const url = await presign('stored', { Method: 'PUT' })
    expect((await follow(url, { method: 'PUT', body: 'presigned' })).status).toBe(200)
    expect((await at.cos.getObject(named('stored'))).Body.toString()).toBe('presigned')
  })

  it('are good for their method only', async () => {
    await at.cos.putObject({ ...named('method'), Body: 'old' })
    const reply = await follow(await presign('method'), { method: 'PUT', body: 'new' })
    expect([reply.status, reply.code]).toEqual([403, 'SignatureDoesNotMatch'])
    expect((await follow(await presign('method'), { method: 'DELETE' })).status).toBe(403)
    expect((await at.cos.getObject(named('method'))).Body.toString()).toBe('old')
  })

  it('cover the parameters they were made with', async () => {
    await at.cos.putObject({ ...named('params'), Body: 'x' })
    const Query = {
      'response-content-type': 'text/plain; charset=utf-8',
      'response-cache-control': 'no-cache',
    }
    const url = await presign('params', { Query })
    const reply = await follow(url)
    expect(reply.headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(reply.headers['cache-control']).toBe('no-cache')
    const changed = await follow(url.replace('text%2Fplain', 'text%2Fhtml'))
    expect([changed.status, changed.code]).toEqual([403, 'SignatureDoesNotMatch'])
  })

  describe('that are not good', () => {
    it.each(SPOILT_URLS)('%s', async (_name, spoil, code) => {
      await at.cos.putObject({ ...named('secret'), Body: 'x' })
      await at.cos.putObject({ ...named('public'), Body: 'x' })
      const reply = await follow(spoil(await presign('secret')))
      expect([reply.status, reply.code]).toEqual([403, code])
    })

    it('once they have expired', async () => {
      await at.cos.putObject({ ...named('brief'), Body: 'x' })
      const past = at.client({ SystemClockOffset: -7_200_000, getAuthorization: undefined as never })
      const url = past.getObjectUrl({ ...named('brief'), Sign: true, Expires: 60 }, () => {})
      const reply = await follow(url)
      expect([reply.status, reply.code]).toEqual([403, 'AccessDenied'])
      expect(reply.element('Message')).toBe('Request has expired')
      expect(reply.element('ServerTime')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    })
  })

  it('may leave the host unsigned', async () => {
    await at.cos.putObject({ ...named('anyhost'), Body: 'x' })
    expect((await follow(await presign('anyhost', { ForceSignHost: false }))).status).toBe(200)
  })

  it('are plain URLs when they need no signature', async () => {
    await at.cos.putObject({ ...named('open'), Body: 'open', ACL: 'public-read' })
    expect((await follow(await presign('open', { Sign: false }))).text).toBe('open')
  })

  it("heal a client's clock that is wrong", async () => {
    const slow = at.client({ SystemClockOffset: -7_200_000, getAuthorization: undefined as never })
    // The signer of this style keeps time by itself.
    if (at.style === 'path style') return
    expect(
      (await slow.headBucket({ Bucket: at.Bucket, Region: at.Region }).catch((failure) => failure))
        .statusCode,
    ).toBe(403)
    expect((await slow.getBucket({ Bucket: at.Bucket, Region: at.Region })).statusCode).toBe(200)
  })
})
