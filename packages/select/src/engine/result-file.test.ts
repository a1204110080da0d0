import { spawnSync } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RESULT_FILE, WRITTEN_FILES, type WrittenMessage, writtenName } from '../messages.js'
import { ResultFile } from './result-file.js'

const { name, slots, slotBytes } = RESULT_FILE

describe('the file of results', () => {
  let folder: string
  let file: ResultFile
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'coset-results-'))
    file = new ResultFile(folder)
  })
  afterEach(async () => {
    await file.close()
    await rm(folder, { recursive: true })
  })

  it('is read slot by slot', async () => {
    const content = Buffer.concat([
      Buffer.alloc(slotBytes, 'a'),
      Buffer.alloc(slotBytes, 'b'),
      Buffer.from('c'),
    ])
    await writeFile(join(folder, name), content)
    expect(Buffer.from(await file.read({ slot: 1, length: slotBytes })).toString()).toBe(
      'b'.repeat(slotBytes),
    )
    expect(Buffer.from(await file.read({ slot: 0, length: 3 })).toString()).toBe('aaa')
    expect(Buffer.from(await file.read({ slot: 2, length: 1 })).toString()).toBe('c')
  })

  it.each([
    ['a slot that it does not have', { slot: slots, length: 1 }],
    ['a slot before the first', { slot: -1, length: 1 }],
    ['half a slot', { slot: 0.5, length: 1 }],
    ['more than a slot', { slot: 0, length: slotBytes + 1 }],
    ['nothing', { slot: 0, length: 0 }],
    ['what is no number', { slot: 0, length: Number.NaN }],
    ['what was not written', { slot: 0, length: 4 }],
  ])('is not read for %s', async (_name, stored) => {
    await writeFile(join(folder, name), 'abc')
    await expect(file.read(stored)).rejects.toMatchObject({ code: 'InternalError' })
  })

  it('is not followed out of its folder', async () => {
    await writeFile(join(folder, 'elsewhere'), 'secret')
    await symlink(join(folder, 'elsewhere'), join(folder, name))
    await expect(file.read({ slot: 0, length: 3 })).rejects.toMatchObject({ code: 'ELOOP' })
  })

  describe('that was written as a whole', () => {
    /** What each piece is, and whether it was the last. */
    async function read(part: WrittenMessage): Promise<readonly (readonly [string, boolean])[]> {
      const pieces: (readonly [string, boolean])[] = []
      for await (const { bytes, isLast } of file.readWritten(part))
        pieces.push([Buffer.from(bytes).toString(), isLast])
      return pieces
    }

    it('is read in pieces, also anew', async () => {
      const path = join(folder, writtenName(1))
      await writeFile(path, `${'a'.repeat(slotBytes)}${'b'.repeat(slotBytes)}cd`)
      expect(await read({ number: 1, start: 1, length: 2 * slotBytes })).toEqual([
        [`${'a'.repeat(slotBytes - 1)}b`, false],
        [`${'b'.repeat(slotBytes - 1)}c`, true],
      ])
      await rm(path)
      await writeFile(path, 'other')
      expect(await read({ number: 1, start: 1, length: 2 })).toEqual([['th', true]])
    })

    it.each([
      ['more than is in it', { number: 0, start: 0, length: 4 }],
      ['what stands behind its end', { number: 0, start: 3, length: 1 }],
      ['what stands before its beginning', { number: 0, start: -1, length: 1 }],
      ['what stands behind all numbers', { number: 0, start: Number.MAX_SAFE_INTEGER, length: 1 }],
      ['nothing', { number: 0, start: 0, length: 0 }],
      ['more than a part', { number: 0, start: 0, length: WRITTEN_FILES.partBytes + 1 }],
      ['a number that it does not have', { number: WRITTEN_FILES.filesMax, start: 0, length: 1 }],
      ['a number before the first', { number: -1, start: 0, length: 1 }],
      ['a name', { number: '0/../../secret' as unknown as number, start: 0, length: 1 }],
    ])('is not read for %s', async (_name, part) => {
      await writeFile(join(folder, writtenName(0)), 'abc')
      await expect(read(part)).rejects.toMatchObject({ code: 'InternalError' })
    })

    it('is not followed out of its folder', async () => {
      await writeFile(join(folder, 'elsewhere'), 'secret')
      await symlink(join(folder, 'elsewhere'), join(folder, writtenName(0)))
      await expect(read({ number: 0, start: 0, length: 3 })).rejects.toMatchObject({ code: 'ELOOP' })
    })

    it('is not waited for where it is none', async () => {
      const made = spawnSync('mkfifo', [join(folder, writtenName(0))])
      if (made.status !== 0) return
      await expect(read({ number: 0, start: 0, length: 3 })).rejects.toMatchObject({ code: 'InternalError' })
    })
  })
})
