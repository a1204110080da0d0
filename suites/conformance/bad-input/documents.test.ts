// XML that is none, or too much of it, where documents are read.
import { createHash } from 'node:crypto'
import { LIMITS } from '@coset/model'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Reply } from '../raw.js'
import { BUCKET, expectDecent, expectRefused, fuzzStation, SEED } from './station.js'

const at = fuzzStation()

const RESOURCES = ['delete', 'versioning', 'acl', 'cors'] as const

function send(resource: (typeof RESOURCES)[number], body: string | Uint8Array): Promise<Reply> {
  const headers = { 'content-md5': createHash('md5').update(body).digest('base64') }
  const method = resource === 'delete' ? 'POST' : 'PUT'
  return at.signed({ method, target: `/${BUCKET}?${resource}`, body, headers })
}

const BILLION = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "lol">${Array.from(
  { length: 9 },
  (_, number) => `<!ENTITY ${'bcdefghij'[number]} "${`&${'abcdefghi'[number]};`.repeat(10)}">`,
).join('')}]>`

const malformed: readonly (readonly [name: string, body: string | Uint8Array])[] = [
  ['text', 'hello'],
  ['JSON', '{"Delete": {}}'],
  ['an open tag', '<Delete>'],
  ['crossed tags', '<Delete><Object></Delete></Object>'],
  ['two roots', '<Delete/><Delete/>'],
  ['another root', '<Other/>'],
  ['a declaration alone', '<?xml version="1.0"?>'],
  ['an attribute without quotes', '<Delete a=b/>'],
  ['an entity of its own', '<!DOCTYPE D [<!ENTITY e "a">]><Delete><Object><Key>&e;</Key></Object></Delete>'],
  ['a billion laughs', `${BILLION}<Delete><Object><Key>&j;</Key></Object></Delete>`],
  [
    'an entity from a file',
    '<!DOCTYPE D [<!ENTITY e SYSTEM "file:///etc/passwd">]><Delete><Object><Key>&e;</Key></Object></Delete>',
  ],
  [
    'an entity from a host',
    '<!DOCTYPE D [<!ENTITY e SYSTEM "http://127.0.0.1/">]><Delete><Object><Key>&e;</Key></Object></Delete>',
  ],
  ['a DOCTYPE from a host', '<!DOCTYPE D SYSTEM "http://127.0.0.1/a.dtd"><Delete/>'],
  ['a parameter entity', '<!DOCTYPE D [<!ENTITY % p SYSTEM "http://127.0.0.1/"> %p;]><Delete/>'],
  ['an entity that is not known', '<Delete><Object><Key>&nbsp;</Key></Object></Delete>'],
  ['a control character', '<Delete><Object><Key>a\u0001</Key></Object></Delete>'],
  ['a reference to one', '<Delete><Object><Key>&#1;</Key></Object></Delete>'],
  ['a reference to NUL', '<Delete><Object><Key>&#0;</Key></Object></Delete>'],
  ['half a surrogate pair', '<Delete><Object><Key>&#xD800;</Key></Object></Delete>'],
  ['a reference beyond Unicode', '<Delete><Object><Key>&#x110000;</Key></Object></Delete>'],
  ['bytes that are no UTF-8', Buffer.from('<Delete><Object><Key>\xff\xfe</Key></Object></Delete>', 'latin1')],
  ['UTF-16', Buffer.from('\ufeff<Delete><Object><Key>a</Key></Object></Delete>', 'utf16le')],
  ['depth', '<Delete>'.repeat(5000) + '</Delete>'.repeat(5000)],
  ['depth without an end', '<a>'.repeat(100_000)],
  ['an object without a key', '<Delete><Object/></Delete>'],
  ['no object', '<Delete/>'],
  ['1,001 objects', `<Delete>${'<Object><Key>none</Key></Object>'.repeat(1001)}</Delete>`],
  ['a boolean that is none', '<Delete><Quiet>perhaps</Quiet><Object><Key>none</Key></Object></Delete>'],
]

describe('a document', () => {
  it.each(malformed)('that is %s', async (_name, body) => {
    for (const resource of RESOURCES) {
      const reply = await send(resource, body)
      expectRefused(reply)
      expect(['MalformedXML', 'XMLSizeLimit']).toContain(reply.code)
    }
  })

  it.each([
    '',
    'Off',
    'enabled',
    ' ',
    'Enabled Suspended',
    '<Status>Enabled</Status>',
  ])('of the versioning state %j', async (status) => {
    const body = `<VersioningConfiguration><Status>${status}</Status></VersioningConfiguration>`
    expect((await send('versioning', body)).code).toBe('MalformedXML')
  })

  it('of more elements than any has', async () => {
    const reply = await send('delete', `<Delete>${'<a/>'.repeat(LIMITS.xmlElementsMax)}</Delete>`)
    expect([reply.status, reply.code]).toEqual([400, 'XMLSizeLimit'])
  })

  it('of more bytes than any has', async () => {
    const reply = await send('delete', `<Delete>${' '.repeat(4 * 1024 * 1024)}</Delete>`)
    expect([reply.status, reply.code]).toEqual([400, 'XMLSizeLimit'])
  })

  it('of more bytes than any has, in chunks', async () => {
    const body = Buffer.alloc(5 * 1024 * 1024, ' ')
    const headers = {
      'transfer-encoding': 'chunked',
      'content-md5': createHash('md5').update(body).digest('base64'),
    }
    const reply = await at.signed({ method: 'POST', target: `/${BUCKET}?delete`, body, headers })
    expect([reply.status, reply.code]).toEqual([400, 'XMLSizeLimit'])
  })

  it('with a million attributes', async () => {
    const attributes = Array.from({ length: 100_000 }, (_, number) => ` a${number}="b"`).join('')
    expectDecent(await send('delete', `<Delete${attributes}><Object><Key>none</Key></Object></Delete>`))
  })
})

describe(`seed ${SEED}`, () => {
  it('random pieces of XML', async () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 10 }),
      fc.constantFrom(
        '<Delete>',
        '</Delete>',
        '<Object>',
        '</Object>',
        '<Key>',
        '</Key>',
        '<Quiet>',
        '</Quiet>',
        '<VersionId>',
        '</VersionId>',
        '<![CDATA[',
        ']]>',
        '<!--',
        '-->',
        '<?',
        '?>',
        '&lt;',
        '&',
        '<',
        '>',
        'none',
        '&#x4e2d;',
        '<a b="c"/>',
        'xmlns:x="y"',
        '<x:Delete>',
        '\u0000',
        '\ufeff',
        '<VersioningConfiguration>',
        '<Status>',
        '<AccessControlPolicy>',
        '</AccessControlPolicy>',
        '<AccessControlList>',
        '<Grant><Grantee xsi:type="Group">',
        '<CORSConfiguration><CORSRule>',
        '</CORSRule></CORSConfiguration>',
        '<AllowedOrigin>*</AllowedOrigin>',
        '<AllowedMethod>GET</AllowedMethod>',
      ),
    )
    const property = fc.asyncProperty(fc.array(piece, { maxLength: 14 }), async (pieces) => {
      // Keys of these documents begin so, and the bucket has none such.
      const body = pieces.join('').replaceAll('<Key>', '<Key>none-')
      for (const resource of RESOURCES) expectDecent(await send(resource, body))
    })
    await fc.assert(property, { seed: SEED, numRuns: 300 })
  }, 120_000)

  it('random bytes', async () => {
    const property = fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
      for (const resource of RESOURCES) expectRefused(await send(resource, bytes))
    })
    await fc.assert(property, { seed: SEED, numRuns: 150 })
  }, 120_000)
})
