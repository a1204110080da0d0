// Presigned URLs, made by our own SDK and used by a plain HTTP client.
import { describe, expect, it } from 'vitest'
import { SPOILT_URLS } from '../cases/presigned.js'
import { type Reply, send } from '../raw.js'
import { eachStyle } from './stations.js'

eachStyle((at) => {
  const named = (Key: string) => ({ Bucket: at.Bucket, Key })
  const get = (Key: string) => at.cos.getPresignedDownloadUrl(named(Key))

  /** Follows a URL whose host may not resolve. */
  const follow = (
    url: string,
    { headers = {}, ...options }: { method?: string; body?: string; headers?: Record<string, string> } = {},
  ): Promise<Reply> => {
    const { host, pathname, search } = new URL(url)
    const sent = { ...options, target: `${pathname}${search}`, headers: { host, ...headers } }
    return send(at.server.endpoint, sent)
  }

  it.each(['plain', 'a b+c%d&e=f', '中文/😀.txt', 'dir/'])('fetch %s', async (Key) => {
    await at.cos.putObject({ ...named(Key), Body: `body of ${Key}` })
    const reply = await follow(get(Key))
    expect([reply.status, reply.text]).toEqual([200, `body of ${Key}`])
  })

  it('store an object', async () => {
    const url = at.cos.getPresignedUrl({ ...named('stored'), Method: 'PUT' })
    expect((await follow(url, { method: 'PUT', body: 'presigned' })).status).toBe(200)
    expect(await (await at.cos.getObject(named('stored'))).Body.text()).toBe('presigned')
  })

  it('head and delete an object', async () => {
    await at.cos.putObject({ ...named('removed'), Body: 'x' })
    const head = at.cos.getPresignedUrl({ ...named('removed'), Method: 'HEAD' })
    expect((await follow(head, { method: 'HEAD' })).status).toBe(200)
    const removal = at.cos.getPresignedUrl({ ...named('removed'), Method: 'DELETE' })
    expect((await follow(removal, { method: 'DELETE' })).status).toBe(204)
    expect(await at.cos.objectExists(named('removed'))).toBe(false)
  })

  it('are good for their method only', async () => {
    await at.cos.putObject({ ...named('method'), Body: 'old' })
    const reply = await follow(get('method'), { method: 'PUT', body: 'new' })
    expect([reply.status, reply.code]).toEqual([403, 'SignatureDoesNotMatch'])
    expect((await follow(get('method'), { method: 'DELETE' })).status).toBe(403)
    expect(await (await at.cos.getObject(named('method'))).Body.text()).toBe('old')
  })

  it('cover the parameters they were made with', async () => {
    await at.cos.putObject({ ...named('params'), Body: 'x' })
    const url = at.cos.getPresignedUrl({
      ...named('params'),
      Method: 'GET',
      Params: {
        'response-content-type': 'text/plain; charset=utf-8',
        'response-content-disposition': 'attachment; filename="中 文.txt"',
      },
    })
    const reply = await follow(url)
    expect(reply.headers['content-type']).toBe('text/plain; charset=utf-8')
    const disposition = Buffer.from(reply.headers['content-disposition'] ?? '', 'latin1').toString()
    expect(disposition).toBe('attachment; filename="中 文.txt"')
    const changed = await follow(url.replace('text%2Fplain', 'text%2Fhtml'))
    expect([changed.status, changed.code]).toEqual([403, 'SignatureDoesNotMatch'])
  })

  it('cover the headers they were made with', async () => {
    const url = at.cos.getPresignedUrl({
      ...named('headed'),
      Method: 'PUT',
      Headers: { 'x-cos-storage-class': 'STANDARD_IA', 'Content-Type': 'text/plain' },
    })
    const headers = { 'x-cos-storage-class': 'STANDARD_IA', 'content-type': 'text/plain' }
    expect((await follow(url, { method: 'PUT', body: 'x', headers })).status).toBe(200)
    expect((await at.cos.headObject(named('headed'))).StorageClass).toBe('STANDARD_IA')
    const other = { ...headers, 'x-cos-storage-class': 'STANDARD' }
    expect((await follow(url, { method: 'PUT', body: 'x', headers: other })).status).toBe(403)
    expect((await follow(url, { method: 'PUT', body: 'x' })).status).toBe(403)
  })

  describe('that are not good', () => {
    it.each(SPOILT_URLS)('%s', async (_name, spoil, code) => {
      await at.cos.putObject({ ...named('secret'), Body: 'x' })
      await at.cos.putObject({ ...named('public'), Body: 'x' })
      const url = get('secret')
      expect(spoil(url)).not.toBe(url)
      const reply = await follow(spoil(url))
      expect([reply.status, reply.code]).toEqual([403, code])
    })

    it('once they have expired', async () => {
      await at.cos.putObject({ ...named('brief'), Body: 'x' })
      const past = at.client({}, { now: () => Date.now() - 7_200_000 })
      const reply = await follow(past.getPresignedDownloadUrl({ ...named('brief'), Expired: 60 }))
      expect([reply.status, reply.code]).toEqual([403, 'AccessDenied'])
      expect(reply.element('Message')).toBe('Request has expired')
    })

    it('on another host', async () => {
      await at.cos.putObject({ ...named('host'), Body: 'x' })
      const { pathname, search } = new URL(get('host'))
      const other = at.style === 'path style' ? 'localhost' : `${at.Bucket}.cos.ap-beijing.myqcloud.com`
      const target = `${pathname}${search}`
      const reply = await send(at.server.endpoint, { target, headers: { host: other } })
      expect([reply.status, reply.code]).toEqual([403, 'SignatureDoesNotMatch'])
    })
  })

  it('may leave the host unsigned', async () => {
    await at.cos.putObject({ ...named('anyhost'), Body: 'x' })
    const url = at.cos.getPresignedDownloadUrl({ ...named('anyhost'), SignHost: false })
    const { pathname, search, host } = new URL(url)
    const target = `${pathname}${search}`
    const other = host.startsWith('127.') ? 'localhost' : host.replace(/:\d+$/, '')
    expect((await send(at.server.endpoint, { target, headers: { host: other } })).status).toBe(200)
  })
})
