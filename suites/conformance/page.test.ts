// Each parameter and each member of the document that coset implements, one by one, by our own SDK.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Member, operations } from '@coset/protocol'
import { CosClient, nodePlatform, type Platform } from '@coset/sdk'
import { AESProvider, CosEncryptionClient, type KeyProvider } from '@coset/sdk/encryption'
import { startServer, type TestServer } from '@coset/server/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { RESTORE_MS, travel } from './cases/travel.js'
import { newBucketName, refusal } from './own-sdk/stations.js'
import type { At, Case } from './page/case.js'
import { CASES, COVERAGE, type Covered, memberOf, nameOf, REASONS, SAMPLES, subjectOf } from './page/index.js'
import { clientWithout, encryptingWithout } from './page/without.js'

const clock = travel()
let sent: Readonly<Record<string, string>>[] = []

/** The usual platform, which remembers the headers of what it sent. */
const platform: Platform = {
  ...nodePlatform,
  transport(options) {
    const transport = nodePlatform.transport(options)
    return {
      send(request) {
        const pairs: [string, string][] = []
        for (let at = 0; at < request.headers.length; at += 2)
          pairs.push([request.headers[at] ?? '', request.headers[at + 1] ?? ''])
        sent.push(Object.fromEntries(pairs))
        return transport.send(request)
      },
      close: () => transport.close(),
    }
  },
}

describe.each(COVERAGE.map((section) => [section.title, section] as const))('%s', (_title, section) => {
  const subject = subjectOf(section)
  let server: TestServer
  let cos: CosClient
  let anonymous: CosClient
  let Bucket: string
  let dir: string
  const opened: CosClient[] = []
  beforeAll(async () => {
    server = await startServer({ clock, restoreMs: RESTORE_MS })
    const options = { ...server.clientOptions, Retries: 0 }
    cos = new CosClient(options, platform)
    anonymous = new CosClient({ ...options, SecretId: undefined, SecretKey: undefined })
  })
  afterAll(async () => {
    await Promise.all([cos, anonymous, ...opened].map((client) => client.close()))
    await server.stop()
  })
  const newBucket = async () => {
    const name = newBucketName()
    await cos.putBucket({ Bucket: name })
    return name
  }
  beforeEach(async () => {
    Bucket = await newBucket()
    sent = []
    dir = await mkdtemp(join(tmpdir(), 'coset-page-'))
  })
  afterEach(async () => {
    clock.home()
    await rm(dir, { recursive: true })
  })
  const encrypting = (provider: KeyProvider) => {
    const client = new CosEncryptionClient({ ...server.clientOptions, Retries: 0 }, provider)
    opened.push(client)
    return client
  }
  const at = (): At => ({
    cos,
    anonymous,
    encrypting,
    region: server.region,
    Bucket,
    dir,
    expect,
    newBucket,
    refusal,
    sent: () => sent,
    forward: clock.forward,
  })
  const all = [
    ...section.covered.takes,
    ...section.covered.tells,
    ...(section.sample ? [section.sample] : []),
  ]

  it.each(all.filter(hasCase).map(({ title, run }) => [title, run] as const))('%s', (_title, run) =>
    run(at()))

  // A case that passes without the member it is about would show nothing.
  const members = (['takes', 'tells'] as const).flatMap((side) =>
    section.covered[side].filter(hasCase).map((covered) => [covered.title, side, covered] as const),
  )
  it.each(members)('%s: the case notices when it is missing', async (_title, side, { name, run }) => {
    const member = memberOf(name)
    const lacking = {
      ...at(),
      cos: clientWithout(cos, subject, side, member),
      encrypting: (provider: KeyProvider) =>
        encryptingWithout(encrypting(keysWithout(provider, member)), cos, member),
    }
    const failure = await run(lacking).then(
      () => 'none',
      () => 'noticed',
    )
    expect(failure).toBe('noticed')
  })

  it('has a case or a reason for each name, and not both', () => {
    for (const { title, run, reason } of all) expect([run, reason].filter(Boolean), title).toHaveLength(1)
  })

  it('has no case of a name that is not there', () => {
    const cases = CASES[subject] ?? { takes: {}, tells: {} }
    expect(Object.keys(cases.takes).sort()).toEqual(namesWithCases(section.covered.takes))
    expect(Object.keys(cases.tells).sort()).toEqual(namesWithCases(section.covered.tells))
  })

  it('names members that the method has', () => {
    const operation = operations[subject as keyof typeof operations]
    if (!operation) return
    const own = ['statusCode', 'requestId', 'headers']
    for (const name of section.takes)
      expect(hasMember(operation.input, memberOf(name)), nameOf(name)).toBe(true)
    for (const name of section.tells)
      expect(own.includes(memberOf(name)) || hasMember(operation.output, memberOf(name)), nameOf(name)).toBe(
        true,
      )
  })
})

it('has no cases, samples and reasons of what the document does not have', () => {
  const subjects = COVERAGE.map(subjectOf)
  const known = new Set([
    ...subjects,
    ...COVERAGE.flatMap((section) =>
      [...section.takes, ...section.tells].map((name) => `${subjectOf(section)}.${nameOf(name)}`),
    ),
  ])
  for (const name of [...Object.keys(CASES), ...Object.keys(SAMPLES), ...Object.keys(REASONS)])
    expect(known, name).toContain(name)
})

/** Where the member is a provider, one of a key that nobody knows. */
function keysWithout(provider: KeyProvider, member: string): KeyProvider {
  return member.includes('Provider') ? new AESProvider({ aes_key: randomBytes(32) }) : provider
}

function hasCase(covered: Covered): covered is Covered & { readonly run: Case } {
  return covered.run !== undefined
}

function namesWithCases(covered: readonly Covered[]): string[] {
  return covered
    .filter(hasCase)
    .map(({ name }) => nameOf(name))
    .sort()
}

/** `Part[].ETag`: a field of the entries of a list. */
function hasMember(members: Readonly<Record<string, Member>>, path: string): boolean {
  const [first = '', ...rest] = path.split('.')
  const place = members[first.replace('[]', '')]?.place
  if (!place) return false
  let shape = 'shape' in place ? place.shape : undefined
  if (shape?.kind === 'list' && first.endsWith('[]')) shape = shape.of
  for (const step of rest) {
    if (shape?.kind !== 'record') return false
    shape = shape.fields[step.replace('[]', '')]?.shape
    if (shape?.kind === 'list' && step.endsWith('[]')) shape = shape.of
  }
  return rest.length === 0 || shape !== undefined
}
