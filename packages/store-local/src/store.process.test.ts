// Several processes on one folder: what one was told is durable, the others see at once.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'rolldown'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openLocalStore } from './open.js'

// Below node_modules, so that the bundle finds the native addon it leaves out.
const bundleDir = fileURLToPath(
  new URL(`../../../node_modules/.cache/coset-store-local-${process.pid}/`, import.meta.url),
)
const bundle = join(bundleDir, 'index.mjs')
const bytes = (text: string) => new TextEncoder().encode(text)

const PEER = `
  const { openLocalStore } = await import(process.argv[1])
  const [dir, role] = process.argv.slice(2)
  const store = await openLocalStore({ dir, role })
  const metadata = store.metadata
  const key = Buffer.from('counter')
  const commands = {
    put: (name, value) => metadata.commit({
      checks: [], writes: [{ kind: 'put', key: Buffer.from(name), value: Buffer.from(value) }],
    }),
    get: async (name) => Buffer.from((await metadata.read([Buffer.from(name)]))[0]?.value ?? []).toString(),
    increment: async (times) => {
      for (let done = 0; done < times; ) {
        const [entry] = await metadata.read([key])
        const value = Buffer.from(String(Number(Buffer.from(entry?.value ?? []).toString()) + 1))
        const checks = [{ kind: 'unchanged', key, stamp: entry?.stamp ?? null }]
        if ((await metadata.commit({ checks, writes: [{ kind: 'put', key, value }] })).ok) done++
      }
    },
    flood: async () => {
      for (let n = 0; ; n++) await commands.put('flood' + (n % 50), 'x'.repeat(5000))
    },
    close: () => store.close().then(() => process.disconnect()),
  }
  process.on('message', async ([name, ...rest]) => {
    const answer = await commands[name](...rest)
    if (process.connected) process.send({ answer: typeof answer === 'string' ? answer : 'done' })
  })
  process.send({ answer: 'ready' })
`

class Peer {
  readonly process: ChildProcess
  constructor(dir: string, role: string) {
    const args = ['--input-type=module', '-e', PEER, pathToFileURL(bundle).href, dir, role]
    this.process = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  }
  async answer(): Promise<string> {
    const [message] = (await once(this.process, 'message')) as [{ answer: string }]
    return message.answer
  }
  ask(...command: readonly (string | number)[]): Promise<string> {
    const answer = this.answer()
    this.process.send(command)
    return answer
  }
  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return
    this.process.kill('SIGKILL')
    await once(this.process, 'exit')
  }
}

describe('processes on one folder', () => {
  let dir: string
  let peers: Peer[]
  beforeAll(async () => {
    await build({
      input: fileURLToPath(new URL('index.ts', import.meta.url)),
      external: ['lmdb'],
      platform: 'node',
      resolve: { conditionNames: ['coset-source', 'node', 'import', 'default'] },
      output: { file: bundle },
      logLevel: 'silent',
    })
  })
  afterAll(() => rm(bundleDir, { recursive: true, force: true }))
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'coset-processes-'))
    peers = []
  })
  afterEach(async () => {
    await Promise.all(peers.map((peer) => peer.kill()))
    await rm(dir, { recursive: true, force: true })
  })

  const start = async (role: string) => {
    const peer = new Peer(dir, role)
    peers.push(peer)
    expect(await peer.answer()).toBe('ready')
    return peer
  }

  it('sees every acknowledged commit of another process at once, and is seen', async () => {
    const local = await openLocalStore({ dir })
    const peer = await start('worker')
    for (let n = 0; n < 40; n++) {
      await peer.ask('put', 'theirs', `t${n}`)
      const [theirs] = await local.metadata.read([bytes('theirs')])
      expect(Buffer.from(theirs?.value ?? []).toString()).toBe(`t${n}`)
      const writes = [{ kind: 'put', key: bytes('ours'), value: bytes(`o${n}`) }] as const
      const result = await local.metadata.commit({ checks: [], writes })
      expect(result.ok && theirs !== undefined && result.stamp > theirs.stamp).toBe(true)
      expect(await peer.ask('get', 'ours')).toBe(`o${n}`)
    }
    await local.close()
  })

  it('loses no increment among three processes', async () => {
    const all = await Promise.all([start('owner'), start('worker'), start('worker')])
    await Promise.all(all.map((peer) => peer.ask('increment', 60)))
    expect(await all[0]?.ask('get', 'counter')).toBe('180')
  })

  it('goes on when a process is killed in the middle of its commits', async () => {
    const local = await openLocalStore({ dir })
    for (let n = 0; n < 4; n++) {
      const peer = await start('worker')
      void peer.ask('flood').catch(() => {})
      for (let i = 0; i < 10; i++) {
        await local.metadata.commit({ checks: [], writes: [{ kind: 'add', key: bytes('n'), delta: 1n }] })
      }
      await peer.kill()
    }
    await local.metadata.commit({ checks: [], writes: [{ kind: 'add', key: bytes('n'), delta: 1n }] })
    const [entry] = await local.metadata.read([bytes('n')])
    expect(Buffer.from(entry?.value ?? []).readBigInt64BE(0)).toBe(41n)
    await local.close()
  })

  it('is not alone while its owner or a worker without an owner lives', async () => {
    const owner = await start('owner')
    const local = await openLocalStore({ dir, role: 'worker' })
    expect(local.isAlone()).toBe(false)
    const worker = await start('worker')
    await worker.ask('get', 'a')
    await owner.kill()
    expect(local.isAlone()).toBe(false)
    await worker.kill()
    expect(local.isAlone()).toBe(true)
    await local.close()
  })

  it('refuses a folder whose owner lives, and takes it over once the owner was killed', async () => {
    const owner = await start('owner')
    await owner.ask('put', 'a', '1')
    await expect(openLocalStore({ dir })).rejects.toThrow(
      `The data folder ${dir} is in use by process ${owner.process.pid}.`,
    )
    await owner.kill()
    const local = await openLocalStore({ dir })
    expect((await local.metadata.read([bytes('a')]))[0]?.value).toEqual(bytes('1'))
    await local.close()
  })
})
