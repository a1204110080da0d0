// coset admin, as an operator runs it: the built command, on a folder of real files.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { GARBAGE_DELAY_MS } from '@coset/core'
import { startServer } from '@coset/server/testing'
import { auditExactly, bytesNamed, fakeClock, openLocalStoreIn, TestBucket } from '@coset/testkit'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 180_000 })

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))
const DAY_MS = 24 * 3600_000
const NONE = { blobs: 0, bytes: 0 }

let dir: string
let data: string
const started = new Set<ChildProcess>()

beforeAll(() => {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [tsc, '-b', 'packages/cli'], { cwd: ROOT, stdio: 'pipe' })
})
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'coset-admin-'))
  data = join(dir, 'data')
})
afterEach(async () => {
  for (const child of started) child.kill('SIGKILL')
  started.clear()
  await rm(dir, { recursive: true, force: true })
})

interface End {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function admin(...args: readonly string[]): { readonly child: ChildProcess; readonly end: Promise<End> } {
  const command = join(ROOT, 'packages/cli/bin/coset.cjs')
  const own = Object.entries(process.env).filter(([name]) => !/^(COSET_|NODE_|VITEST)/.test(name))
  const env = Object.fromEntries(own)
  const child = spawn(process.execPath, [command, 'admin', ...args], { env, cwd: dir, stdio: 'pipe' })
  started.add(child)
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const end = new Promise<End>((resolve) => {
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
  return { child, end }
}

/** What the command says with --json, when it exits with that code. */
async function told(code: number, ...args: readonly string[]) {
  const end = await admin(...args, '--data', data, '--json').end
  expect(end.stderr).toBe('')
  expect(end.code).toBe(code)
  return end.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

/** Fills the folder as it might have been two days ago. */
async function prepare(fill: (bucket: TestBucket) => Promise<void>): Promise<void> {
  const clock = fakeClock(Date.now() - 2 * DAY_MS)
  const opened = await openLocalStoreIn(data, { now: clock.now })
  await fill(await TestBucket.over(opened, clock))
  await opened.close()
}

async function orphan({ store, call }: TestBucket, size: number): Promise<void> {
  async function* body() {
    yield bytesNamed('orphan', size)
  }
  await store.blobs.write(body(), { sizeMax: size, signal: call.signal })
}

/** One kept object, 50,000 bytes that are due, 30,000 that wait, and an orphan of 20,000. */
async function fillWithGarbage(bucket: TestBucket): Promise<void> {
  await bucket.put('kept', bytesNamed('kept', 100_000))
  await bucket.put('due', bytesNamed('due', 50_000))
  await bucket.delete('due')
  await orphan(bucket, 20_000)
  bucket.clock.set(Date.now())
  await bucket.put('waits', bytesNamed('waits', 30_000))
  await bucket.delete('waits')
}

const files = async () => {
  const names = await readdir(data, { recursive: true })
  return names.filter((name) => /[0-9a-f]{32}$/.test(name)).map((name) => join(data, name))
}

/** All of the folder but LMDB's table of readers. */
async function snapshot() {
  const names = (await readdir(data, { recursive: true })).filter((name) => !name.endsWith('lock.mdb')).sort()
  const entries = names.map(async (name) => {
    const path = join(data, name)
    return [name, (await stat(path)).isFile() ? (await readFile(path)).toString('base64') : ''] as const
  })
  return Promise.all(entries)
}

async function audited() {
  const opened = await openLocalStoreIn(data)
  try {
    return await auditExactly(opened.store)
  } finally {
    await opened.close()
  }
}

describe('coset admin', () => {
  it('explains itself, with examples', async () => {
    const whole = await admin('--help').end
    expect([whole.code, whole.stderr]).toEqual([0, ''])
    for (const word of ['reclaim', 'scrub', 'Examples:']) expect(whole.stdout).toContain(word)
    for (const command of ['reclaim', 'scrub']) {
      const help = await admin(command, '--help').end
      expect([help.code, help.stderr]).toEqual([0, ''])
      for (const word of ['--data', '--json', 'Examples:', 'Exit code']) expect(help.stdout).toContain(word)
    }
  })

  it.each([
    ['an unknown command', ['fly']],
    ['an unknown flag', ['reclaim', '--force']],
    ['a rate without a unit', ['scrub', '--rate', '50']],
    ['a rate of nothing', ['scrub', '--rate', '0MiB']],
  ])('refuses %s in one line, with the exit code 2', async (_name, args) => {
    const { code, stdout, stderr } = await admin(...args).end
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^error: [^\n]+\n$/)
  })

  it.each(['reclaim', 'scrub'])('%s makes no folder, and takes none that is not its own', async (command) => {
    const missing = await admin(command, '--data', data).end
    expect(missing).toEqual({ code: 2, stdout: '', stderr: `coset: There is no data folder at ${data}.\n` })
    await writeFile(join(dir, 'thesis.txt'), 'precious')
    const foreign = await admin(command, '--data', dir).end
    expect(foreign.code).toBe(2)
    expect(foreign.stderr).toBe(`coset: The folder ${dir} is no data folder of coset.\n`)
    expect(await readdir(dir)).toEqual(['thesis.txt'])
  })
})

describe('coset admin reclaim', () => {
  it('tells what would be given back, and writes nothing', async () => {
    await prepare(fillWithGarbage)
    const before = await snapshot()
    const [report] = await told(0, 'reclaim', '--dry-run')
    expect(report).toEqual({
      event: 'reclaim',
      dryRun: true,
      shared: false,
      due: { blobs: 1, bytes: 50_000 },
      waiting: { blobs: 1, bytes: 30_000, first: expect.any(String), last: expect.any(String) },
      orphans: { blobs: 1, bytes: 20_000 },
      young: NONE,
      reclaimed: null,
    })
    const waitMs = Date.parse(report.waiting.first) - Date.now()
    expect(waitMs).toBeGreaterThan(0)
    expect(waitMs).toBeLessThanOrEqual(GARBAGE_DELAY_MS)
    expect(await snapshot()).toEqual(before)
  })

  it('gives back what is due, and orphans at once when no server runs', async () => {
    await prepare(fillWithGarbage)
    const [report] = await told(0, 'reclaim')
    expect(report).toMatchObject({ dryRun: false, reclaimed: { blobs: 2, bytes: 70_000 } })
    expect(await files()).toHaveLength(2)
    expect(await audited()).toMatchObject({ versions: 1, garbage: [expect.any(String)] })
    const [again] = await told(0, 'reclaim')
    expect(again).toMatchObject({ due: NONE, orphans: NONE, waiting: { blobs: 1 }, reclaimed: NONE })
  })

  it('beside a server touches only orphans that no request can still claim', async () => {
    await prepare(fillWithGarbage)
    const server = await startServer({ dir: data })
    try {
      const { signal } = new AbortController()
      await server.store.blobs.write(bodyOf(10_000), { sizeMax: 10_000, signal })
      const [report] = await told(0, 'reclaim')
      expect(report).toMatchObject({
        shared: true,
        orphans: { blobs: 1, bytes: 20_000 },
        young: { blobs: 1, bytes: 10_000 },
        reclaimed: { blobs: 1, bytes: 50_000 },
      })
      expect(await files()).toHaveLength(4)
      const [again] = await told(0, 'reclaim', '--dry-run')
      expect(again).toMatchObject({
        orphans: NONE,
        waiting: { blobs: 2, bytes: 50_000 },
        young: { blobs: 1 },
      })
    } finally {
      await server.stop()
    }
  })

  it('says the same in words', async () => {
    await prepare(fillWithGarbage)
    const dry = await admin('reclaim', '--dry-run', '--data', data).end
    expect([dry.code, dry.stderr]).toEqual([0, ''])
    expect(dry.stdout).toMatch(/^due +1 blobs +48\.8 KiB +replaced or deleted$/m)
    expect(dry.stdout).toMatch(/^not due yet +1 blobs +29\.3 KiB +until 20\d\d-[^\n]+Z$/m)
    expect(dry.stdout).toMatch(/^orphans +1 blobs +19\.5 KiB/m)
    expect(dry.stdout).toMatch(/^too young to tell +0 blobs +0 B$/m)
    expect(dry.stdout).toMatch(/\nWould be given back: 2 blobs, 68\.4 KiB\.\n$/)
    const done = await admin('reclaim', '--data', data).end
    expect(done.stdout).toMatch(/\nGiven back: 2 blobs, 68\.4 KiB\.\n$/)
  })
})

describe('coset admin scrub', () => {
  const fill = async (bucket: TestBucket) => {
    await bucket.put('a/large', bytesNamed('large', 100_000))
    await bucket.put('b/small', 'inline')
  }
  const damage = async () => {
    const [file = ''] = await files()
    const bytes = await readFile(file)
    bytes[10] = (bytes[10] ?? 0) ^ 1
    await writeFile(file, bytes)
  }

  it('exits with 0 when everything is whole', async () => {
    await prepare(fill)
    expect(await told(0, 'scrub')).toEqual([{ event: 'scrub', versions: 2, bytes: 100_006, damaged: 0 }])
    const text = await admin('scrub', '--data', data).end
    expect(text).toEqual({ code: 0, stdout: '2 versions read, 97.7 KiB; 0 damaged\n', stderr: '' })
  })

  it('exits with 1 and names what is damaged', async () => {
    await prepare(fill)
    await damage()
    const [first, last] = await told(1, 'scrub')
    expect(first).toEqual({
      event: 'damage',
      bucket: 'bucket-1250000000',
      key: 'a/large',
      versionId: 'null',
      kind: 'unreadable',
      problem: expect.stringContaining('does not have its checksum'),
      blobs: [expect.stringMatching(/^[0-9a-f]{32}$/)],
    })
    expect(last).toMatchObject({ versions: 2, damaged: 1 })
    const text = await admin('scrub', '--data', data).end
    expect(text.code).toBe(1)
    expect(text.stdout).toMatch(/^damaged: "bucket-1250000000\/a\/large" version null: Block 0 of the blob/)
  })

  it('keeps to a bucket and a prefix', async () => {
    await prepare(fill)
    await damage()
    const only = await told(0, 'scrub', '--bucket', 'bucket-1250000000', '--prefix', 'b/')
    expect(only).toMatchObject([{ versions: 1, damaged: 0 }])
    const none = await admin('scrub', '--bucket', 'none-1250000000', '--data', data).end
    expect(none.code).toBe(2)
    expect(none.stderr).toMatch(/^coset: [^\n]*bucket[^\n]*\n$/)
  })

  /** A scrub that has begun, as its first line tells, and will take a while. */
  const underWay = async () => {
    await prepare(fill)
    await damage()
    const scrubbing = admin('scrub', '--rate', '1KiB', '--data', data)
    await new Promise((resolve) => scrubbing.child.stdout?.once('data', resolve))
    return scrubbing
  }

  it('works beside a server, and does not keep one from starting', async () => {
    const { child } = await underWay()
    const server = await startServer({ dir: data })
    try {
      expect(await told(1, 'scrub')).toHaveLength(2)
      expect(child.exitCode).toBeNull()
    } finally {
      await server.stop()
    }
  })

  it('reads the cold folder, and can not do without it', async () => {
    const coldDir = join(dir, 'cold')
    const clock = fakeClock()
    const opened = await openLocalStoreIn(data, { now: clock.now, coldDir })
    const bucket = await TestBucket.over(opened, clock)
    await bucket.put('a/cold', bytesNamed('cold', 50_000), { storageClass: 'ARCHIVE' })
    await opened.close()
    expect(await told(0, 'scrub', '--cold-data', coldDir)).toMatchObject([{ versions: 1, bytes: 50_000 }])
    expect(await told(0, 'reclaim', '--cold-data', coldDir)).toMatchObject([{ orphans: NONE }])
    const without = await admin('scrub', '--data', data).end
    expect(without.code).toBe(2)
    expect(without.stderr).toMatch(/^coset: [^\n]* must be named with --cold-data\.\n$/)
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('ends at once on %s, with %d', async (signal, code) => {
    const { child, end } = await underWay()
    child.kill(signal)
    expect(await end).toMatchObject({ code, stderr: 'coset: It was interrupted.\n' })
  })
})

async function* bodyOf(size: number): AsyncGenerator<Uint8Array> {
  yield bytesNamed('young', size)
}
