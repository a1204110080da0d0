// The documents of object tags exactly as they go over the wire, and those that are refused.
import { beforeEach, describe, expect, it } from 'vitest'
import { BUCKET, wireStation } from './station.js'

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
const TARGET = `/${BUCKET}/tagged?tagging`

const at = wireStation()
const put = (body: string) => at.signed({ method: 'PUT', target: TARGET, body })
const document = async () => (await at.signed({ target: TARGET })).text

beforeEach(async () => {
  await at.put('tagged', 'x', { 'x-cos-tagging': 'a=1' })
})

describe('the document of tags', () => {
  it('is the same in both directions', async () => {
    const tags = '<Tag><Key>a b</Key><Value>=:</Value></Tag><Tag><Key>c</Key><Value/></Tag>'
    const reply = await put(`<Tagging><TagSet>${tags}</TagSet></Tagging>`)
    expect([reply.status, reply.text, reply.headers['content-length']]).toEqual([200, '', '0'])
    expect(await document()).toBe(`${DECLARATION}<Tagging><TagSet>${tags}</TagSet></Tagging>`)
  })

  it('is an empty TagSet when there are none', async () => {
    const reply = await at.signed({ method: 'DELETE', target: TARGET })
    expect([reply.status, reply.text]).toEqual([204, ''])
    expect(await document()).toBe(`${DECLARATION}<Tagging><TagSet/></Tagging>`)
  })

  it.each([
    ['none at all', '', 'MissingRequestBodyError'],
    ['another root', '<TagSet/>', 'MalformedXML'],
    ['no TagSet', '<Tagging/>', 'MalformedXML'],
    ['tags beside the TagSet', '<Tagging><Tag><Key>a</Key><Value>b</Value></Tag></Tagging>', 'MalformedXML'],
    ['a tag without a value', '<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>', 'MalformedXML'],
    [
      'a tag without a key',
      '<Tagging><TagSet><Tag><Value>a</Value></Tag></TagSet></Tagging>',
      'MalformedXML',
    ],
    ['an empty key', '<Tagging><TagSet><Tag><Key/><Value>a</Value></Tag></TagSet></Tagging>', 'InvalidTag'],
    ['no XML', 'tags', 'MalformedXML'],
  ])('is refused, and changes nothing: %s', async (_name, body, code) => {
    const reply = await put(body)
    expect([reply.status, reply.code]).toEqual([400, code])
    expect(await document()).toContain('<Key>a</Key><Value>1</Value>')
  })

  it('is compared with its Content-MD5 when that is given', async () => {
    const body = '<Tagging><TagSet/></Tagging>'
    const headers = { 'content-md5': Buffer.alloc(16).toString('base64') }
    const reply = await at.signed({ method: 'PUT', target: TARGET, body, headers })
    expect([reply.status, reply.code]).toEqual([400, 'BadDigest'])
  })
})

describe('without a signature', () => {
  it('tags are not told or changed, even of a public object', async () => {
    await at.put('tagged', 'x', { 'x-cos-acl': 'public-read' })
    expect((await at.anonymous({ target: `/${BUCKET}/tagged` })).status).toBe(200)
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const reply = await at.anonymous({ method, target: TARGET })
      expect([reply.status, reply.code]).toEqual([403, 'AccessDenied'])
    }
  })
})
