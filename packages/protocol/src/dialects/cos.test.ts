import { Fault } from '@coset/model'
import { describe, expect, it } from 'vitest'
import { parseXml } from '../shape/xml-tree.js'
import { cosDialect } from './cos.js'

const DOMAINS = ['localhost', 'storage.example.com']
const B = 'bucket-1250000000'

describe('an address', () => {
  it.each([
    [`${B}.cos.ap-guangzhou.myqcloud.com`, 'ap-guangzhou'],
    [`${B}.cos.ap-beijing-1.tencentcos.cn`, 'ap-beijing-1'],
    [`${B}.cos-internal.ap-guangzhou.tencentcos.cn`, 'ap-guangzhou'],
    [`${B}.cos.accelerate.myqcloud.com`, 'accelerate'],
    [`${B}.COS.AP-Guangzhou.MyQCloud.com:8080`, 'ap-guangzhou'],
    [`${B}.localhost`, undefined],
    [`${B}.localhost:9000`, undefined],
    [`${B}.storage.example.com`, undefined],
    [`${B}.cos.ap-guangzhou.storage.example.com`, undefined],
  ])('at %s has its bucket in the host', (host, region) => {
    const at = (path: string) => cosDialect.address(host, path, DOMAINS)
    expect(at('/')).toEqual({ style: 'host', bucket: B, key: undefined, path: '/', region })
    expect(at('/a/b')).toEqual({ style: 'host', bucket: B, key: 'a/b', path: '/a/b', region })
    expect(at('//a')).toMatchObject({ bucket: B, key: '/a' })
  })

  it.each([
    ['cos.ap-guangzhou.myqcloud.com', 'ap-guangzhou'],
    ['service.cos.myqcloud.com', undefined],
    ['service.cos.tencentcos.cn:443', undefined],
    ['cos.ap-guangzhou.localhost', undefined],
    ['service.localhost', undefined],
    ['localhost:9000', undefined],
    ['storage.example.com', undefined],
    ['127.0.0.1:9000', undefined],
    ['[::1]:9000', undefined],
    ['unrelated.example.org', undefined],
    ['', undefined],
  ])('at %s has its bucket in the path', (host, region) => {
    const at = (path: string) => cosDialect.address(host, path, DOMAINS)
    expect(at('/')).toEqual({ style: 'path', bucket: undefined, key: undefined, path: '/', region })
    expect(at(`/${B}`)).toEqual({ style: 'path', bucket: B, key: undefined, path: `/${B}`, region })
    expect(at(`/${B}/`)).toMatchObject({ bucket: B, key: undefined, path: `/${B}/` })
    expect(at(`/${B}/a//b/`)).toMatchObject({ bucket: B, key: 'a//b/' })
    expect(at(`/${B}//a`)).toMatchObject({ bucket: B, key: '/a' })
  })

  it('is decoded once, and nothing in it is resolved', () => {
    const key = (path: string) => cosDialect.address(`${B}.localhost`, path, DOMAINS).key
    expect(key('/a%20b+c%252F')).toBe('a b+c%2F')
    expect(key('/.%2F../a/./b/..')).toBe('./../a/./b/..')
    expect(key('/%E4%B8%AD')).toBe('中')
    expect(cosDialect.address('localhost', `/${B}%2Fa`, DOMAINS)).toMatchObject({ bucket: B, key: 'a' })
  })

  it.each(['', '*', 'a', '/%', '/%zz', '/%ff', '/%c0%af', '//key', '//'])('refuses the path %j', (path) => {
    expect(() => cosDialect.address('localhost', path, DOMAINS)).toThrow(
      expect.objectContaining({ code: 'InvalidURI' }),
    )
  })
})

describe('a fault', () => {
  const context = { resource: 'host/<key>', requestId: 'request', traceId: 'trace' }
  const told = (fault: Fault) =>
    parseXml(cosDialect.writeFault(fault, context), { bytesMax: 10_000, depthMax: 5, elementsMax: 50 })

  it('is a document of elements in order', () => {
    const { name, children } = told(new Fault('NoSuchKey'))
    expect(name).toBe('Error')
    expect(children.map((child) => [child.name, child.text])).toEqual([
      ['Code', 'NoSuchKey'],
      ['Message', 'The specified key does not exist.'],
      ['Resource', 'host/<key>'],
      ['RequestId', 'request'],
      ['TraceId', 'trace'],
    ])
  })

  it('tells what was signed, or what time it is', () => {
    const names = (fault: Fault) => told(fault).children.map((child) => child.name)
    const signed = new Fault('SignatureDoesNotMatch', { stringToSign: 'a\n&', formatString: 'b' })
    expect(names(signed).slice(2, 4)).toEqual(['StringToSign', 'FormatString'])
    const late = new Fault('AccessDenied', { serverTime: new Date(0) })
    expect(told(late).children[2]).toMatchObject({ name: 'ServerTime', text: '1970-01-01T00:00:00Z' })
  })

  it('tells its details in headers', () => {
    const detail = {
      etag: 'abc',
      crc64: 7n,
      lastModified: new Date(0),
      size: 5,
      versionId: 'v',
      deleteMarker: true,
    }
    expect(
      cosDialect.faultHeaders(new Fault('InvalidRange', { ...detail, storageClass: 'ARCHIVE' })),
    ).toEqual([
      'x-cos-delete-marker',
      'true',
      'x-cos-version-id',
      'v',
      'x-cos-storage-class',
      'ARCHIVE',
      'ETag',
      '"abc"',
      'Last-Modified',
      'Thu, 01 Jan 1970 00:00:00 GMT',
      'x-cos-hash-crc64ecma',
      '7',
      'Content-Range',
      'bytes */5',
    ])
    expect(cosDialect.faultHeaders(new Fault('NoSuchKey', { deleteMarker: false }))).toEqual([])
  })
})
