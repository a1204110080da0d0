// SELECT at a server in a process of its own: what it costs that process, and what is left when it is killed.
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CosClient } from '@coset/sdk'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { buildServer, type ServerProcess, startServerProcess } from '../../faults/crash-server.js'

const MIB = 1024 * 1024
const Bucket = 'select-1250000000'
const LINE = 'some name,12345,another field of the line,2024-05-06T07:08:09Z\n'

interface Process {
  readonly pid: number
  readonly parent: number
  readonly residentBytes: number
  readonly command: string
}

async function processes(): Promise<Process[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const read = (name: string, file: string) => readFile(`/proc/${name}/${file}`, 'latin1').catch(() => '')
  const all = await Promise.all(
    names.map(async (name) => {
      const [status, command] = [await read(name, 'status'), await read(name, 'cmdline')]
      const field = (key: string) => Number(new RegExp(`^${key}:\\s*(\\d+)`, 'm').exec(status)?.[1] ?? 0)
      return { pid: Number(name), parent: field('PPid'), residentBytes: field('VmRSS') * 1024, command }
    }),
  )
  // One that has ended and is not collected yet has no memory.
  return all.filter(({ residentBytes }) => residentBytes > 0)
}

describe.skipIf(!existsSync('/proc/self/status'))('a server process', () => {
  let dir: string
  let server: ServerProcess
  let cos: CosClient
  beforeAll(buildServer, 180_000)
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'coset-select-process-'))
    process.env.COSET_SELECT_SPOOL = dir
    await start()
  })
  afterEach(async () => {
    await cos.close()
    await server.stop()
    await rm(dir, { recursive: true })
    delete process.env.COSET_SELECT_SPOOL
  })

  async function start(): Promise<void> {
    server = await startServerProcess(join(dir, 'data'))
    const { url, secretId: SecretId, secretKey: SecretKey } = server.access
    cos = new CosClient({ Endpoint: new URL(url).host, Scheme: 'http', SecretId, SecretKey, Retries: 0 })
  }

  const serving = async () =>
    (await processes()).find(
      ({ command, parent }) => parent === process.pid && command.includes(join(dir, 'data')),
    )
  const workersOf = async (parent: number) =>
    (await processes()).filter((one) => one.parent === parent && one.command.includes('worker/main.js'))
  const spooled = async () => (await readdir(dir)).filter((name) => name.startsWith('coset-select-'))
  const ask = (Key: string, Expression: string) =>
    cos.selectObjectContent({
      Bucket,
      Key,
      Expression,
      InputSerialization: { CSV: {} },
      OutputSerialization: { CSV: {} },
    })

  it('grows by less than 50 MiB over an object of 256 MiB, and each query stays within 512 MiB', async () => {
    await cos.putBucket({ Bucket })
    const piece = Buffer.from(LINE.repeat(Math.floor((8 * MIB) / LINE.length)))
    async function* content() {
      for (let at = 0; at < 32; at++) yield piece
    }
    await cos.upload({ Bucket, Key: 'large', Body: content() })
    await (await ask('large', 'SELECT * FROM COSObject LIMIT 1')).Body.text()
    const before = await serving()
    let most = 0
    let mostOfWorkers = 0
    let isOver = false
    const watching = (async () => {
      while (!isOver) {
        const pid = before?.pid ?? 0
        most = Math.max(most, ((await serving())?.residentBytes ?? 0) - (before?.residentBytes ?? 0))
        for (const { residentBytes } of await workersOf(pid))
          mostOfWorkers = Math.max(mostOfWorkers, residentBytes)
        await new Promise((resolve) => setTimeout(resolve, 30))
      }
    })()
    const results = await Promise.all([
      ask('large', `SELECT COUNT(*) FROM COSObject s WHERE s._2 = '12345'`).then(({ Body }) => Body.text()),
      ask('large', 'SELECT s._1 FROM COSObject s').then(async ({ Body }) => {
        let bytes = 0
        for await (const event of Body) if (event.type === 'records') bytes += event.bytes.length
        return bytes
      }),
    ])
    isOver = true
    await watching
    const lines = (piece.length / LINE.length) * 32
    expect(results).toEqual([`${lines}\n`, lines * 'some name\n'.length])
    console.info(`The server grew by ${most / MIB} MiB, a query took ${mostOfWorkers / MIB} MiB at most.`)
    expect(most).toBeLessThan(50 * MIB)
    expect(mostOfWorkers).toBeGreaterThan(0)
    expect(mostOfWorkers).toBeLessThan(512 * MIB)
  }, 120_000)

  it('that is killed takes its queries with it, and the next removes what they left', async () => {
    await cos.putBucket({ Bucket })
    await cos.putObject({ Bucket, Key: 'k', Body: LINE.repeat(100_000) })
    const { Body } = await ask('k', 'SELECT * FROM COSObject')
    const pid = (await serving())?.pid ?? 0
    const workers = (await workersOf(pid)).map((one) => one.pid)
    expect(workers.length).toBeGreaterThan(0)
    expect(await spooled()).toHaveLength(1)
    await server.kill()
    await Body.text().catch(() => undefined)
    const alive = async () => (await processes()).filter((one) => workers.includes(one.pid))
    await expect.poll(alive, { timeout: 5000 }).toEqual([])
    await start()
    await (await ask('k', 'SELECT COUNT(*) FROM COSObject')).Body.text()
    expect(await spooled()).toEqual([expect.stringContaining(`-${(await serving())?.pid}-`)])
    await server.stop()
    expect(await spooled()).toEqual([])
    await start()
  }, 60_000)
})
