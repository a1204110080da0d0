// Folders of encrypted objects: up, down, and nothing twice that did not change.
import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CosEncryptionClient, EncryptionSettings } from '@coset/sdk/encryption'
import { beforeAll, describe, expect, it } from 'vitest'
import { digest, MIB, random, withVault } from './vault.js'

const vault = withVault()
const FORMATS: readonly EncryptionSettings[] = [{ format: 'sealed' }, { format: 'python' }]

describe.each(FORMATS)('a folder of the format $format', (settings) => {
  let cos: CosEncryptionClient
  let from: string
  let to: string
  const files = {
    'a.txt': random(1000),
    'deep/b.bin': random(3 * MIB),
    'deep/large': random(21 * MIB),
    empty: random(0),
  }
  const Prefix = `folder-${settings.format}`
  beforeAll(async () => {
    cos = vault.at.client({ settings })
    from = join(vault.at.folder, `from-${settings.format}`)
    to = join(vault.at.folder, `to-${settings.format}`)
    await mkdir(join(from, 'deep'), { recursive: true })
    await mkdir(join(from, 'nothing'))
    // Servers tell whole seconds: what is older than that is surely older than its object.
    for (const [name, content] of Object.entries(files)) await write(name, content)
  })

  async function write(name: string, content: Uint8Array, agoSeconds = 10) {
    const path = join(from, name)
    await writeFile(path, content)
    const then = Date.now() / 1000 - agoSeconds
    await utimes(path, then, then)
  }
  const up = () =>
    cos.uploadDirectory({ Bucket: vault.at.Bucket, LocalDirPath: from, Prefix }, { emptyFolders: true })
  const down = (keepModified = true) =>
    cos.downloadDirectory({ Bucket: vault.at.Bucket, LocalDirPath: to, Prefix }, { keepModified })

  it('goes up encrypted, and comes down as it was', async () => {
    const uploaded = await up()
    expect(uploaded.failed).toEqual([])
    expect(await vault.at.stored(`${Prefix}/deep/b.bin`)).not.toMatchObject({ bytes: files['deep/b.bin'] })
    await mkdir(to)
    const downloaded = await down()
    expect(downloaded.failed).toEqual([])
    for (const [name, content] of Object.entries(files)) {
      expect(digest(await readFile(join(to, name)))).toBe(digest(content))
    }
    expect((await stat(join(to, 'nothing'))).isDirectory()).toBe(true)
  })

  it('leaves alone what is there already, and follows what changed', async () => {
    expect((await up()).succeeded.map(({ Key }) => Key)).toEqual([])
    expect((await down()).succeeded.map(({ Key }) => Key)).toEqual([])
    await write('a.txt', random(1001))
    await write('deep/b.bin', random(3 * MIB), -5)
    expect((await up()).succeeded.map(({ Key }) => Key).sort()).toEqual([
      `${Prefix}/a.txt`,
      `${Prefix}/deep/b.bin`,
    ])
    await rm(join(to, 'empty'))
    await down()
    for (const name of Object.keys(files)) {
      expect(digest(await readFile(join(to, name)))).toBe(digest(await readFile(join(from, name))))
    }
  })

  it('tells each file that can not be read with the key', async () => {
    await vault.at.plain.putObject({ Bucket: vault.at.Bucket, Key: `${Prefix}/plain`, Body: 'plain' })
    const { failed } = await down()
    expect(failed.map(({ Key, error }) => [Key, error])).toEqual([
      [`${Prefix}/plain`, expect.objectContaining({ kind: 'encryption' })],
    ])
    await vault.at.plain.deleteObject({ Bucket: vault.at.Bucket, Key: `${Prefix}/plain` })
  })
})
