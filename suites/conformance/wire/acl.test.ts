// Access control lists as documents, to the letter.
import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Reply } from '../raw.js'
import { BUCKET, wireStation } from './station.js'

const at = wireStation()

const OWNER = 'qcs::cam::uin/1250000000:uin/1250000000'
const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
const told = ({ status, code }: Reply) => (code === '' ? String(status) : `${status} ${code}`)
const own =
  `<Grant><Grantee ${XSI} xsi:type="CanonicalUser"><ID>${OWNER}</ID><DisplayName>${OWNER}</DisplayName></Grantee>` +
  '<Permission>FULL_CONTROL</Permission></Grant>'
const group = (name: string, permission: string) =>
  `<Grant><Grantee ${XSI} xsi:type="Group"><URI>http://cam.qcloud.com/groups/global/${name}</URI></Grantee>` +
  `<Permission>${permission}</Permission></Grant>`
const policy = (grants: string) =>
  '<?xml version="1.0" encoding="UTF-8"?><AccessControlPolicy>' +
  `<Owner><ID>${OWNER}</ID><DisplayName>${OWNER}</DisplayName></Owner>` +
  `<AccessControlList>${grants}</AccessControlList></AccessControlPolicy>`
const asking = (grantee: string, permission = 'READ') =>
  `<AccessControlPolicy><AccessControlList><Grant>${grantee}<Permission>${permission}</Permission></Grant>` +
  '</AccessControlList></AccessControlPolicy>'

beforeAll(async () => {
  await at.put('k', 'content')
})

describe.each([`/${BUCKET}?acl`, `/${BUCKET}/k?acl`])('%s', (target) => {
  const put = (body: string, headers: Readonly<Record<string, string>> = {}) =>
    at.signed({ method: 'PUT', target, body, headers })
  const shown = async () => (await at.signed({ target })).text

  it('is written as COS writes it', async () => {
    await put('', { 'x-cos-acl': 'public-read' })
    const reply = await at.signed({ target })
    expect(reply.headers).toMatchObject({ 'content-type': 'application/xml', 'x-cos-acl': 'public-read' })
    expect(reply.text).toBe(policy(own + group('AllUsers', 'READ')))
    await put('', { 'x-cos-acl': 'authenticated-read' })
    expect(await shown()).toBe(policy(own + group('AuthenticatedUsers', 'READ')))
  })

  it('takes its own document back', async () => {
    await put('', { 'x-cos-acl': 'public-read' })
    const document = await shown()
    await put('', { 'x-cos-acl': 'private' })
    expect(await shown()).toBe(policy(own))
    expect(told(await put(document))).toBe('200')
    expect(await shown()).toBe(document)
  })

  it.each([
    ['the type of older documents', '<Grantee xsi:type="RootAccount"><ID>100</ID></Grantee>', '100', '100'],
    ['another prefix', '<Grantee xmlns:i="urn:i" i:type="SubAccount"><ID>1/2</ID></Grantee>', '1', '2'],
    ['no type', '<Grantee><ID>qcs::cam::uin/3:uin/4</ID></Grantee>', '3', '4'],
    ['a type without prefix', '<Grantee type="CanonicalUser"><ID>5</ID></Grantee>', '5', '5'],
  ])('takes %s', async (_name, grantee, owner, sub) => {
    expect(told(await put(asking(grantee)))).toBe('200')
    expect(await shown()).toContain(`<ID>qcs::cam::uin/${owner}:uin/${sub}</ID>`)
  })

  it('takes everyone by id, and shows them as the group', async () => {
    expect(told(await put(asking('<Grantee><ID>qcs::cam::anyone:anyone</ID></Grantee>')))).toBe('200')
    expect(await shown()).toBe(policy(own + group('AllUsers', 'READ')))
  })

  it('is what the headers say where there are any', async () => {
    const document = asking('<Grantee><ID>9</ID></Grantee>')
    expect(told(await put(document, { 'x-cos-grant-read': 'id="8"' }))).toBe('200')
    expect(await shown()).toContain('uin/8:uin/8')
    expect(await shown()).not.toContain('uin/9:uin/9')
  })

  describe('stays as it was when it is asked for', () => {
    const grantee = '<Grantee><ID>1</ID></Grantee>'
    const REFUSED: readonly (readonly [name: string, body: string, code: string])[] = [
      ['by nothing', '', '400 MissingRequestBodyError'],
      ['by no XML', '{}', '400 MalformedXML'],
      ['by another document', '<AccessControl/>', '400 MalformedXML'],
      ['with an unknown type', asking('<Grantee xsi:type="Email"><ID>1</ID></Grantee>'), '400 MalformedXML'],
      ['with no grantee', asking(''), '400 MalformedXML'],
      ['with an empty grantee', asking('<Grantee/>'), '400 MalformedXML'],
      [
        'with a group of no name',
        asking('<Grantee xsi:type="Group"><ID>1</ID></Grantee>'),
        '400 MalformedXML',
      ],
      [
        'for an unknown group',
        asking('<Grantee><URI>http://x/AllUsers</URI></Grantee>'),
        '400 InvalidArgument',
      ],
      ['for a name', asking('<Grantee><ID>me</ID></Grantee>'), '400 InvalidArgument'],
      ['with an unknown permission', asking(grantee, 'read'), '400 MalformedXML'],
      ['without a permission', asking(grantee, ''), '400 MalformedXML'],
      [
        'with entities of its own',
        `<!DOCTYPE a [<!ENTITY e "1">]>${asking('<Grantee><ID>&e;</ID></Grantee>')}`,
        '400 MalformedXML',
      ],
      [
        'with a thousand attributes',
        asking(
          grantee.replace(
            '<Grantee',
            `<Grantee ${Array.from({ length: 1000 }, (_, n) => `a${n}=""`).join(' ')}`,
          ),
        ),
        '400 XMLSizeLimit',
      ],
    ]
    it.each(REFUSED)('%s', async (_name, body, refusal) => {
      await put('', { 'x-cos-acl': 'public-read' })
      expect(told(await put(body))).toBe(refusal)
      expect(await shown()).toBe(policy(own + group('AllUsers', 'READ')))
    })

    it('with a digest of something else', async () => {
      const body = asking(grantee)
      const md5 = (text: string) => createHash('md5').update(text).digest('base64')
      expect(told(await put(body, { 'content-md5': md5(`${body} `) }))).toBe('400 BadDigest')
      expect(told(await put(body, { 'content-md5': md5(body) }))).toBe('200')
    })
  })
})

it('leaves an object to its bucket again', async () => {
  const target = `/${BUCKET}/k?acl`
  await at.signed({ method: 'PUT', target, headers: { 'x-cos-acl': 'public-read' } })
  expect((await at.anonymous({ target: `/${BUCKET}/k` })).status).toBe(200)
  await at.signed({ method: 'PUT', target: `/${BUCKET}?acl`, headers: { 'x-cos-acl': 'private' } })
  await at.signed({ method: 'PUT', target, headers: { 'x-cos-acl': 'default' } })
  const reply = await at.signed({ target })
  expect([reply.headers['x-cos-acl'], reply.text]).toEqual(['default', policy(own)])
  expect((await at.anonymous({ target: `/${BUCKET}/k` })).status).toBe(403)
})

it('takes no other methods', async () => {
  for (const method of ['POST', 'DELETE', 'HEAD'])
    expect((await at.signed({ method, target: `/${BUCKET}?acl` })).status).toBe(501)
})
