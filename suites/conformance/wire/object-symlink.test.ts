// Symbolic links to the letter.
import { beforeAll, describe, expect, it } from 'vitest'
import { BUCKET, wireStation } from './station.js'

const at = wireStation()
const EMPTY_ETAG = '"d41d8cd98f00b204e9800998ecf8427e"'

beforeAll(async () => {
  await at.put('dir/target', 'content', { 'content-type': 'text/plain' })
})

function link(key: string, target: string, headers: Readonly<Record<string, string>> = {}, body = '') {
  return at.signed({
    method: 'PUT',
    target: `/${BUCKET}/${key}?symlink`,
    headers: { 'x-cos-symlink-target': target, ...headers },
    body,
  })
}
const tell = (key: string) => at.signed({ target: `/${BUCKET}/${key}?symlink` })

describe('a link', () => {
  it.each([
    'dir/target',
    'dir%2Ftarget',
    'dir%2ftarget',
    '%64ir/target',
  ])('may be written %s', async (target) => {
    const made = await link('link', target)
    expect([made.status, made.headers.etag, made.text]).toEqual([200, EMPTY_ETAG, ''])
    const told = await tell('link')
    expect([told.status, told.headers['x-cos-symlink-target'], told.text]).toEqual([200, 'dir%2Ftarget', ''])
    expect(told.headers['x-cos-version-id']).toBeUndefined()
    expect((await at.get('link')).text).toBe('content')
  })

  it('is answered with all that its target has', async () => {
    await link('link', 'dir/target', { 'content-type': 'image/png' })
    const [byLink, itself] = [await at.get('link'), await at.get('dir/target')]
    const told = ({ headers }: typeof byLink) => ({ ...headers, date: '', 'x-cos-request-id': '' })
    expect(told(byLink)).toEqual(told(itself))
    const head = await at.signed({ method: 'HEAD', target: `/${BUCKET}/link` })
    expect(head.headers).toMatchObject({ 'content-length': '7', 'content-type': 'text/plain' })
    const part = await at.signed({ target: `/${BUCKET}/link`, headers: { range: 'bytes=0-2' } })
    expect([part.status, part.text, part.headers['content-range']]).toEqual([206, 'con', 'bytes 0-2/7'])
  })

  it('is refused with a body, without a target, or with one that can not be', async () => {
    const replies = [
      await link('refused', 'dir/target', {}, 'content'),
      await at.signed({ method: 'PUT', target: `/${BUCKET}/refused?symlink` }),
      await link('refused', '%ff'),
      await link('refused', '%2Fabsolute'),
      await link('refused', 'x'.repeat(851)),
    ]
    const codes = [
      'UnexpectedContent',
      'InvalidArgument',
      'InvalidArgument',
      'InvalidObjectName',
      'KeyTooLong',
    ]
    expect(replies.map(({ code }) => code)).toEqual(codes)
    expect((await at.get('refused')).status).toBe(404)
  })

  it('is made by its own request alone', async () => {
    const reply = await at.put('refused', '', { 'x-cos-symlink-target': 'dir/target' })
    expect([reply.status, reply.code]).toEqual([501, 'NotImplemented'])
    expect((await at.get('refused')).status).toBe(404)
  })
})
