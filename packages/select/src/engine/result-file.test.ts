import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RESULT_FILE } from '../messages.js'
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
})
