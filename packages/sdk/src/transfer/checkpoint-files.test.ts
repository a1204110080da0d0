import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkpointFolder, fileCheckpoints } from './checkpoint-files.js'
import { LatestWriter } from './latest-writer.js'
import { temporaryPath } from './temporary-file.js'

let folder: string
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'coset-checkpoints-')), 'deep', 'er')
})
afterEach(() => rm(join(folder, '..', '..'), { recursive: true, force: true }))

const ID = ['upload', 'bucket', 'key']
const files = () => readdir(folder)

async function fileWith(ending: string): Promise<string> {
  const name = (await files()).find((found) => found.endsWith(ending))
  if (name === undefined) throw new Error(`no file ${ending}`)
  return join(folder, name)
}

describe('a checkpoint', () => {
  it('is what the run before saved', async () => {
    const first = await fileCheckpoints(folder).open(ID)
    expect(first.saved).toBeUndefined()
    await first.save({ version: 1, parts: [1] })
    await first.save({ version: 1, parts: [1, 2] })
    await first.release()
    const second = await fileCheckpoints(folder).open(ID)
    expect(second.saved).toEqual({ version: 1, parts: [1, 2] })
    await second.clear()
    await second.release()
    expect(await files()).toEqual([])
    const third = await fileCheckpoints(folder).open(ID)
    expect(third.saved).toBeUndefined()
    await third.release()
  })

  it('is known to be there without being opened', async () => {
    const store = fileCheckpoints(folder)
    expect(await store.has(ID)).toBe(false)
    const first = await store.open(ID)
    expect(await store.has(ID)).toBe(false)
    await first.save({ version: 1 })
    expect(await store.has(ID)).toBe(true)
    await first.clear()
    expect(await store.has(ID)).toBe(false)
    await first.release()
  })

  it('leaves nothing of a run that was killed while it wrote', async () => {
    const first = await fileCheckpoints(folder).open(ID)
    await first.save({ version: 1 })
    await first.release()
    await writeFile(`${await fileWith('.json')}.new`, '{"versi')
    const second = await fileCheckpoints(folder).open(ID)
    expect(second.saved).toEqual({ version: 1 })
    await second.save({ version: 1, parts: [1] })
    await second.clear()
    await second.release()
    expect(await files()).toEqual([])
  })

  it('belongs to one transfer', async () => {
    const one = await fileCheckpoints(folder).open(ID)
    await one.save({ version: 1 })
    const other = await fileCheckpoints(folder).open(['upload', 'bucket', 'key2'])
    expect(other.saved).toBeUndefined()
    await Promise.all([one.release(), other.release()])
  })

  it.each(['', '{"version":1', '[]x', '7', 'null'])('that was damaged is none: %s', async (text) => {
    const first = await fileCheckpoints(folder).open(ID)
    await first.save({ version: 1 })
    await first.release()
    await writeFile(await fileWith('.json'), text)
    const second = await fileCheckpoints(folder).open(ID)
    expect(second.saved).toBeUndefined()
    await second.release()
  })

  it('is for its owner alone', async () => {
    const checkpoint = await fileCheckpoints(folder).open(ID)
    await checkpoint.save({ version: 1 })
    expect((await stat(await fileWith('.json'))).mode & 0o077).toBe(0)
    expect((await stat(folder)).mode & 0o077).toBe(0)
    await checkpoint.release()
  })

  it('that nobody came back for goes after a month, with its half of a download', async () => {
    const download = temporaryPath(join(folder, '..', 'wanted.bin'))
    const innocent = join(folder, '..', 'innocent.bin')
    for (const [key, temporaryFile] of [
      ['a', download],
      ['b', innocent],
    ] as const) {
      const checkpoint = await fileCheckpoints(folder).open([key])
      await checkpoint.save({ version: 1, temporaryFile })
      await checkpoint.release()
      await writeFile(temporaryFile, 'half')
    }
    const old = new Date(Date.now() - 31 * 24 * 3600 * 1000)
    for (const name of await files()) await utimes(join(folder, name), old, old)
    await (await fileCheckpoints(folder).open(ID)).release()
    expect(await files()).toEqual([])
    await expect(stat(download)).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await readFile(innocent, 'utf8')).toBe('half')
  })

  it('tells a folder that can not be written', async () => {
    await writeFile(join(folder, '..', '..', 'file'), '')
    const broken = fileCheckpoints(join(folder, '..', '..', 'file'))
    await expect(broken.open(ID)).rejects.toMatchObject({
      kind: 'file',
      message: expect.stringMatching(/checkpoint/),
    })
  })

  it('fails to save where the disk refuses, and can be released all the same', async () => {
    const checkpoint = await fileCheckpoints(folder).open(ID)
    await rm(folder, { recursive: true })
    await expect(checkpoint.save({ version: 1 })).rejects.toMatchObject({ kind: 'file' })
    await checkpoint.release()
  })
})

