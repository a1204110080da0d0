import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadCredential, newCredential } from './credentials.js'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'coset-credentials-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

describe('loadCredential', () => {
  it('makes a pair once and keeps it', async () => {
    const made = await loadCredential(dir)
    expect(made.file).toBe(join(dir, 'credentials.json'))
    expect(await loadCredential(dir)).toEqual(made)
    expect(JSON.parse(await readFile(made.file, 'utf8'))).toEqual({
      secretId: made.secretId,
      secretKey: made.secretKey,
    })
  })

  it.skipIf(process.platform === 'win32')('lets no one else read it', async () => {
    const { file } = await loadCredential(dir)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  it('reads a pair that was written by hand', async () => {
    const pair = { secretId: 'AKIDmine', secretKey: 'my secret' }
    await writeFile(join(dir, 'credentials.json'), JSON.stringify({ ...pair, note: 'ignored' }))
    expect(await loadCredential(dir)).toMatchObject(pair)
  })

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{"secretId":"a"}',
    '{"secretId":"a","secretKey":""}',
    '{"secretId":1,"secretKey":2}',
  ])('refuses %j and does not overwrite it', async (text) => {
    const file = join(dir, 'credentials.json')
    await writeFile(file, text)
    await expect(loadCredential(dir)).rejects.toThrow('is not a key pair')
    expect(await readFile(file, 'utf8')).toBe(text)
  })

  it('fails where there is no folder', async () => {
    await expect(loadCredential(join(dir, 'none'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('newCredential', () => {
  it('has the form of COS, and is another each time', () => {
    const [one, two] = [newCredential(), newCredential()]
    expect(one.secretId).toMatch(/^AKID[A-Za-z0-9]{32}$/)
    expect(one.secretKey).toMatch(/^[A-Za-z0-9]{32}$/)
    expect(one).not.toEqual(two)
  })
})
