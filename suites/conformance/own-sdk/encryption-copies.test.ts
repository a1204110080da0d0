// Encrypted objects that are copied, moved, given another key, tampered with, and read by whoever should not.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CosClient } from '@coset/sdk'
import {
  AESProvider,
  type CosEncryptionClient,
  type EncryptionSettings,
  type KeyProvider,
  RSAProvider,
} from '@coset/sdk/encryption'
import { beforeAll, describe, expect, it } from 'vitest'
import { refusal } from './stations.js'
import { digest, MASTER_KEY, MIB, random, withVault } from './vault.js'

const vault = withVault()
const named = (Key: string) => ({ Bucket: vault.at.Bucket, Key })
const OTHER_KEY = randomBytes(32).toString('base64')
const HEADERS = {
  CacheControl: 'no-cache',
  ContentDisposition: 'inline',
  ContentEncoding: 'identity',
  ContentLanguage: 'de',
  ContentType: 'text/plain',
  Expires: 'Wed, 21 Oct 2065 07:28:00 GMT',
}
const PAIR = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})

/** Nothing of the format `python` tells one AES key from another, but it does tell it from one of RSA. */
function nextKey({ format }: EncryptionSettings, formerKeys: readonly KeyProvider[] = []): KeyProvider {
  if (format === 'sealed') return new AESProvider({ aes_key: OTHER_KEY, formerKeys })
  const key_pair_info = RSAProvider.getRsaKeyPair(PAIR.publicKey, PAIR.privateKey)
  return new RSAProvider({ key_pair_info, formerKeys })
}

const FORMATS: readonly EncryptionSettings[] = [{ format: 'sealed' }, { format: 'python' }]

describe.each(FORMATS)('an encrypted object of the format $format', (settings) => {
  let cos: CosEncryptionClient
  const content = random(3 * MIB + 5)
  beforeAll(async () => {
    cos = vault.at.client({ settings })
    await cos.putObject({
      ...named('source'),
      ...HEADERS,
      Body: content,
      Metadata: { a: 'b' },
      Tagging: 'k=v',
    })
  })
  const text = async (Key: string, client = cos) =>
    digest(await (await client.getObject(named(Key))).Body.bytes())

  it('can be read wherever it was copied, and has its headers, metadata and tags there', async () => {
    const CopySource = named('source')
    await cos.copyObject({ ...named('copied'), CopySource })
    await cos.copy({ ...named('copied/whole'), CopySource })
    await cos.copy({ ...named('copied/parts'), CopySource, PartSize: 1 }, { partsFromBytes: 1 })
    for (const Key of ['copied', 'copied/whole', 'copied/parts']) {
      const head = await cos.headObject(named(Key))
      expect(head).toMatchObject({ ...HEADERS, ContentLength: content.length, TaggingCount: 1 })
      expect({ ...head.Metadata }).toEqual({ a: 'b' })
      expect(await text(Key)).toBe(digest(content))
      const range = await cos.getObject({ ...named(Key), Range: 'bytes=70000-70009' })
      expect(digest(await range.Body.bytes())).toBe(digest(content.subarray(70_000, 70_010)))
    }
  })

  it('keeps its key where its headers and metadata are replaced', async () => {
    const CopySource = named('source')
    const replaced = {
      CopySource,
      CopyStatus: 'Replaced',
      Metadata: { c: 'd' },
      ContentType: 'text/html',
    } as const
    await cos.copyObject({ ...named('replaced'), ...replaced })
    await cos.copy({ ...named('replaced/copy'), ...replaced })
    for (const Key of ['replaced', 'replaced/copy']) {
      const head = await cos.headObject(named(Key))
      expect(head.ContentType).toBe('text/html')
      expect(head.CacheControl).toBeUndefined()
      expect({ ...head.Metadata }).toEqual({ c: 'd' })
      expect(await text(Key)).toBe(digest(content))
    }
    const taken = { ...replaced, Metadata: { 'client-side-encryption-iv': 'x' } }
    expect(await refusal(cos.copyObject({ ...named('replaced'), ...taken }))).toBe('validation')
  })

  it('is moved, and read from where it is then', async () => {
    await cos.copyObject({ ...named('old'), CopySource: named('source') })
    await cos.moveObject({ ...named('new'), CopySource: named('old') })
    expect(await cos.objectExists(named('old'))).toBe(false)
    expect(await text('new')).toBe(digest(content))
  })

  it('gets the current key without its content being moved', async () => {
    await cos.copyObject({ ...named('rotated'), CopySource: named('source') })
    const before = await vault.at.stored('rotated')
    const formerKeys = [new AESProvider({ aes_key: MASTER_KEY })]
    const rotated = vault.at.client({ settings, provider: nextKey(settings, formerKeys) })
    expect(await text('rotated', rotated)).toBe(digest(content))
    await vault.at.plain.putObjectAcl({ ...named('rotated'), ACL: 'public-read' })
    await rotated.rewrap(named('rotated'))
    expect((await vault.at.plain.getObjectAcl(named('rotated'))).ACL).toBe('public-read')
    const granted = { GrantRead: 'id="100000000002"', GrantReadAcp: 'id="100000000002"' }
    await vault.at.plain.putObjectAcl({ ...named('rotated'), ...granted })
    const granting = await vault.at.plain.getObjectAcl(named('rotated'))
    await rotated.rewrap(named('rotated'))
    const kept = await vault.at.plain.getObjectAcl(named('rotated'))
    expect(kept.AccessControlList).toEqual(granting.AccessControlList)
    const after = await vault.at.stored('rotated')
    expect(digest(after.bytes)).toBe(digest(before.bytes))
    expect(after.Metadata).not.toEqual(before.Metadata)
    const current = vault.at.client({ settings, provider: nextKey(settings) })
    expect(await text('rotated', current)).toBe(digest(content))
    expect(await current.headObject(named('rotated'))).toMatchObject({ ...HEADERS, TaggingCount: 1 })
    expect(await refusal(cos.rewrap(named('missing')))).toBe('404 NoSuchKey')
  })

  it('is copied by a plain client that asks one of these for its source, key and all', async () => {
    const sourceClient = cos
    await vault.at.plain.copy({ ...named('by plain'), CopySource: named('source') }, { sourceClient })
    const [source, copied] = [await vault.at.stored('source'), await vault.at.stored('by plain')]
    expect(digest(copied.bytes)).toBe(digest(source.bytes))
    expect(copied.Metadata).toEqual(source.Metadata)
    const parts = { sourceClient, partsFromBytes: 1 }
    await vault.at.plain.copy({ ...named('by plain'), CopySource: named('source') }, parts)
    expect(digest((await vault.at.stored('by plain')).bytes)).toBe(digest(source.bytes))
  })

  it('has no key that another could open', async () => {
    const other = vault.at.client({ settings, provider: new AESProvider({ aes_key: OTHER_KEY }) })
    const wrong = await other.getObject(named('source')).then(
      async ({ Body }) => ((await Body.bytes()).length === content.length ? 'read' : 'short'),
      (error: unknown) => refusal(Promise.reject(error)),
    )
    // Nothing of the other format tells that the key is another.
    expect(wrong).toBe(settings.format === 'sealed' ? 'encryption' : 'read')
    if (settings.format === 'python') expect(await text('source', other)).not.toBe(digest(content))
  })
})

