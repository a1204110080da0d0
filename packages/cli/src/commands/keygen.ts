// coset keygen: keys for client-side encryption. Nothing else makes any.
import { readFile } from 'node:fs/promises'
import { Command, InvalidArgumentError, Option } from 'commander'
import { fail } from '../output.js'

const BITS = [2048, 3072, 4096]
const BITS_DEFAULT = 3072

const HELP = `
Examples:
  coset keygen aes master.key
  coset keygen rsa public.pem private.pem --bits 4096
  coset keygen rsa public.pem private.pem --passphrase-file passphrase.txt

A file that is there already is never overwritten. Secret ones are made so that only their owner can read them. Keep copies in
a safe place: who loses the key loses everything that is encrypted with it.

Exit code: 0 when the files were made, 1 when not.`

interface JsonFlag {
  readonly json: boolean
}

interface RsaFlags extends JsonFlag {
  readonly bits: number
  readonly passphraseFile?: string
}

export function keygenCommand(): Command {
  return new Command('keygen')
    .description('Make keys for client-side encryption.')
    .addCommand(aesCommand())
    .addCommand(rsaCommand())
    .addHelpText('after', HELP)
}

function aesCommand(): Command {
  return new Command('aes')
    .description('Make an AES key of 256 bits, as base64 in a file: the aes_key_path of an AESProvider.')
    .argument('<file>', 'the file to make')
    .addOption(jsonOption())
    .action((file: string, flags: JsonFlag) => aes(file, flags))
}

function rsaCommand(): Command {
  return new Command('rsa')
    .description('Make a pair of RSA keys in two PEM files: what RSAProvider.getRsaKeyPairPath takes.')
    .argument('<public-file>', 'the file to make for the public key, with which objects are written')
    .argument('<private-file>', 'the file to make for the private key, with which they are read')
    .addOption(
      new Option('--bits <bits>', `size of the keys: ${BITS.join(', ')}`)
        .argParser(parseBits)
        .default(BITS_DEFAULT),
    )
    .addOption(
      new Option('--passphrase-file <file>', 'encrypts the private key with the first line of the file'),
    )
    .addOption(jsonOption())
    .action((publicPath: string, privatePath: string, flags: RsaFlags) =>
      rsa({ publicPath, privatePath }, flags),
    )
}

function jsonOption(): Option {
  return new Option('--json', 'JSON instead of text').default(false)
}

async function aes(file: string, { json }: JsonFlag): Promise<void> {
  const { createAesKeyFile } = await import('@coset/sdk/encryption')
  const { keyId } = await createAesKeyFile(file).catch(told)
  const event = { event: 'keygen', type: 'aes', keyId, file }
  console.log(json ? JSON.stringify(event) : `${file} has the key ${keyId}`)
}

interface Paths {
  readonly publicPath: string
  readonly privatePath: string
}

async function rsa(paths: Paths, { bits, json, passphraseFile }: RsaFlags): Promise<void> {
  const { createRsaKeyFiles } = await import('@coset/sdk/encryption')
  const passphrase = passphraseFile === undefined ? undefined : await passphraseIn(passphraseFile)
  const { keyId } = await createRsaKeyFiles({ ...paths, bits, passphrase }).catch(told)
  const { publicPath, privatePath } = paths
  const event = { event: 'keygen', type: 'rsa', keyId, publicFile: publicPath, privateFile: privatePath }
  console.log(json ? JSON.stringify(event) : `${publicPath} and ${privatePath} have the pair ${keyId}`)
}

async function passphraseIn(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(told)
  const [passphrase = ''] = text.split(/\r?\n/, 1)
  if (passphrase === '') fail(`The first line of ${file} is empty: it is to have the passphrase.`)
  return passphrase
}

function parseBits(text: string): number {
  const bits = Number(text)
  if (!BITS.includes(bits)) throw new InvalidArgumentError(`It is one of ${BITS.join(', ')}.`)
  return bits
}

function told(error: unknown): never {
  fail(error instanceof Error ? error.message : String(error))
}
