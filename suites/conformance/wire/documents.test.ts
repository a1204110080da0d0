// XML documents exactly as they go over the wire.
import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { BUCKET, wireStation } from './station.js'

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g
const OWNER = '<Owner><ID>1250000000</ID><DisplayName>1250000000</DisplayName></Owner>'
const etag = (text: string) => `&quot;${createHash('md5').update(text).digest('hex')}&quot;`

const at = wireStation()

/** The document with its times and version ids replaced by words. */
async function document(target: string): Promise<string> {
  const reply = await at.signed({ target })
  expect(reply.status).toBe(200)
  expect(reply.headers['content-type']).toBe('application/xml')
  expect(reply.headers['content-length']).toBe(String(reply.body.length))
  expect(reply.text).not.toContain('xmlns')
  return reply.text.replace(TIME, 'TIME')
}

describe('a list', () => {
  beforeAll(async () => {
    await at.put('a', 'one')
    await at.put('b/1', 'two')
    await at.put('b/2', 'three')
    await at.put('c%3C%26%22%3E', 'four', { 'x-cos-storage-class': 'INTELLIGENT_TIERING' })
  })

  const object = (key: string, body: string, storage = '<StorageClass>STANDARD</StorageClass>') =>
    `<Contents><Key>${key}</Key><LastModified>TIME</LastModified><ETag>${etag(body)}</ETag>` +
    `<Size>${body.length}</Size>${OWNER}${storage}</Contents>`

  it('of objects', async () => {
    expect(await document(`/${BUCKET}?delimiter=/`)).toBe(
      `${DECLARATION}<ListBucketResult><Name>${BUCKET}</Name><Prefix/><Marker/><MaxKeys>1000</MaxKeys>` +
        '<Delimiter>/</Delimiter><IsTruncated>false</IsTruncated><CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>' +
        `${object('a', 'one')}${object(
          'c&lt;&amp;&quot;&gt;',
          'four',
          '<StorageClass>INTELLIGENT_TIERING</StorageClass><StorageTier>FREQUENT</StorageTier>',
        )}</ListBucketResult>`,
    )
  })

  it('of objects, encoded and cut off', async () => {
    expect(await document(`/${BUCKET}?prefix=b/&marker=b/0&max-keys=1&encoding-type=url`)).toBe(
      `${DECLARATION}<ListBucketResult><Name>${BUCKET}</Name><EncodingType>url</EncodingType><Prefix>b/</Prefix>` +
        '<Marker>b/0</Marker><MaxKeys>1</MaxKeys><IsTruncated>true</IsTruncated><NextMarker>b/1</NextMarker>' +
        `${object('b/1', 'two')}</ListBucketResult>`,
    )
  })

  it('of versions in a bucket that never had them', async () => {
    expect(await document(`/${BUCKET}?versions&prefix=a`)).toBe(
      `${DECLARATION}<ListVersionsResult><Name>${BUCKET}</Name><Prefix>a</Prefix><KeyMarker/><VersionIdMarker/>` +
        '<MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated><Version><Key>a</Key><VersionId/>' +
        `<IsLatest>true</IsLatest><LastModified>TIME</LastModified><ETag>${etag('one')}</ETag><Size>3</Size>` +
        `<StorageClass>STANDARD</StorageClass>${OWNER}</Version></ListVersionsResult>`,
    )
  })

  it('of versions, with a delete marker', async () => {
    await at.createBucket('versions-1250000000')
    await at.setVersioning('versions-1250000000', 'Enabled')
    const put = await at.signed({ method: 'PUT', target: '/versions-1250000000/k', body: 'x' })
    const deleted = await at.signed({ method: 'DELETE', target: '/versions-1250000000/k' })
    const [id, marker] = [put, deleted].map((reply) => reply.headers['x-cos-version-id'])
    expect(await document('/versions-1250000000?versions')).toBe(
      `${DECLARATION}<ListVersionsResult><Name>versions-1250000000</Name><Prefix/><KeyMarker/><VersionIdMarker/>` +
        `<MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated><Version><Key>k</Key><VersionId>${id}</VersionId>` +
        `<IsLatest>false</IsLatest><LastModified>TIME</LastModified><ETag>${etag('x')}</ETag><Size>1</Size>` +
        `<StorageClass>STANDARD</StorageClass>${OWNER}</Version><DeleteMarker><Key>k</Key>` +
        `<VersionId>${marker}</VersionId><IsLatest>true</IsLatest><LastModified>TIME</LastModified>${OWNER}` +
        '</DeleteMarker></ListVersionsResult>',
    )
  })

  it('of versions, cut off inside a key', async () => {
    const bucket = 'cut-1250000000'
    await at.createBucket(bucket)
    await at.setVersioning(bucket, 'Enabled')
    const put = () => at.signed({ method: 'PUT', target: `/${bucket}/k`, body: 'x' })
    await put()
    const newest = (await put()).headers['x-cos-version-id']
    const text = await document(`/${bucket}?versions&max-keys=1`)
    expect(text).toContain(
      `<IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker><NextVersionIdMarker>${newest}</NextVersionIdMarker>`,
    )
  })

  it('of nothing', async () => {
    await at.createBucket('empty-1250000000')
    expect(await document('/empty-1250000000')).toBe(
      `${DECLARATION}<ListBucketResult><Name>empty-1250000000</Name><Prefix/><Marker/><MaxKeys>1000</MaxKeys>` +
        '<IsTruncated>false</IsTruncated></ListBucketResult>',
    )
  })

  it('of buckets', async () => {
    const { text } = await at.signed({ target: '/?max-keys=1&marker=w' })
    const seconds = text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, 'TIME')
    expect(seconds).toBe(
      `${DECLARATION}<ListAllMyBucketsResult><Owner><ID>qcs::cam::uin/1250000000:uin/1250000000</ID>` +
        `<DisplayName>1250000000</DisplayName></Owner><Buckets><Bucket><Name>${BUCKET}</Name>` +
        '<Location>ap-guangzhou</Location><CreationDate>TIME</CreationDate><BucketType>cos</BucketType></Bucket>' +
        '</Buckets><IsTruncated>false</IsTruncated></ListAllMyBucketsResult>',
    )
  })
})