describe('a sealed object', () => {
  let cos: CosEncryptionClient
  const content = random(25 * MIB)
  beforeAll(async () => {
    cos = vault.at.client()
    await cos.upload({ ...named('sealed'), Body: content })
  })

  async function tamper(
    Key: string,
    change: (bytes: Uint8Array) => Uint8Array,
    Metadata?: Record<string, string>,
  ) {
    const stored = await vault.at.stored('sealed')
    await vault.at.plain.upload({
      ...named(Key),
      Body: change(stored.bytes),
      Metadata: Metadata ?? stored.Metadata,
    })
  }

  const flipped = (at: number) => (bytes: Uint8Array) => {
    const changed = Uint8Array.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    return changed
  }
  const sealedAs = () => named('sealed')

  it('that was changed gives what comes before the change, and nothing of what does not', async () => {
    const at = 20 * MIB
    await tamper('flipped', flipped(at))
    const { Body } = await cos.getObject(named('flipped'), { sealedAs: sealedAs() })
    let arrived = 0
    const reading = (async () => {
      for await (const chunk of Body) {
        expect(Buffer.compare(chunk, content.subarray(arrived, arrived + chunk.length))).toBe(0)
        arrived += chunk.length
      }
    })()
    expect(await refusal(reading)).toBe('tampered')
    expect(arrived).toBeGreaterThan(10 * MIB)
    expect(arrived).toBeLessThan(at)
    const options = { sealedAs: sealedAs() }
    const beside = await cos.getObject({ ...named('flipped'), Range: 'bytes=0-99' }, options)
    expect(digest(await beside.Body.bytes())).toBe(digest(content.subarray(0, 100)))
    const Range = `bytes=${at - 5000}-${at}`
    const within = await cos.getObject({ ...named('flipped'), Range }, options)
    expect(await refusal(within.Body.bytes())).toBe('tampered')
  })

  it('that was changed, cut or swapped is never at the destination', async () => {
    await tamper('flipped', flipped(20 * MIB))
    await tamper('cut', (bytes) => bytes.subarray(0, 65_552 * 300))
    await tamper('cut elsewhere', (bytes) => bytes.subarray(0, 65_552 * 300 + 500))
    const options = { sealedAs: sealedAs() }
    const folder = vault.at.folder
    for (const Key of ['flipped', 'cut', 'cut elsewhere']) {
      const DestFilePath = join(folder, 'never')
      const records = { folder: join(folder, 'records') }
      const download = cos.downloadFile({ ...named(Key), DestFilePath }, { ...options, checkpoint: records })
      expect(await refusal(download)).toBe('tampered')
      expect(await readdir(folder)).not.toContain('never')
      expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([])
    }
  })

  it('in the place of another is told from it', async () => {
    await tamper('swapped', (bytes) => bytes)
    await expect(cos.getObject(named('swapped'))).rejects.toMatchObject({
      kind: 'tampered',
      message: expect.stringContaining('sealedAs'),
    })
    const DestFilePath = join(vault.at.folder, 'swapped')
    expect(await refusal(cos.downloadFile({ ...named('swapped'), DestFilePath }))).toBe('tampered')
    const copied = cos.copy({ ...named('elsewhere'), CopySource: named('swapped') })
    expect(await refusal(copied)).toBe('tampered')
    await cos.rewrap(named('swapped'), { sealedAs: sealedAs() })
    expect(digest(await (await cos.getObject(named('swapped'))).Body.bytes())).toBe(digest(content))
  })

  it('whose metadata is missing or changed is not read', async () => {
    const { Metadata } = await vault.at.stored('sealed')
    const { 'client-side-encryption-salt': salt = '', ...without } = Metadata
    await tamper('no salt', (bytes) => bytes, without)
    expect(await refusal(cos.headObject(named('no salt')))).toBe('encryption')
    await tamper('no metadata', (bytes) => bytes, {})
    expect(await refusal(cos.getObject(named('no metadata')))).toBe('encryption')
    const other = Buffer.from(salt, 'base64')
    other[0] = (other[0] ?? 0) ^ 1
    await tamper('salt', (bytes) => bytes, {
      ...Metadata,
      'client-side-encryption-salt': other.toString('base64'),
    })
    expect(await refusal(cos.getObject(named('salt'), { sealedAs: sealedAs() }))).toBe('tampered')
  })

  it('goes on being of use when other calls fail', async () => {
    const { plain } = vault.at
    await plain.putObject({ ...named('plain'), Body: 'plain' })
    expect(await refusal(cos.copyObject({ ...named('x'), CopySource: named('plain') }))).toBe('encryption')
    expect(await refusal(cos.copy({ ...named('x'), CopySource: named('plain') }))).toBe('encryption')
    expect(await refusal(cos.rewrap(named('plain')))).toBe('encryption')
    const lenient = vault.at.client({ settings: { plain: 'read' } })
    await lenient.copy({ ...named('x'), CopySource: named('plain') })
    expect(await (await plain.getObject(named('x'))).Body.text()).toBe('plain')
    expect(await refusal(cos.copyObject({ ...named('x'), CopySource: named('missing') }))).toBe(
      '404 NoSuchKey',
    )
  })
})

