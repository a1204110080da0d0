import { describe, expect, it } from 'vitest'
import { targetOf } from './addressing.js'
import { CosClient, type CosClientOptions } from './index.js'
import { readSettings } from './options.js'

const BUCKET = 'examplebucket-1250000000'
const resource = { bucket: BUCKET, key: 'k' }

describe('options', () => {
  it.each<[string, CosClientOptions]>([
    ['no region and no endpoint', {}],
    ['an odd region', { Region: 'ap guangzhou' }],
    ['an id without a key', { Region: 'ap-x', SecretId: 'id' }],
    ['a key without an id', { Region: 'ap-x', SecretKey: 's3cret' }],
    ['a key with a line break', { Region: 'ap-x', SecretId: 'id', SecretKey: 's3cret\n' }],
    ['a token alone', { Region: 'ap-x', Token: 's3cret' }],
    ['an unknown scheme', { Region: 'ap-x', Scheme: 'ftp' as 'http' }],
    ['an endpoint with a path', { Endpoint: 'http://host/s3cret' }],
    ['an endpoint with a password', { Endpoint: 'http://me:s3cret@host' }],
    ['an endpoint of another scheme', { Endpoint: 'ftp://host' }],
    ['an empty endpoint', { Endpoint: '' }],
    ['a bucket before an address', { Endpoint: '127.0.0.1:9000', Addressing: 'host' }],
    ['an odd AppId', { Region: 'ap-x', AppId: 'abc' }],
    ['no timeout', { Region: 'ap-x', ConnectTimeoutMs: 0 }],
    ['half a retry', { Region: 'ap-x', Retries: 0.5 }],
  ])('refuse %s', (_, options) => {
    let error: unknown
    try {
      new CosClient(options)
    } catch (cause) {
      error = cause
    }
    expect(error).toMatchObject({ name: 'CosClientError', kind: 'configuration' })
    expect(String(error)).not.toContain('s3cret')
  })

  it('allow anonymous clients', () => {
    expect(() => new CosClient({ Region: 'ap-x', SecretId: '', SecretKey: '' })).not.toThrow()
  })
})

describe('addressing', () => {
  const at = (options: CosClientOptions, where: Parameters<typeof targetOf>[1] = resource) => {
    const { origin, path } = targetOf(readSettings(options), where)
    return origin + path
  }

  it("uses Tencent's hosts without an endpoint", () => {
    expect(at({ Region: 'ap-guangzhou' })).toBe(`https://${BUCKET}.cos.ap-guangzhou.myqcloud.com/k`)
    const service = { bucket: undefined, key: undefined }
    expect(at({ Region: 'ap-guangzhou', Scheme: 'http' }, service)).toBe('http://service.cos.myqcloud.com/')
  })

  it('puts the bucket into the path of addresses and localhost, and before other names', () => {
    expect(at({ Endpoint: '127.0.0.1:9000', Scheme: 'http' })).toBe(`http://127.0.0.1:9000/${BUCKET}/k`)
    expect(at({ Endpoint: 'http://[::1]:9000' })).toBe(`http://[::1]:9000/${BUCKET}/k`)
    expect(at({ Endpoint: 'localhost:9000' })).toBe(`https://localhost:9000/${BUCKET}/k`)
    expect(at({ Endpoint: 'cos.example.com' })).toBe(`https://${BUCKET}.cos.example.com/k`)
    expect(at({ Endpoint: 'http://cos.localhost:80/' })).toBe(`http://${BUCKET}.cos.localhost/k`)
    expect(at({ Endpoint: 'localhost:9', Addressing: 'host' })).toBe(`https://${BUCKET}.localhost:9/k`)
    expect(at({ Endpoint: 'cos.example.com', Addressing: 'path' })).toBe(
      `https://cos.example.com/${BUCKET}/k`,
    )
  })

  it("lets an endpoint's own scheme win", () => {
    expect(at({ Endpoint: 'http://cos.example.com', Scheme: 'https' })).toBe(
      `http://${BUCKET}.cos.example.com/k`,
    )
  })

  it('appends the AppId where it is missing', () => {
    const options = { Endpoint: 'localhost', AppId: 1250000000 }
    expect(at(options, { bucket: 'mine', key: 'k' })).toBe('https://localhost/mine-1250000000/k')
    expect(at(options, { bucket: 'mine-7', key: 'k' })).toBe('https://localhost/mine-7/k')
  })
})