describe('the lock of a checkpoint', () => {
  it('keeps a second call out until the first is done', async () => {
    const first = await fileCheckpoints(folder).open(ID)
    await expect(fileCheckpoints(folder).open(ID)).rejects.toMatchObject({
      kind: 'locked',
      message: expect.stringContaining(`Process ${process.pid}`),
    })
    await first.release()
    await (await fileCheckpoints(folder).open(ID)).release()
  })

  it('lets one of many in', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 20 }, () => fileCheckpoints(folder).open(ID)))
    const winners = tries.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    expect(winners).toHaveLength(1)
    await winners[0]?.release()
    expect(await files()).toEqual([])
  })

  it('keeps another process out while that lives, and not after it was killed', async () => {
    const child = spawn('sleep', ['60'])
    await once(child, 'spawn')
    await (await fileCheckpoints(folder).open(ID)).release()
    const lock = await lockFile({ pid: child.pid ?? 0 })
    await expect(fileCheckpoints(folder).open(ID)).rejects.toMatchObject({ kind: 'locked' })
    child.kill('SIGKILL')
    await once(child, 'exit')
    const checkpoint = await fileCheckpoints(folder).open(ID)
    expect(JSON.parse(await readFile(lock, 'utf8'))).toMatchObject({ pid: process.pid })
    await checkpoint.release()
    expect(await files()).toEqual([])
  })

  it.runIf(process.platform === 'linux')('knows that a process id was given to another', async () => {
    await lockFile({ pid: process.ppid, started: 'an earlier boot:1' })
    await (await fileCheckpoints(folder).open(ID)).release()
  })

  it.runIf(process.platform === 'linux')(
    'does not wait for a killed process that nobody collects',
    async () => {
      const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'])
      const [printed] = (await once(parent.stdout, 'data')) as [Buffer]
      const pid = Number(printed.toString())
      const stateOf = async () =>
        (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? []
      await expect.poll(async () => (await stateOf())[0]).toBe('Z')
      const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
      await lockFile({ pid, started: `${boot}:${(await stateOf())[19]}` })
      await (await fileCheckpoints(folder).open(ID)).release()
      parent.kill()
    },
  )

  it('of another machine is respected', async () => {
    await lockFile({ pid: 2 ** 22 + 1, host: 'elsewhere' })
    await expect(fileCheckpoints(folder).open(ID)).rejects.toMatchObject({
      kind: 'locked',
      message: expect.stringContaining('elsewhere'),
    })
  })

  it('that was never finished is respected while it is young', async () => {
    const lock = await lockFile('')
    await expect(fileCheckpoints(folder).open(ID)).rejects.toMatchObject({ kind: 'locked' })
    const before = new Date(Date.now() - 60_000)
    await utimes(lock, before, before)
    await (await fileCheckpoints(folder).open(ID)).release()
  })
})

/** Writes a lock as another process would. */
async function lockFile(owner: '' | Readonly<Record<string, unknown>>): Promise<string> {
  const own = await fileCheckpoints(folder).open(ID)
  const path = await fileWith('.lock')
  await own.release()
  const text = owner === '' ? '' : JSON.stringify({ host: hostname(), token: 'another', ...owner })
  await writeFile(path, text)
  await chmod(path, 0o600)
  return path
}

describe('the folder of checkpoints', () => {
  it('is where the system keeps state', () => {
    expect(checkpointFolder({ XDG_STATE_HOME: '/state' }, 'linux')).toBe('/state/coset/transfers')
    expect(checkpointFolder({ XDG_STATE_HOME: 'relative' }, 'linux')).toMatch(
      /\.local.state.coset.transfers$/,
    )
    expect(checkpointFolder({ LOCALAPPDATA: '/local' }, 'win32')).toBe('/local/coset/transfers')
    expect(checkpointFolder({}, 'win32')).toMatch(/\.local.state.coset.transfers$/)
  })
})

describe('a writer of the latest', () => {
  it('writes in order, skips what was overtaken, and tells each whether its value arrived', async () => {
    const written: number[] = []
    let fail = false
    const writer = new LatestWriter<number>(async (value) => {
      await new Promise((resolve) => setImmediate(resolve))
      if (fail) throw new Error(`not ${value}`)
      written.push(value)
    })
    await Promise.all([1, 2, 3, 4].map((value) => writer.write(value)))
    expect(written).toEqual([1, 4])
    fail = true
    const failing = writer.write(5)
    fail = false
    const next = writer.write(6)
    fail = true
    await expect(failing).rejects.toThrow('not 5')
    fail = false
    await next
    await writer.settled()
    expect(written).toEqual([1, 4, 6])
  })
})
