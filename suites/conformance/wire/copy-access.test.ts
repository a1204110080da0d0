// Who may copy and append without a signature: whoever may read the source and write the target.
import { beforeAll, describe, expect, it } from 'vitest'
import type { Reply } from '../raw.js'
import { wireStation } from './station.js'

const at = wireStation()
const ACLS = ['private', 'public-read', 'public-read-write'] as const
type Acl = (typeof ACLS)[number]
const bucketOf = (acl: Acl) => `copies-${acl}-1250000000`
const sourceOf = (acl: Acl, key: string) => `${bucketOf(acl)}.cos.ap-guangzhou.myqcloud.com/${key}`
const told = ({ status, code }: Reply) => `${status} ${code}`.trim()
const DENIED = '403 AccessDenied'

const copy = (source: string, target: string) =>
  at.anonymous({ method: 'PUT', target, headers: { 'x-cos-copy-source': source } })

beforeAll(async () => {
  for (const acl of ACLS) {
    await at.createBucket(bucketOf(acl), { 'x-cos-acl': acl })
    for (const own of ['inherited', 'private', 'public-read']) {
      const headers: Record<string, string> = own === 'inherited' ? {} : { 'x-cos-acl': own }
      await at.signed({ method: 'PUT', target: `/${bucketOf(acl)}/${own}`, body: own, headers })
    }
  }
})

describe.each(ACLS)('an anonymous copy from a bucket of %s', (source) => {
  describe.each(ACLS)('to a bucket of %s', (target) => {
    it.each(['inherited', 'private', 'public-read'])('of an object whose list is %s', async (own) => {
      const mayRead = own === 'public-read' || (own === 'inherited' && source !== 'private')
      const key = `/${bucketOf(target)}/from ${source} ${own}`.replaceAll(' ', '-')
      const reply = await copy(sourceOf(source, own), key)
      expect(told(reply)).toBe(mayRead && target === 'public-read-write' ? '200' : DENIED)
      expect(told(await at.signed({ target: key }))).toBe(reply.status === 200 ? '200' : '404 NoSuchKey')
    })
  })
})

describe('an anonymous caller', () => {
  const target = `/${bucketOf('public-read-write')}/k`

  it('learns of a missing source only where it could have read it', async () => {
    expect(told(await copy(sourceOf('private', 'none'), target))).toBe(DENIED)
    expect(told(await copy(sourceOf('public-read', 'none'), target))).toBe('404 NoSuchKey')
  })

  it('does not spend the credentials for other regions', async () => {
    expect(told(await copy('far-1250000000.cos.eu-frankfurt.myqcloud.com/k', target))).toBe(DENIED)
  })

  it('copies no version that is not open', async () => {
    const bucket = 'copies-kept-1250000000'
    await at.createBucket(bucket, { 'x-cos-acl': 'public-read' })
    await at.setVersioning(bucket, 'Enabled')
    const headers = { 'x-cos-acl': 'private' }
    const secret = await at.signed({ method: 'PUT', target: `/${bucket}/k`, body: 'secret', headers })
    await at.signed({ method: 'PUT', target: `/${bucket}/k`, body: 'open' })
    const source = `${bucket}.cos.ap-guangzhou.myqcloud.com/k`
    expect(told(await copy(source, target))).toBe('200')
    expect(told(await copy(`${source}?versionId=${secret.headers['x-cos-version-id']}`, target))).toBe(DENIED)
  })

  it.each(ACLS)('copies a part into an upload in a bucket of %s', async (acl) => {
    const key = `/${bucketOf(acl)}/part`
    const begun = await at.signed({ method: 'POST', target: `${key}?uploads` })
    const part = `${key}?partNumber=1&uploadId=${begun.element('UploadId')}`
    const expected = acl === 'public-read-write' ? '200' : DENIED
    expect(told(await copy(sourceOf('public-read', 'inherited'), part))).toBe(expected)
    expect(told(await copy(sourceOf('private', 'inherited'), part))).toBe(DENIED)
  })

  it.each(ACLS)('appends in a bucket of %s', async (acl) => {
    const append = `/${bucketOf(acl)}/log?append&position=0`
    const reply = await at.anonymous({ method: 'POST', target: append, body: 'x' })
    expect(told(reply)).toBe(acl === 'public-read-write' ? '200' : DENIED)
  })
})