describe('versioning', () => {
  it('is empty, then Enabled, then Suspended', async () => {
    await at.createBucket('states-1250000000')
    const state = () => document('/states-1250000000?versioning')
    expect(await state()).toBe(`${DECLARATION}<VersioningConfiguration/>`)
    for (const status of ['Enabled', 'Suspended']) {
      await at.setVersioning('states-1250000000', status)
      expect(await state()).toBe(
        `${DECLARATION}<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`,
      )
    }
  })
})

describe('deletion of many', () => {
  const remove = (body: string, headers: Record<string, string> = {}) => {
    const md5 = createHash('md5').update(body).digest('base64')
    const target = `/${BUCKET}?delete`
    return at.signed({ method: 'POST', target, body, headers: { 'content-md5': md5, ...headers } })
  }

  it('tells what was deleted and what was not', async () => {
    const { text } = await remove(
      '<Delete><Object><Key>b/1</Key></Object><Object><Key>b/2</Key><VersionId>?</VersionId></Object></Delete>',
    )
    expect(text).toBe(
      `${DECLARATION}<DeleteResult><Deleted><Key>b/1</Key></Deleted><Error><Key>b/2</Key><VersionId>?</VersionId>` +
        '<Code>InvalidArgument</Code><Message>The version id is not valid.</Message></Error></DeleteResult>',
    )
  })

  it('tells nothing when it is quiet and all went well', async () => {
    const { text } = await remove('<Delete><Quiet>true</Quiet><Object><Key>b/2</Key></Object></Delete>')
    expect(text).toBe(`${DECLARATION}<DeleteResult/>`)
  })

  it('reads namespaces, CDATA, references and elements it does not know', async () => {
    const { text } = await remove(
      '<?xml version="1.0"?><!-- a --><Delete xmlns="http://cos.example/"><Other>1</Other><Object><Key><![CDATA[a&b]]>' +
        '&#x4e2d;&lt;</Key></Object>\n</Delete>\n',
    )
    expect(text).toBe(
      `${DECLARATION}<DeleteResult><Deleted><Key>a&amp;b中&lt;</Key></Deleted></DeleteResult>`,
    )
  })

  it('needs its digest', async () => {
    const body = '<Delete><Object><Key>a</Key></Object></Delete>'
    const missing = await at.signed({ method: 'POST', target: `/${BUCKET}?delete`, body })
    expect([missing.status, missing.code]).toEqual([400, 'InvalidRequest'])
    expect(missing.element('Message')).toBe('Missing required header for this request: Content-MD5')
    expect((await remove(body, { 'content-md5': 'x' })).code).toBe('InvalidDigest')
    expect((await remove(body, { 'content-md5': createHash('md5').digest('base64') })).code).toBe('BadDigest')
    expect((await at.get('a')).status).toBe(200)
  })

  it('needs a document', async () => {
    expect((await remove('')).code).toBe('MissingRequestBodyError')
    expect((await remove('<Remove/>')).code).toBe('MalformedXML')
  })
})