describe('what would store plain content, or can not work', () => {
  it('is refused before anything is sent', async () => {
    const cos = vault.at.client()
    const { Bucket } = vault.at
    const input = { Bucket, Key: 'never' }
    const LocalFilePath = join(vault.at.folder, 'small')
    await writeFile(LocalFilePath, 'small')
    const upload = { ...input, UploadId: 'u', PartNumber: 1 }
    const calls = [
      cos.appendObject({ ...input, Position: 0, Body: 'x' }),
      cos.postObject({ ...input, Body: 'x' }),
      cos.uploadPartCopy({ ...upload, CopySource: named('sealed') }),
    ]
    for (const call of calls) expect(await refusal(call)).toBe('validation')
    const refused = expect.objectContaining({
      kind: 'validation',
      message: expect.stringContaining('CosClient'),
    })
    expect(() => cos.getPresignedUrl({ ...input, Method: 'PUT' })).toThrow(refused)
    expect(() => cos.getPresignedUrl({ ...input, Method: 'POST' })).toThrow(refused)
    expect(() => cos.getPostObjectForm()).toThrow(refused)
    expect(cos.getPresignedUrl({ ...input, Method: 'GET' })).toContain('never')
    expect(await cos.objectExists(input)).toBe(false)
    expect(cos).toBeInstanceOf(CosClient)
  })
})
