import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AESProvider } from './aes-provider-node.js'
import { createEncryption } from './encryption.js'
import { createAesKeyFile, createRsaKeyFiles } from './key-files.js'
import type { KeyProvider } from './key-provider.js'
import { nodePrimitives } from './primitives-node.js'
import { RSAProvider } from './rsa-provider-node.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coset-keygen-'))
})
afterEach(() => rm(folder, { recursive: true }))

const idOf = (provider: KeyProvider) => createEncryption(provider, {}, nodePrimitives).id()
const modeOf = async (path: string) => (await stat(path)).mode & 0o777
const isThere = { kind: 'file', message: expect.stringContaining('is there already') }

describe('an AES key file', () => {
  it('is made for its owner alone, and holds the key that objects will name', async () => {
    const path = join(folder, 'key')
    const { keyId } = await createAesKeyFile(path)
    expect(await modeOf(path)).toBe(0o600)
    expect(await readFile(path, 'utf8')).toMatch(/^[A-Za-z0-9+/]{43}=\n$/)
    expect(await idOf(new AESProvider({ aes_key_path: path }))).toContain(keyId)
  })

  it('is never overwritten, and always another', async () => {
    const [one, two] = [join(folder, 'one'), join(folder, 'two')]
    const { keyId } = await createAesKeyFile(one)
    const before = await readFile(one, 'utf8')
    await expect(createAesKeyFile(one)).rejects.toMatchObject(isThere)
    expect(await readFile(one, 'utf8')).toBe(before)
    expect((await createAesKeyFile(two)).keyId).not.toBe(keyId)
  })

  it('is told where it can not be made', async () => {
    await expect(createAesKeyFile(join(folder, 'none', 'key'))).rejects.toMatchObject({
      kind: 'file',
      cause: { code: 'ENOENT' },
    })
  })
})

describe('RSA key files', () => {
  const paths = () => ({ publicPath: join(folder, 'public.pem'), privatePath: join(folder, 'private.pem') })

  it('are made for their owner alone, encrypted where there is a passphrase', async () => {
    const { publicPath, privatePath } = paths()
    const passphrase = 'open sesame'
    const { keyId } = await createRsaKeyFiles({ publicPath, privatePath, bits: 2048, passphrase })
    expect(await modeOf(privatePath)).toBe(0o600)
    expect(await readFile(privatePath, 'utf8')).toContain('BEGIN ENCRYPTED PRIVATE KEY')
    const provider = (given?: string) =>
      new RSAProvider({ key_pair_info: RSAProvider.getRsaKeyPairPath(publicPath, privatePath, given) })
    expect(await idOf(provider(passphrase))).toContain(keyId)
    await expect(idOf(provider())).rejects.toMatchObject({ kind: 'encryption' })
  })

  it('are made together or not at all, and never overwrite', async () => {
    const { publicPath, privatePath } = paths()
    await writeFile(publicPath, 'mine')
    const bits = 2048
    await expect(createRsaKeyFiles({ publicPath, privatePath, bits })).rejects.toMatchObject(isThere)
    expect(await readdir(folder)).toEqual(['public.pem'])
    await rm(publicPath)
    await writeFile(privatePath, 'mine')
    await expect(createRsaKeyFiles({ publicPath, privatePath, bits })).rejects.toMatchObject(isThere)
    expect(await readdir(folder)).toEqual(['private.pem'])
    expect(await readFile(privatePath, 'utf8')).toBe('mine')
  })

  it('have no other sizes, and no empty passphrase', async () => {
    await expect(createRsaKeyFiles({ ...paths(), bits: 1024 })).rejects.toMatchObject({ kind: 'validation' })
    await expect(createRsaKeyFiles({ ...paths(), passphrase: '' })).rejects.toMatchObject({
      kind: 'validation',
    })
    expect(await readdir(folder)).toEqual([])
  })
})
