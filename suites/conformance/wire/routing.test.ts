// Which operation a request means, and which it must not be taken for.
import { type Operation, operations } from '@coset/protocol'
import { beforeAll, describe, expect, it } from 'vitest'
import { BUCKET, wireStation } from './station.js'

const at = wireStation()

beforeAll(async () => {
  await at.put('k', 'content')
})

const SUBRESOURCES = [
  'acl',
  'uploads',
  'policy',
  'cors',
  'location',
  'referer',
  'lifecycle',
  'notification',
  'replication',
  'website',
  'logging',
  'tagging',
  'accelerate',
  'domain',
  'domaincertificate',
  'inventory',
  'origin',
  'object-lock',
  'retention',
  'live',
  'encryption',
  'intelligenttiering',
  'symlink',
  'append',
  'restore',
  'select',
  'StrictSignature',
  'uploadId=u',
  'partNumber=1',
  'partNumber=1&uploadId=u',
  'append&position=0',
  'select&select-type=2',
]

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD']
const TABLE: readonly Operation[] = Object.values(operations)

/** Whether an operation is that very subresource's. */
function isServed(method: string, path: string, query: string): boolean {
  const resource = path === '' ? 'bucket' : 'object'
  const words = query.split('&').map((pair) => pair.split('=')[0] ?? '')
  return TABLE.some(
    (operation) =>
      operation.method === method &&
      operation.resource === resource &&
      operation.query.some((word) => words.includes(word)),
  )
}

describe.each(['', '/k'])('a subresource of /bucket%s', (path) => {
  it.each(SUBRESOURCES)('%s is not the resource itself', async (query) => {
    for (const method of METHODS.filter((one) => !isServed(one, path, query))) {
      const body = method === 'GET' || method === 'HEAD' ? {} : { body: 'new content' }
      const bare = await at.signed({ method, target: `/${BUCKET}${path}?${query}`, ...body })
      expect([method, bare.status]).toEqual([method, 501])
      const withValue = query.includes('=') ? query : `${query}=`
      const valued = await at.signed({ method, target: `/${BUCKET}${path}?${withValue}`, ...body })
      expect([valued.status, valued.code]).toEqual([501, bare.code])
    }
    expect((await at.get('k')).text).toBe('content')
  })
})

describe('a parameter with an empty value', () => {
  it('selects as one without', async () => {
    for (const query of ['versioning', 'versioning=']) {
      expect((await at.signed({ target: `/${BUCKET}?${query}` })).text).toContain(
        '<VersioningConfiguration/>',
      )
    }
    for (const query of ['versions', 'versions=']) {
      expect((await at.signed({ target: `/${BUCKET}?${query}` })).text).toContain('<ListVersionsResult>')
    }
  })

  it('is a version id not given', async () => {
    expect((await at.signed({ target: `/${BUCKET}/k?versionId=` })).text).toBe('content')
  })
})

describe('a header that would change what a write does', () => {
  it.each([
    ['x-cos-symlink-target', 'other'],
    ['x-cos-server-side-encryption', 'AES256'],
    ['x-cos-server-side-encryption-customer-algorithm', 'AES256'],
    ['x-cos-callback', 'e30='],
  ])('is not passed over: %s', async (name, value) => {
    const reply = await at.put('k', '', { [name]: value })
    expect([reply.status, reply.code]).toEqual([501, 'NotImplemented'])
    expect((await at.get('k')).text).toBe('content')
  })
})

describe('a method', () => {
  it.each([
    ['POST', '/'],
    ['PUT', '/'],
    ['DELETE', '/'],
    ['HEAD', '/'],
    ['PATCH', '/'],
    ['OPTIONS', '/'],
    ['PATCH', `/${BUCKET}`],
    ['POST', `/${BUCKET}/k`],
    ['PATCH', `/${BUCKET}/k`],
    ['TRACE', `/${BUCKET}/k`],
    ['PROPFIND', `/${BUCKET}/k`],
  ])('that the resource has not: %s %s', async (method, target) => {
    const reply = await at.signed({ method, target })
    expect(reply.status).toBe(405)
    if (method !== 'HEAD') expect(reply.code).toBe('MethodNotAllowed')
  })
})

