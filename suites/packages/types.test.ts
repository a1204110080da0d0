// The types of the packages, as the compilers of their users read them.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Installation, installPackages, root } from './install.js'

const NODE_PROGRAM = `
import { CosClient, CosServiceError, type GetObjectOutput, type OperationInput } from '@coset/sdk'
import { AESProvider, CosEncryptionClient, type EncryptionSettings, RSAProvider } from '@coset/sdk/encryption'

export async function keep(): Promise<string> {
  const settings: EncryptionSettings = { plain: 'read', segmentBytes: 4096 }
  const key_pair_info = RSAProvider.getRsaKeyPairPath('public.pem', 'private.pem')
  const provider = new RSAProvider({ key_pair_info, formerKeys: [new AESProvider({ aes_key_path: 'key' })] })
  const cos: CosClient = new CosEncryptionClient({ Region: 'ap-guangzhou' }, provider, settings)
  // @ts-expect-error: a format that can only be read
  const none: EncryptionSettings = { format: 'java' }
  return (await cos.getObject({ Bucket: 'b-1', Key: 'k' })).Body.text().then((text) => text + none.format)
}

export async function run(cos: CosClient): Promise<string> {
  const input: OperationInput<'putObject'> = { Bucket: 'b-1', Key: 'k', Body: Buffer.from('x'), StorageClass: 'ARCHIVE' }
  const { ETag } = await cos.putObject(input)
  const got: GetObjectOutput = await cos.getObject({ Bucket: 'b-1', Key: 'k', IfMatch: ETag })
  got.Body.getRawStream().pipe(process.stdout)
  await got.Body.getStreamToFile('file')
  for await (const { Key, Size } of cos.paginateObjects({ Bucket: 'b-1' })) console.log(Key.length, Size.toFixed())
  // @ts-expect-error: a member that no operation has
  await cos.putObject({ Bucket: 'b-1', Key: 'k', Body: '', Colour: 'red' })
  // @ts-expect-error: a member that is missing
  await cos.getObject({ Bucket: 'b-1' })
  const none = new CosServiceError({ code: 'NoSuchKey', message: '', statusCode: 404, method: 'GET', headers: {} })
  return none.code + new CosClient({ Region: 'ap-guangzhou' }).getPresignedUrl({ Method: 'GET', Bucket: 'b-1', Key: 'k' })
}
`

const BROWSER_PROGRAM = (name: string, encryption: string) => `
import { CosClient, CosClientError, type OperationOutput } from '${name}'
import { AESProvider, CosEncryptionClient } from '${encryption}'

export async function keep(aes_key: Uint8Array): Promise<string> {
  const cos: CosClient = new CosEncryptionClient({ Region: 'ap-guangzhou' }, new AESProvider({ aes_key }))
  // @ts-expect-error: there are no local files
  new AESProvider({ aes_key_path: 'key' })
  return (await cos.getObject({ Bucket: 'b-1', Key: 'k' })).Body.text()
}

export async function run(cos: CosClient, file: File): Promise<OperationOutput<'putObject'>> {
  const got = await cos.getObject({ Bucket: 'b-1', Key: 'k' }, { signal: AbortSignal.timeout(1000) })
  const text: string = await got.Body.text()
  const stream: ReadableStream<Uint8Array> = got.Body.stream()
  // @ts-expect-error: there are no streams of Node
  got.Body.getRawStream()
  // @ts-expect-error: there are no local files
  await cos.putObjectFromLocalFile({ Bucket: 'b-1', Key: 'k', LocalFilePath: 'file' })
  if (text === '') throw new CosClientError('validation', String(stream.locked))
  return cos.putObject({ Bucket: 'b-1', Key: 'k', Body: file })
}
`

interface Consumer {
  readonly file: string
  readonly program: string
  readonly options: Readonly<Record<string, unknown>>
  /** Default: this repository's own. */
  readonly compiler?: string
}

const OWN_TYPESCRIPT = join(root, 'node_modules/typescript/bin/tsc')
/** What most users have still; it reads some declarations otherwise. */
const TYPESCRIPT_5 = join(root, 'suites/packages/node_modules/typescript/bin/tsc')

const NODE = { lib: ['ES2023'], types: ['node'] }
const BROWSER = { lib: ['ES2022', 'DOM'], types: [], module: 'esnext', moduleResolution: 'bundler' }

const CONSUMERS: Readonly<Record<string, Consumer>> = {
  'ES modules of Node': { file: 'main.mts', program: NODE_PROGRAM, options: { ...NODE, module: 'nodenext' } },
  'CommonJS of Node': { file: 'main.cts', program: NODE_PROGRAM, options: { ...NODE, module: 'nodenext' } },
  'ES modules, as Node 16 resolves': {
    file: 'main.mts',
    program: NODE_PROGRAM,
    options: { ...NODE, module: 'node16' },
  },
  'CommonJS, as Node 16 resolves': {
    file: 'main.cts',
    program: NODE_PROGRAM,
    options: { ...NODE, module: 'node16' },
  },
  'a bundler for Node': {
    file: 'main.ts',
    program: NODE_PROGRAM,
    options: { ...NODE, module: 'esnext', moduleResolution: 'bundler' },
  },
  'ES modules, by TypeScript 5': {
    file: 'main.mts',
    program: NODE_PROGRAM,
    options: { ...NODE, module: 'nodenext' },
    compiler: TYPESCRIPT_5,
  },
  'CommonJS, by TypeScript 5 in its oldest way': {
    file: 'main.ts',
    program: NODE_PROGRAM,
    options: { ...NODE, module: 'commonjs', moduleResolution: 'node10' },
    compiler: TYPESCRIPT_5,
  },
  'a bundler for browsers': {
    file: 'main.ts',
    program: BROWSER_PROGRAM('@coset/sdk/browser', '@coset/sdk/encryption/browser'),
    options: BROWSER,
  },
  'a bundler with the condition browser': {
    file: 'main.ts',
    program: BROWSER_PROGRAM('@coset/sdk', '@coset/sdk/encryption'),
    options: { ...BROWSER, customConditions: ['browser'] },
  },
}

describe('the types are right for', () => {
  let installation: Installation
  beforeAll(() => {
    installation = installPackages()
  }, 60_000)
  afterAll(() => installation?.remove())

  it.each(Object.entries(CONSUMERS))('%s', (name, { file, program, options, compiler }) => {
    const folder = join(installation.folder, name.replaceAll(/\W+/g, '-'))
    mkdirSync(folder)
    writeFileSync(join(folder, file), program)
    const strict = { strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true }
    const compilerOptions = { ...strict, noEmit: true, target: 'es2022', skipLibCheck: false, ...options }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [file] }))
    expect(compile(folder, compiler)).toBe('')
  })
})

/** What the compiler has to say. */
function compile(folder: string, compiler = OWN_TYPESCRIPT): string {
  try {
    return execFileSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' })
  } catch (error) {
    return (error as { readonly stdout: string }).stdout
  }
}
