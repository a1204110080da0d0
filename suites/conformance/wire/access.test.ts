// Who may do what without a signature, as access control lists say.
import { beforeAll, describe, expect, it } from 'vitest'
import type { Reply } from '../raw.js'
import { wireStation } from './station.js'

const at = wireStation()

const BUCKET_ACLS = ['private', 'public-read', 'public-read-write', 'authenticated-read'] as const
type BucketAcl = (typeof BUCKET_ACLS)[number]
const OBJECT_ACLS = ['default', 'private', 'public-read', 'authenticated-read', 'bucket-owner-read'] as const

const bucketOf = (acl: string) => `${acl}-1250000000`
const told = ({ status, code }: Reply) => (code === '' ? String(status) : `${status} ${code}`)

beforeAll(async () => {
  for (const acl of BUCKET_ACLS) {
    await at.createBucket(bucketOf(acl), { 'x-cos-acl': acl })
    for (const objectAcl of OBJECT_ACLS) {
      const target = `/${bucketOf(acl)}/${objectAcl}`
      await at.signed({ method: 'PUT', target, body: 'content', headers: { 'x-cos-acl': objectAcl } })
    }
  }
})

const readable = (acl: BucketAcl) => acl === 'public-read' || acl === 'public-read-write'

describe.each(BUCKET_ACLS)('in a bucket that is %s', (acl) => {
  it.each(OBJECT_ACLS)('an object that is %s', async (objectAcl) => {
    const target = `/${bucketOf(acl)}/${objectAcl}`
    const open = objectAcl === 'public-read' || (objectAcl === 'default' && readable(acl))
    expect(told(await at.anonymous({ target }))).toBe(open ? '200' : '403 AccessDenied')
    expect((await at.anonymous({ method: 'HEAD', target })).status).toBe(open ? 200 : 403)
  })

  it('a key that is not there', async () => {
    const reply = await at.anonymous({ target: `/${bucketOf(acl)}/none` })
    expect(told(reply)).toBe(readable(acl) ? '404 NoSuchKey' : '403 AccessDenied')
  })

  it('lists', async () => {
    const expected = readable(acl) ? '200' : '403 AccessDenied'
    for (const query of ['', '?versions', '?prefix=a&delimiter=/'])
      expect(told(await at.anonymous({ target: `/${bucketOf(acl)}${query}` }))).toBe(expected)
    expect((await at.anonymous({ method: 'HEAD', target: `/${bucketOf(acl)}` })).status).toBe(
      readable(acl) ? 200 : 403,
    )
  })

  it('writes', async () => {
    const target = `/${bucketOf(acl)}/anonymous`
    const writable = acl === 'public-read-write'
    const put = await at.anonymous({ method: 'PUT', target, body: 'from anyone' })
    expect(told(put)).toBe(writable ? '200' : '403 AccessDenied')
    expect((await at.signed({ target })).status).toBe(writable ? 200 : 404)
    const deleted = await at.anonymous({ method: 'DELETE', target })
    expect(told(deleted)).toBe(writable ? '204' : '403 AccessDenied')
  })

  it('uploads in parts, appends and copies', async () => {
    const target = `/${bucketOf(acl)}/parts`
    const writable = acl === 'public-read-write'
    const started = await at.anonymous({ method: 'POST', target: `${target}?uploads` })
    expect(told(started)).toBe(writable ? '200' : '403 AccessDenied')
    const id = started.element('UploadId') ?? 'none'
    const outcomes = [
      await at.anonymous({ method: 'PUT', target: `${target}?partNumber=1&uploadId=${id}`, body: 'x' }),
      await at.anonymous({ target: `${target}?uploadId=${id}` }),
      await at.anonymous({ method: 'DELETE', target: `${target}?uploadId=${id}` }),
      await at.anonymous({ method: 'POST', target: `${target}-append?append&position=0`, body: 'x' }),
    ]
    const status = outcomes.map(told)
    expect(status).toEqual(writable ? ['200', '200', '204', '200'] : status.map(() => '403 AccessDenied'))
    await at.signed({ method: 'DELETE', target: `${target}-append` })
    expect(told(await at.anonymous({ target: `/${bucketOf(acl)}?uploads` }))).toBe(
      readable(acl) ? '200' : '403 AccessDenied',
    )
    for (const source of OBJECT_ACLS) {
      const open = source === 'public-read' || (source === 'default' && readable(acl))
      const headers = { 'x-cos-copy-source': `${bucketOf(acl)}.cos.ap-guangzhou.myqcloud.com/${source}` }
      const copied = await at.anonymous({ method: 'PUT', target: `${target}-copy`, headers })
      expect(told(copied)).toBe(writable && open ? '200' : '403 AccessDenied')

      await at.signed({ method: 'DELETE', target: `${target}-copy` })
    }
  })

  it.each(OBJECT_ACLS)('the lists of the bucket and of an object that is %s', async (objectAcl) => {
    const headers = { 'x-cos-acl': 'public-read' }
    for (const target of [`/${bucketOf(acl)}?acl`, `/${bucketOf(acl)}/${objectAcl}?acl`]) {
      expect(told(await at.anonymous({ target }))).toBe('403 AccessDenied')
      expect(told(await at.anonymous({ method: 'PUT', target, headers }))).toBe('403 AccessDenied')
    }
    expect(told(await at.anonymous({ target: `/${bucketOf(acl)}/none?acl` }))).toBe('403 AccessDenied')
  })

  it('settings are the owner’s alone', async () => {
    const cors = `/${bucketOf(acl)}?cors`
    for (const method of ['GET', 'PUT', 'DELETE'])
      expect(told(await at.anonymous({ method, target: cors }))).toBe('403 AccessDenied')
    const target = `/${bucketOf(acl)}?versioning`
    expect(told(await at.anonymous({ target }))).toBe('403 AccessDenied')
    const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
    expect(told(await at.anonymous({ method: 'PUT', target, body }))).toBe('403 AccessDenied')
    expect(told(await at.anonymous({ method: 'DELETE', target: `/${bucketOf(acl)}` }))).toBe(
      '403 AccessDenied',
    )
  })
})

