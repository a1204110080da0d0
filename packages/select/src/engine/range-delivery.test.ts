import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Span } from '../parquet/footer.js'
import type { RangedSource } from './object-source.js'
import { RangeDelivery } from './range-delivery.js'

const BYTES = Buffer.from('0123456789abcdefghij')
const { signal } = new AbortController()

let folder: string
const opened: RangeDelivery[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coset-ranges-'))
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((delivery) => delivery.close()))
  await rm(folder, { recursive: true })
})

async function* inBits({ start, end }: Span): AsyncGenerator<Uint8Array> {
  // Memory that serves again, as that of a store may.
  const chunk = Buffer.alloc(3)
  for (let at = start; at < end; at += chunk.length) {
    chunk.fill(BYTES.subarray(at, Math.min(end, at + 3)))
    yield chunk.subarray(0, Math.min(3, end - at))
  }
}

function open(source: Partial<RangedSource> = {}, bytesMax = 1000): RangeDelivery {
  const whole = { size: BYTES.length, read: inBits, ...source }
  const delivery = new RangeDelivery({ source: whole, folder, filesMax: 2, bytesMax })
  opened.push(delivery)
  return delivery
}

describe('parts of an object', () => {
  it('that begin in its first page stand in a file where they stand in the object', async () => {
    const spans = [
      { start: 2, end: 7 },
      { start: 10, end: 11 },
    ]
    const file = await open().deliver(spans, signal)
    expect(file).toMatchObject({ length: 6, isFirst: false })
    expect((await readFile(file.path)).toString()).toBe('\0\x0023456\0\0\0a')
    expect((await stat(file.path)).mode & 0o777).toBe(0o600)
  })

  it('come in any number, a few at a time', async () => {
    const spans = Array.from(BYTES.keys(), (start) => ({ start, end: start + 1 }))
    const { path, length } = await open().deliver(spans, signal)
    expect(length).toBe(BYTES.length)
    expect(await readFile(path)).toEqual(BYTES)
  })

  it('go into files that were given back, of which nothing is left behind them', async () => {
    const delivery = open()
    const first = await delivery.deliver([{ start: 0, end: 20 }], signal)
    const second = await delivery.deliver([{ start: 0, end: 1 }], signal)
    delivery.give(first.path)
    const third = await delivery.deliver([{ start: 3, end: 5 }], signal)
    expect(third.path).toBe(first.path)
    expect((await readFile(third.path)).toString().slice(3)).toBe('34')
    expect((await readFile(second.path)).toString()).toBe('0')
  })

  it.each([
    ['behind its end', [{ start: 19, end: 21 }]],
    ['before its begin', [{ start: -1, end: 2 }]],
    ['that are empty', [{ start: 3, end: 3 }]],
    ['that end before they begin', [{ start: 5, end: 3 }]],
    ['of no whole number', [{ start: 0.5, end: 3 }]],
    ['in too many pieces', new Array(10_001).fill({ start: 0, end: 1 })],
  ])('%s are none', async (_name, spans) => {
    await expect(open().deliver(spans, signal)).rejects.toThrow('no parts of the object')
  })

  it('are not more than a server reads at once', async () => {
    const asked = open({}, 5).deliver([{ start: 0, end: 6 }], signal)
    await expect(asked).rejects.toMatchObject({ code: 'Overload' })
  })

  it('are not read over and over', async () => {
    const size = 1024 * 1024
    const delivery = open(
      {
        size,
        read: async function* () {
          yield Buffer.alloc(size)
        },
      },
      size,
    )
    const ask = async () => delivery.give((await delivery.deliver([{ start: 0, end: size }], signal)).path)
    for (let time = 0; time < 5; time++) await ask()
    await expect(ask()).rejects.toMatchObject({ code: 'ParquetParsingError' })
  })

  it.each([
    ['less', 'abc'],
    ['more', 'abcdefg'],
  ])('that come as %s than they are fail', async (_name, content) => {
    const read = async function* () {
      yield Buffer.from(content)
    }
    await expect(open({ read }).deliver([{ start: 0, end: 5 }], signal)).rejects.toThrow('length')
  })

  it('fail with what the source fails with, or with the reason of the signal', async () => {
    const read = async function* () {
      yield Buffer.from('a')
      throw new Error('the disk is gone')
    }
    const delivery = open({ read })
    await expect(delivery.deliver([{ start: 0, end: 5 }], signal)).rejects.toThrow('the disk is gone')
    const stopped = AbortSignal.abort(new Error('enough'))
    await expect(delivery.deliver([{ start: 0, end: 5 }], stopped)).rejects.toThrow('enough')
  })

  it('wait for no file that is never given back', async () => {
    const delivery = open()
    const one = [{ start: 0, end: 1 }]
    await delivery.deliver(one, signal)
    await delivery.deliver(one, signal)
    await expect(delivery.deliver(one, signal)).rejects.toThrow('as many files')
  })
})
