import { ANYONE, LIMITS, userId } from '@coset/model'
import { describe, expect, it } from 'vitest'
import { parseAcl } from './acl.js'

const invalid = expect.objectContaining({ code: 'InvalidArgument' })

describe('a canned list', () => {
  it('is kept by its name, and default is none', () => {
    expect(parseAcl({ canned: 'public-read' }, 'bucket')).toEqual({ canned: 'public-read' })
    expect(parseAcl({ canned: 'default' }, 'object')).toEqual({})
    expect(parseAcl({}, 'object')).toEqual({})
  })

  it.each([
    ['bucket', 'default'],
    ['object', 'public-read-write'],
    ['object', 'anything'],
    ['bucket', ''],
  ] as const)('of a %s is not %j', (of, canned) => {
    expect(() => parseAcl({ canned }, of)).toThrow(invalid)
  })
})

describe('grants', () => {
  it('name an account, a user of one, or everyone', () => {
    const fullControl = `id="100", uin="100/200" ,id="${ANYONE}",id="${userId('1', '2')}"`
    expect(parseAcl({ fullControl }, 'bucket').grants?.map(({ grantee }) => grantee)).toEqual([
      userId('100'),
      userId('100', '200'),
      ANYONE,
      userId('1', '2'),
    ])
  })

  it('come from one header for each permission', () => {
    const id = 'id="1"'
    const headers = { read: id, write: id, readAcp: id, writeAcp: id, fullControl: id }
    expect(parseAcl(headers, 'bucket').grants?.map(({ permission }) => permission)).toEqual([
      'READ',
      'WRITE',
      'READ_ACP',
      'WRITE_ACP',
      'FULL_CONTROL',
    ])
  })

  it.each(['id=1', 'id="x"', 'mail="a@b"', 'id="1",', 'id="1/2/3"'])('are not written %j', (read) => {
    expect(() => parseAcl({ read }, 'bucket')).toThrow(invalid)
  })

  it('may be absent', () => {
    expect(parseAcl({ read: '  ' }, 'bucket')).toEqual({})
  })

  it('are bounded in number', () => {
    const many = (count: number) => Array.from({ length: count }, () => 'id="1"').join(',')
    expect(parseAcl({ read: many(LIMITS.grantsMax) }, 'bucket').grants).toHaveLength(LIMITS.grantsMax)
    expect(() => parseAcl({ read: many(LIMITS.grantsMax + 1) }, 'bucket')).toThrow(invalid)
  })
})
