// Large content on its way out, in memory that serves again while the socket is slow or gone.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { CosClient } from '@coset/sdk'
import { startServer, type TestServer } from '@coset/server/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const MIB = 1024 * 1024
const Bucket = 'lent-1250000000'
const content = randomBytes(12 * MIB)

describe.each(['memory', 'local'] as const)('a large download from %s', (storage) => {
  let server: TestServer
  let url: string
  const logged: unknown[] = []
  beforeEach(async () => {
    logged.length = 0
    const log = { debug() {}, info() {}, warn() {}, error: (...line: unknown[]) => logged.push(line) }
    server = await startServer({ storage, log })
    const cos = new CosClient({ ...server.clientOptions })
    await cos.putBucket({ Bucket })
    await cos.putObject({ Bucket, Key: 'large', Body: content, ACL: 'public-read' })
    await cos.close()
    url = `${server.url}/${Bucket}/large`
  })
  afterEach(() => server.stop())

  async function started(): Promise<IncomingMessage> {
    const request = get(url)
    const [reply] = (await once(request, 'response')) as [IncomingMessage]
    expect(reply.statusCode).toBe(200)
    return reply
  }

  it('is whole for a client that stops now and then', async () => {
    const reply = await started()
    const chunks: Buffer[] = []
    let received = 0
    for await (const chunk of reply as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      const before = received
      received += chunk.length
      if (Math.floor(before / (4 * MIB)) !== Math.floor(received / (4 * MIB))) await sleep(30)
    }
    expect(Buffer.concat(chunks).equals(content)).toBe(true)
  })

  it('is whole for one beside others that leave amid it', async () => {
    const leaving = Array.from({ length: 4 }, async () => {
      const reply = await started()
      await once(reply, 'data')
      reply.destroy()
    })
    const chunks: Buffer[] = []
    for await (const chunk of (await started()) as AsyncIterable<Buffer>) chunks.push(chunk)
    await Promise.all(leaving)
    expect(Buffer.concat(chunks).equals(content)).toBe(true)
    await sleep(50)
    expect(logged).toEqual([])
  })
})