describe('an anonymous caller', () => {
  it('is told that a bucket is not there', async () => {
    expect(told(await at.anonymous({ target: '/none-1250000000/k' }))).toBe('404 NoSuchBucket')
  })

  it('sees no list of buckets and makes none', async () => {
    const service = await at.anonymous({ target: '/' })
    expect(told(service)).toBe('403 AccessDenied')
    expect(service.element('Message')).toBe('Check auth failure because signature empty.')
    expect(service.element('ServerTime')).toMatch(/Z$/)
    expect(told(await at.anonymous({ method: 'PUT', target: '/mine-1250000000' }))).toBe('403 AccessDenied')
    expect((await at.signed({ target: '/mine-1250000000' })).status).toBe(404)
  })

  it('may send an empty Authorization header', async () => {
    const target = `/${bucketOf('public-read')}/default`
    expect((await at.anonymous({ target, headers: { authorization: '' } })).status).toBe(200)
  })

  it.each([
    'response-content-type=text/html',
    'response-cache-control=no-cache',
    'response-content-disposition=inline',
    'response-content-encoding=gzip',
    'response-content-language=en',
    'response-expires=0',
  ])('may not choose %s', async (query) => {
    const target = `/${bucketOf('public-read')}/default?${query}`
    expect(told(await at.anonymous({ target }))).toBe('400 InvalidRequest')
    expect((await at.anonymous({ method: 'HEAD', target })).status).toBe(400)
    expect((await at.signed({ target })).status).toBe(200)
  })

  it('reads ranges and conditions of what is open', async () => {
    const target = `/${bucketOf('public-read')}/default`
    expect((await at.anonymous({ target, headers: { range: 'bytes=0-2' } })).text).toBe('con')
    expect(told(await at.anonymous({ target, headers: { 'if-match': '"x"' } }))).toBe(
      '412 PreconditionFailed',
    )
  })

  it('may be named by a grant', async () => {
    await at.createBucket('granted-1250000000', { 'x-cos-grant-read': 'id="qcs::cam::anyone:anyone"' })
    await at.signed({ method: 'PUT', target: '/granted-1250000000/k', body: 'x' })
    expect((await at.anonymous({ target: '/granted-1250000000/k' })).status).toBe(200)
    expect((await at.anonymous({ method: 'DELETE', target: '/granted-1250000000/k' })).status).toBe(403)
  })

  describe('to whom a list is granted', () => {
    const ANYONE = 'id="qcs::cam::anyone:anyone"'
    const status = async (method: string, target: string) => {
      const headers: Record<string, string> = method === 'PUT' ? { 'x-cos-acl': 'private' } : {}
      return (await at.anonymous({ method, target, headers })).status
    }

    it('reads a bucket’s, and those of objects without their own', async () => {
      const bucket = 'list-read-1250000000'
      await at.createBucket(bucket, { 'x-cos-grant-read-acp': ANYONE })
      await at.signed({ method: 'PUT', target: `/${bucket}/k`, body: 'x' })
      await at.signed({
        method: 'PUT',
        target: `/${bucket}/own`,
        body: 'x',
        headers: { 'x-cos-acl': 'private' },
      })
      expect(await status('GET', `/${bucket}?acl`)).toBe(200)
      expect(await status('GET', `/${bucket}/k?acl`)).toBe(200)
      expect(await status('GET', `/${bucket}/own?acl`)).toBe(403)
      expect(await status('GET', `/${bucket}/none?acl`)).toBe(403)
      expect(await status('GET', `/${bucket}/k`)).toBe(403)
      expect(await status('PUT', `/${bucket}?acl`)).toBe(403)
      expect(await status('PUT', `/${bucket}/k?acl`)).toBe(403)
    })

    it('changes an object’s, and with it what it may do', async () => {
      const target = `/${bucketOf('private')}/given`
      const headers = { 'x-cos-grant-write-acp': ANYONE }
      await at.signed({ method: 'PUT', target, body: 'x', headers })
      expect(await status('GET', `${target}?acl`)).toBe(403)
      expect(await status('GET', target)).toBe(403)
      const open = { method: 'PUT', target: `${target}?acl`, headers: { 'x-cos-acl': 'public-read' } }
      expect((await at.anonymous(open)).status).toBe(200)
      expect(await status('GET', target)).toBe(200)
      expect((await at.anonymous(open)).status).toBe(403)
    })

    it('changes a bucket’s', async () => {
      const bucket = 'list-write-1250000000'
      await at.createBucket(bucket, { 'x-cos-grant-write-acp': ANYONE })
      expect(await status('GET', `/${bucket}?acl`)).toBe(403)
      expect(await status('PUT', `/${bucket}?acl`)).toBe(200)
      expect(await status('PUT', `/${bucket}?acl`)).toBe(403)
    })
  })

  it('is told of no version that is not there, even beside an open object', async () => {
    const target = `/${bucketOf('private')}/public-read`
    const unknown = Buffer.from('18446744073709551615').toString('base64').replace(/=+$/, '')
    expect((await at.anonymous({ target })).status).toBe(200)
    expect(told(await at.anonymous({ target: `${target}?versionId=${unknown}` }))).toBe('403 AccessDenied')
  })

  it('reads a version by the list of that version', async () => {
    const bucket = 'kept-1250000000'
    await at.createBucket(bucket, { 'x-cos-acl': 'public-read' })
    await at.setVersioning(bucket, 'Enabled')
    const target = `/${bucket}/k`
    const secret = await at.signed({
      method: 'PUT',
      target,
      body: 'old',
      headers: { 'x-cos-acl': 'private' },
    })
    const open = await at.signed({ method: 'PUT', target, body: 'new' })
    const version = (put: Reply) =>
      `${target}?versionId=${encodeURIComponent(String(put.headers['x-cos-version-id']))}`
    expect(told(await at.anonymous({ target }))).toBe('200')
    expect(told(await at.anonymous({ target: version(open) }))).toBe('200')
    expect(told(await at.anonymous({ target: version(secret) }))).toBe('403 AccessDenied')
  })

  it.each(['k'.repeat(851), 'k'.repeat(5000), 'a%00b'])('asks in vain for the key %s', async (key) => {
    const reply = await at.anonymous({ target: `/${bucketOf('public-read')}/${key}` })
    expect(reply.status).toBeGreaterThanOrEqual(400)
    expect(reply.status).toBeLessThan(500)
  })
})
