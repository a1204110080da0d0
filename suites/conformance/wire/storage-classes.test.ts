// What each storage class shows on the wire, and how restoring looks there.
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { MINUTE, RESTORE_MS, travel } from '../cases/travel.js'
import { BUCKET, wireStation } from './station.js'

const clock = travel()
const at = wireStation({ clock, restoreMs: RESTORE_MS })

afterEach(() => clock.home())

const object = (method: string, key: string) => at.signed({ method, target: `/${BUCKET}/${key}` })
const listed = async (target: string) => (await at.signed({ target: `/${BUCKET}?${target}` })).text

interface Shown {
  /** `x-cos-storage-class` of GET and HEAD. */
  readonly header: string | undefined
  readonly tier: string | undefined
  readonly status: number
}

const CLASSES: readonly (readonly [storageClass: string, shown: Shown])[] = [
  ['STANDARD', { header: undefined, tier: undefined, status: 200 }],
  ['STANDARD_IA', { header: 'STANDARD_IA', tier: undefined, status: 200 }],
  ['INTELLIGENT_TIERING', { header: 'INTELLIGENT_TIERING', tier: 'FREQUENT', status: 200 }],
  ['ARCHIVE', { header: 'ARCHIVE', tier: undefined, status: 403 }],
  ['DEEP_ARCHIVE', { header: 'DEEP_ARCHIVE', tier: undefined, status: 403 }],
]

describe.each(CLASSES)('an object put in %s', (storageClass, { header, tier, status }) => {
  const key = `class-${storageClass}`
  beforeAll(async () => {
    const put = await at.put(key, 'x'.repeat(20_000), { 'x-cos-storage-class': storageClass })
    expect([put.status, put.headers['x-cos-storage-class']]).toEqual([200, storageClass])
  })

  it('is shown with its class by HEAD', async () => {
    const head = await object('HEAD', key)
    expect([head.status, head.headers['content-length']]).toEqual([200, '20000'])
    expect(head.headers['x-cos-storage-class']).toBe(header)
    expect(head.headers['x-cos-storage-tier']).toBe(tier)
    expect(head.headers['x-cos-restore']).toBeUndefined()
  })

  it('is given or refused with its class by GET', async () => {
    const got = await object('GET', key)
    expect([got.status, got.code]).toEqual([status, status === 403 ? 'InvalidObjectState' : ''])
    expect(got.headers['x-cos-storage-class']).toBe(header)
    expect(got.headers['x-cos-storage-tier']).toBe(tier)
  })

  it('is listed with its class', async () => {
    const shown = `<StorageClass>${storageClass}</StorageClass>${tier ? `<StorageTier>${tier}</StorageTier>` : ''}`
    expect(await listed(`prefix=${key}&max-keys=1`)).toContain(`${shown}</Contents>`)
    expect(await listed(`versions&prefix=${key}&max-keys=1`)).toContain(`${shown}<Owner>`)
  })
})

it.each([
  ['MAZ_STANDARD', 'MAZOperationNotSupportOnOAZBucket'],
  ['MAZ_STANDARD_IA', 'MAZOperationNotSupportOnOAZBucket'],
  ['MAZ_INTELLIGENT_TIERING', 'MAZOperationNotSupportOnOAZBucket'],
  ['COLD', 'NotSupportedStorageClass'],
  ['standard', 'NotSupportedStorageClass'],
])('nothing is put in %s', async (storageClass, code) => {
  const put = await at.put('none', 'x', { 'x-cos-storage-class': storageClass })
  expect([put.status, put.code]).toEqual([400, code])
  expect((await object('HEAD', 'none')).status).toBe(404)
})

describe('restoring', () => {
  const restore = (key: string, body: string) =>
    at.signed({ method: 'POST', target: `/${BUCKET}/${key}?restore`, body })
  const DAY =
    '<RestoreRequest><Days>1</Days><CASJobParameters><Tier>Expedited</Tier></CASJobParameters></RestoreRequest>'
  const archive = (key: string) => at.put(key, 'content', { 'x-cos-storage-class': 'ARCHIVE' })

  it('is told by statuses, headers and lists', async () => {
    await archive('restored')
    const started = await restore('restored', DAY)
    expect([started.status, started.text, started.headers['content-length']]).toEqual([202, '', '0'])
    expect(started.headers['x-cos-restore']).toBeUndefined()
    const again = await restore('restored', DAY)
    expect([again.status, again.code]).toEqual([409, 'RestoreAlreadyInProgress'])
    const ongoing = (await object('HEAD', 'restored')).headers
    expect(ongoing['x-cos-restore']).toBe('ongoing-request="true"')
    const [, requested = ''] =
      /^tier="expedited"; request-date="(.+)"$/.exec(String(ongoing['x-cos-restore-status'])) ?? []
    expect(new Date(requested).toUTCString()).toBe(requested)
    expect(Math.abs(Date.parse(requested) - Date.now())).toBeLessThan(MINUTE)
    expect(await listed('prefix=restored')).toContain('<RestoreStatus>ONGOING</RestoreStatus></Contents>')

    clock.forward(MINUTE)
    const got = await object('GET', 'restored')
    expect([got.status, got.text]).toEqual([200, 'content'])
    const expiry = got.headers['x-cos-restore']
    expect(expiry).toMatch(/^ongoing-request="false", expiry-date="[^"]+ GMT"$/)
    expect(got.headers['x-cos-restore-status']).toBeUndefined()
    expect(got.headers['x-cos-storage-class']).toBe('ARCHIVE')
    const part = await at.signed({ target: `/${BUCKET}/restored`, headers: { range: 'bytes=0-2' } })
    expect([part.status, part.text, part.headers['x-cos-restore']]).toEqual([206, 'con', expiry])
    expect(await listed('versions&prefix=restored')).toContain('<RestoreStatus>DONE</RestoreStatus><Owner>')
    const extended = await restore('restored', DAY.replace('>1<', '>3<'))
    expect([extended.status, extended.text]).toEqual([200, ''])
    expect(extended.headers['x-cos-restore']).toMatch(/^ongoing-request="false"/)
    expect(extended.headers['x-cos-restore']).not.toBe(expiry)
  })

  it.each([
    ['nothing', '', 'MissingRequestBodyError'],
    ['no days', '<RestoreRequest/>', 'MalformedXML'],
    ['days that are none', '<RestoreRequest><Days>one</Days></RestoreRequest>', 'MalformedXML'],
    ['another root', '<Restore><Days>1</Days></Restore>', 'MalformedXML'],
    ['too many days', '<RestoreRequest><Days>366</Days></RestoreRequest>', 'InvalidArgument'],
  ])('is refused when it asks for %s', async (_name, body, code) => {
    await archive('bad')
    const reply = await restore('bad', body)
    expect([reply.status, reply.code]).toEqual([400, code])
    expect((await object('HEAD', 'bad')).headers['x-cos-restore']).toBeUndefined()
  })

  it('is the owner’s alone', async () => {
    await at.put('public', 'x', { 'x-cos-storage-class': 'ARCHIVE', 'x-cos-acl': 'public-read' })
    const reply = await at.anonymous({ method: 'POST', target: `/${BUCKET}/public?restore`, body: DAY })
    expect([reply.status, reply.code]).toEqual([403, 'AccessDenied'])
  })
})
