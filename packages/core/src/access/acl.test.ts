import {
  type AccessControlList,
  ALL_USERS,
  ANYONE,
  AUTHENTICATED,
  type Grant,
  LIMITS,
  type Permission,
  userId,
} from '@coset/model'
import { describe, expect, it } from 'vitest'
import { aclOfGrants, allowsAnyone, granteeOf, grantsOf, parseAcl } from './acl.js'

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

  it('are kept once each', () => {
    expect(parseAcl({ read: 'id="1",id="1/1",id="2"' }, 'bucket').grants).toHaveLength(2)
  })

  it('of WRITE are for buckets', () => {
    expect(() => parseAcl({ write: 'id="1"' }, 'object')).toThrow(invalid)
  })

  it('may be absent', () => {
    expect(parseAcl({ read: '  ' }, 'bucket')).toEqual({})
  })

  it('are bounded in number', () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => `id="${at}"`).join(',')
    expect(parseAcl({ read: many(LIMITS.grantsMax) }, 'bucket').grants).toHaveLength(LIMITS.grantsMax)
    expect(() => parseAcl({ read: many(LIMITS.grantsMax + 1) }, 'bucket')).toThrow(invalid)
  })
})

describe('someone', () => {
  it.each([
    ['100', userId('100')],
    ['100/200', userId('100', '200')],
    [userId('100', '200'), userId('100', '200')],
    [ANYONE, ANYONE],
    [ALL_USERS, ANYONE],
    [AUTHENTICATED, AUTHENTICATED],
  ])('is named %s', (name, grantee) => {
    expect(granteeOf(name)).toBe(grantee)
  })

  it.each([
    '',
    'x',
    '1/2/3',
    '1/',
    ` ${ANYONE}`,
    `${ALL_USERS}/`,
    'http://cam.qcloud.com/groups/global/Others',
    'qcs::cam::uin/1:uin/',
    'qcs::cam::uin/x:uin/1',
    '9'.repeat(21),
  ])('is never named %j', (name) => {
    expect(granteeOf(name)).toBeUndefined()
  })
})

describe('what a list amounts to', () => {
  const OWNER = userId('1')
  const own: Grant = { permission: 'FULL_CONTROL', grantee: OWNER }
  const grant = (permission: Permission, grantee: string): Grant => ({ permission, grantee })

  const SHOWN: readonly [AccessControlList, readonly Grant[]][] = [
    [{}, []],
    [{ canned: 'private' }, []],
    [{ canned: 'public-read' }, [grant('READ', ANYONE)]],
    [{ canned: 'public-read-write' }, [grant('READ', ANYONE), grant('WRITE', ANYONE)]],
    [{ canned: 'authenticated-read' }, [grant('READ', AUTHENTICATED)]],
    [{ canned: 'bucket-owner-read' }, []],
    [{ canned: 'bucket-owner-full-control' }, []],
    [{ grants: [grant('READ', userId('2'))] }, [grant('READ', userId('2'))]],
    [
      { canned: 'public-read', grants: [grant('READ', userId('2')), grant('READ', ANYONE), own] },
      [grant('READ', ANYONE), grant('READ', userId('2'))],
    ],
  ]

  it.each(SHOWN)('%j', (acl, others) => {
    expect(grantsOf(acl, OWNER)).toEqual([own, ...others])
  })

  it.each([
    'private',
    'public-read',
    'public-read-write',
    'authenticated-read',
  ] as const)('is %s again once it is put back', (canned) => {
    const shown = grantsOf({ canned }, OWNER)
    expect(aclOfGrants(shown, OWNER, 'bucket')).toEqual({ canned })
    expect(aclOfGrants([...shown].reverse(), OWNER, 'bucket')).toEqual({ canned })
  })

  it('stays as it was put, but for the owner’s own grant and repetitions', () => {
    const grants = [grant('READ', ANYONE), grant('READ_ACP', userId('2')), grant('READ', OWNER)]
    const acl = aclOfGrants([...grants, own, ...grants], OWNER, 'object')
    expect(acl).toEqual({ grants })
    expect(grantsOf(acl, OWNER)).toEqual([own, ...grants])
  })

  it('of a document without grants is private, whatever the bucket says', () => {
    expect(aclOfGrants([], OWNER, 'object')).toEqual({ canned: 'private' })
  })

  it('has bounds', () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => grant('READ', userId(`${at}`)))
    expect(aclOfGrants(many(LIMITS.grantsMax), OWNER, 'bucket').grants).toHaveLength(LIMITS.grantsMax)
    expect(() => aclOfGrants(many(LIMITS.grantsMax + 1), OWNER, 'bucket')).toThrow(invalid)
    expect(() => aclOfGrants([grant('WRITE', ANYONE)], OWNER, 'object')).toThrow(invalid)
  })

  it('opens nothing to anyone that is granted to those who sign', () => {
    for (const permission of ['READ', 'WRITE', 'READ_ACP', 'WRITE_ACP'] as const) {
      expect(allowsAnyone({ canned: 'authenticated-read' }, permission)).toBe(false)
      expect(allowsAnyone({ grants: [grant('FULL_CONTROL', AUTHENTICATED)] }, permission)).toBe(false)
      expect(allowsAnyone({ grants: [grant('FULL_CONTROL', ANYONE)] }, permission)).toBe(true)
    }
  })
})
