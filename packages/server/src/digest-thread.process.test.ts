import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { loadCrc64 } from '@coset/protocol'
import { describe, expect, it } from 'vitest'
import type * as DigestThread from './digest-thread.js'

// A thread runs built code only, so this looks at the build, which `npm run check` and `npm test` make first.
const built = new URL('../dist/digest-thread.js', import.meta.url)

describe.skipIf(!existsSync(built))('the digest thread (skipped where nothing is built)', () => {
  const load = async () => (await import(/* @vite-ignore */ built.href)) as typeof DigestThread
  const MIB = 1024 * 1024

  async function* chunks(bytes: Buffer, size: number) {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }

  async function expected(bytes: Buffer, wantsSha1: boolean) {
    const crc64 = (await loadCrc64()).of(bytes)
    const hex = (name: string) => createHash(name).update(bytes).digest('hex')
    return { md5: hex('md5'), sha1: wantsSha1 ? hex('sha1') : undefined, crc64 }
  }

  it.each([
    ['in chunks that fill slots exactly', 64 * 1024],
    ['in chunks that straddle slots', 100_003],
    ['in chunks larger than a slot', 3 * MIB],
  ])('tells what hashing at once tells, %s', async (_name, size) => {
    const create = await (await load()).threadedDigester()
    const bytes = Buffer.alloc(9 * MIB + 17, Buffer.from('seventeen bytes!!'))
    const digester = create({ sha1: true, length: bytes.length })
    for await (const chunk of chunks(bytes, size)) await digester.update(chunk)
    expect(await digester.digest()).toEqual(await expected(bytes, true))
  })

  it('keeps many bodies apart, more than there are slots, some of them given up', async () => {
    const create = await (await load()).threadedDigester()
    const bodies = Array.from({ length: 48 }, (_, at) => Buffer.alloc(3 * MIB + at * 1001, `body ${at} `))
    const digests = await Promise.all(
      bodies.map(async (bytes, at) => {
        const digester = create({ sha1: false, length: undefined })
        for await (const chunk of chunks(bytes, 65_521)) await digester.update(Buffer.from(chunk))
        if (at % 5 === 4) {
          digester.discard()
          return undefined
        }
        return digester.digest()
      }),
    )
    for (const [at, bytes] of bodies.entries()) {
      expect(digests[at]).toEqual(at % 5 === 4 ? undefined : await expected(bytes, false))
    }
  })

  it('digests a small body where it is', async () => {
    const create = await (await load()).threadedDigester()
    const bytes = Buffer.from('small')
    const digester = create({ sha1: true, length: bytes.length })
    await digester.update(bytes)
    expect(await digester.digest()).toEqual(await expected(bytes, true))
  })
})
