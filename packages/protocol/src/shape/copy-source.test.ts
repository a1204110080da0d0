import { describe, expect, it } from 'vitest'
import { type CopySource, formatCopySource, parseCopySource } from './copy-source.js'

const COS = 'b-1250000000.cos.ap-guangzhou.myqcloud.com'
const Bucket = 'b-1250000000'
const Region = 'ap-guangzhou'

describe('a copy source', () => {
  it.each<[string, Partial<CopySource>]>([
    [`${COS}/k`, { Bucket, Region, Key: 'k' }],
    [`https://${COS.toUpperCase()}/K`, { Bucket, Region, Key: 'K' }],
    [`${COS}:443/k`, { Region, Host: `${COS}:443` }],
    [`${COS}/a%2Fb%20c`, { Key: 'a/b c' }],
    [`${COS}/a+b`, { Key: 'a+b' }],
    [`${COS}/100%`, { Key: '100%' }],
    [`${COS}//a//b/`, { Key: '/a//b/' }],
    [`${COS}/a?b`, { Key: 'a?b' }],
    [`${COS}/k?versionId=MTg%3D`, { Key: 'k', VersionId: 'MTg=' }],
    [`${COS}/k?versionId=`, { Key: 'k', VersionId: undefined }],
    [`${COS}/k%3FversionId=x`, { Key: 'k?versionId=x', VersionId: undefined }],
    [Buffer.from(`${COS}/世`).toString('latin1'), { Key: '世' }],
    [`${COS}/\xff`, { Key: '\xff' }],
    ['b-1.localhost:9000/k', { Bucket: 'b-1', Region: undefined, Host: 'b-1.localhost:9000' }],
    [`${COS}.example.com/k`, { Region: undefined }],
  ])('%j is read', (text, expected) => {
    expect(parseCopySource(text)).toMatchObject(expected)
  })

  it.each([
    '',
    'k',
    `/${Bucket}/k`,
    `${COS}/`,
    COS,
    'b.cos.ap-guangzhou.myqcloud.com/k',
    'ftp://b-1.x/k',
  ])('%j is none', (text) => {
    expect(parseCopySource(text)).toBeUndefined()
  })

  it.each([
    'a b',
    'a+b',
    '100%',
    'a?versionId=null',
    '../a',
    'a//b',
    '世/😀',
    '%2F',
  ])('of the key %j is read as it was written', (Key) => {
    for (const VersionId of [undefined, 'MTg0NDUx'])
      expect(parseCopySource(formatCopySource({ Bucket, Region, Key, VersionId }))).toMatchObject({
        Bucket,
        Region,
        Key,
        VersionId,
      })
  })
})
