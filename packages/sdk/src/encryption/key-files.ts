// Makes keys and the files that hold them. Nothing else makes any.
import { generateKeyPair, type KeyObject, randomBytes } from 'node:crypto'
import { open, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { CosClientError } from '../errors.js'
import { AESProvider } from './aes-provider-node.js'
import type { KeyProvider } from './key-provider.js'
import { nodePrimitives } from './primitives-node.js'
import { RSAProvider } from './rsa-provider-node.js'

const BITS_DEFAULT = 3072
const BITS = [2048, 3072, 4096]
const AES_KEY_BYTES = 32
/** Its owner may read and write it. */
const SECRET_MODE = 0o600
const PUBLIC_MODE = 0o644

/** What was made; `keyId` is what objects will name the key by. */
export interface CreatedKey {
  readonly keyId: string
}

export interface RsaKeyFilesInput {
  readonly publicPath: string
  readonly privatePath: string
  /** 2048, 3072 or 4096. Default 3072. */
  readonly bits?: number | undefined
  /** Encrypts the private key. Default: it is not encrypted. */
  readonly passphrase?: string | undefined
}

/**
 * Makes an AES key of 32 bytes, for the `aes_key_path` of an AESProvider, in a file that only its owner can read. Rejects with kind
 * `file` where the file is there already or can't be written. Whoever loses the key loses all that is encrypted with it.
 */
export async function createAesKeyFile(path: string): Promise<CreatedKey> {
  const aes_key = randomBytes(AES_KEY_BYTES).toString('base64')
  await writeNew(path, `${aes_key}\n`, SECRET_MODE)
  return idOf(new AESProvider({ aes_key }))
}

/**
 * Makes a pair of RSA keys in two PEM files, for `RSAProvider.getRsaKeyPairPath`; only the owner can read the private one. Rejects
 * with kind `file` where either is there already or can't be written, and leaves neither then.
 */
export async function createRsaKeyFiles(input: RsaKeyFilesInput): Promise<CreatedKey> {
  const { publicPath, privatePath, bits = BITS_DEFAULT, passphrase } = input
  if (!BITS.includes(bits)) {
    throw new CosClientError('validation', `An RSA key is made with ${BITS.join(', ')} bits, not ${bits}.`)
  }
  if (passphrase === '') throw new CosClientError('validation', 'The passphrase of the private key is empty.')
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: bits })
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  await writeNew(privatePath, privatePemOf(privateKey, passphrase), SECRET_MODE)
  try {
    await writeNew(publicPath, publicPem, PUBLIC_MODE)
  } catch (error) {
    await unlink(privatePath)
    throw error
  }
  return idOf(new RSAProvider({ key_pair_info: RSAProvider.getRsaKeyPair(publicPem) }))
}

function privatePemOf(key: KeyObject, passphrase: string | undefined): string {
  const encryption = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase }
  return key.export({ type: 'pkcs8', format: 'pem', ...encryption }).toString()
}

async function idOf(provider: KeyProvider): Promise<CreatedKey> {
  const { id } = await provider.load(nodePrimitives)
  return { keyId: id }
}

/** Never over a file that is there; durable when it resolves, as objects may be written with it at once. */
async function writeNew(path: string, text: string, mode: number): Promise<void> {
  try {
    const file = await open(path, 'wx', mode)
    try {
      await file.writeFile(text)
      await file.sync()
    } catch (error) {
      await unlink(path)
      throw error
    } finally {
      await file.close()
    }
    await syncFolder(dirname(path))
  } catch (error) {
    const isThere = (error as { readonly code?: string }).code === 'EEXIST'
    const why = isThere ? 'is there already, and no key is ever overwritten' : "can't be written"
    throw new CosClientError('file', `The key file ${path} ${why}.`, { cause: error })
  }
}

/** Some systems sync no folders; the file itself is safe there too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined)
  try {
    await folder?.sync()
  } catch {
    // As above.
  } finally {
    await folder?.close()
  }
}