describe('a word of subresources', () => {
  it.each(['acl', 'uploads', 'versioning', 'delete', 'select'])('may be a key: %s', async (key) => {
    expect((await at.put(key, key)).status).toBe(200)
    expect((await at.get(key)).text).toBe(key)
    expect((await at.signed({ method: 'DELETE', target: `/${BUCKET}/${key}` })).status).toBe(204)
  })

  it('may be a parameter in other letters', async () => {
    expect((await at.signed({ target: `/${BUCKET}/k?ACL` })).text).toBe('content')
  })
})

describe('the host', () => {
  const hosts = [
    `${BUCKET}.cos.ap-guangzhou.myqcloud.com`,
    `${BUCKET}.cos.ap-guangzhou.tencentcos.cn`,
    `${BUCKET}.cos-internal.ap-guangzhou.tencentcos.cn`,
    `${BUCKET}.cos.accelerate.myqcloud.com`,
    `${BUCKET}.localhost`,
    `${BUCKET}.localhost:9000`,
    `${BUCKET}.cos.ap-guangzhou.localhost`,
    `${BUCKET.toUpperCase()}.COS.ap-guangzhou.myqcloud.com:80`,
  ]
  it.each(hosts)('%s names the bucket', async (host) => {
    const reply = await at.signed({ target: '/k', headers: { host } })
    expect([reply.status, reply.text]).toEqual([200, 'content'])
    expect((await at.signed({ target: '/', headers: { host } })).text).toContain('<ListBucketResult>')
  })

  it.each([
    'localhost',
    'cos.ap-guangzhou.myqcloud.com',
    'service.cos.myqcloud.com',
    'service.cos.tencentcos.cn',
    'cos.ap-guangzhou.localhost',
    'example.com',
    '[::1]:80',
    '10.0.0.1',
  ])('%s names none', async (host) => {
    expect((await at.signed({ target: `/${BUCKET}/k`, headers: { host } })).text).toBe('content')
    expect((await at.signed({ target: '/', headers: { host } })).text).toContain('<ListAllMyBucketsResult>')
  })

  it('stands before the path when the request line names a whole URL', async () => {
    const reply = await at.anonymous({
      target: `http://${at.server.endpoint}/${BUCKET}/none`,
    })
    expect([reply.status, reply.code]).toEqual([403, 'AccessDenied'])
  })
})

describe('the path', () => {
  it('is decoded once, a plus staying a plus', async () => {
    await at.put('a%2Bb%2520c', 'x')
    expect((await at.get('a+b%2520c')).status).toBe(200)
    expect((await at.get('a%20b%2520c')).status).toBe(404)
    expect((await at.get('a+b%20c')).status).toBe(404)
  })

  it('holds no bytes beyond ASCII', async () => {
    const reply = await at.anonymous({ target: Buffer.from(`/${BUCKET}/中`).toString('latin1') })
    expect([reply.status, reply.code]).toEqual([400, 'BadRequest'])
  })

  it('of a bucket may end in a slash', async () => {
    for (const target of [`/${BUCKET}`, `/${BUCKET}/`])
      expect((await at.signed({ target })).text).toContain('<ListBucketResult>')
  })
})

describe('probes', () => {
  it.each(['/health/live', '/health/ready', '/health/ready?verbose'])('%s', async (target) => {
    const reply = await at.anonymous({ target })
    expect(reply.status).toBe(200)
    expect(reply.headers['content-type']).toBe('application/json')
    expect(JSON.parse(reply.text)).toHaveProperty('status')
  })

  it('are no more than two', async () => {
    expect((await at.anonymous({ target: '/health/other' })).status).toBe(404)
    expect((await at.anonymous({ target: '/health' })).status).toBe(404)
  })
})
