// Importing the packages, each way there is, in a process of its own.
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startServer, type TestServer } from '@coset/server/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Installation, installPackages } from './install.js'

let installation: Installation
let server: TestServer
beforeAll(async () => {
  installation = installPackages()
  server = await startServer()
}, 60_000)
afterAll(async () => {
  installation?.remove()
  await server?.stop()
})

/** What the program prints; it fails where the program does, or does not end by itself. */
async function output(file: string, program: string): Promise<string> {
  const path = join(installation.folder, file)
  writeFileSync(path, program)
  const options = JSON.stringify(server.clientOptions)
  const { stdout } = await promisify(execFile)(process.execPath, [path, options], { timeout: 30_000 })
  return stdout.trim()
}

const ROUND_TRIP = `
  const cos = new CosClient(JSON.parse(process.argv[2]))
  const Bucket = 'imports' + process.pid + '-1250000000'
  await cos.putBucket({ Bucket })
  await cos.putObject({ Bucket, Key: 'k', Body: 'hello', EnableMD5: true })
  const { Body } = await cos.getObject({ Bucket, Key: 'k' })
  console.log(await Body.text())
  await cos.close()`

describe('a program works that', () => {
  it('imports an ES module', async () => {
    expect(await output('main.mjs', `import { CosClient } from '@coset/sdk'\n${ROUND_TRIP}`)).toBe('hello')
  })

  it('requires CommonJS', async () => {
    const program = `const { CosClient } = require('@coset/sdk')\nvoid (async () => {${ROUND_TRIP}})()`
    expect(await output('main.cjs', program)).toBe('hello')
  })

  it('uses the client of browsers in Node', async () => {
    expect(await output('browser.mjs', `import { CosClient } from '@coset/sdk/browser'\n${ROUND_TRIP}`)).toBe(
      'hello',
    )
  })

  it('uses the file for pages without a bundler', async () => {
    const program = `import { CosClient } from '@coset/sdk/browser/coset-sdk.js'\n${ROUND_TRIP}`
    expect(await output('file.mjs', program)).toBe('hello')
  })
})

const SEALED_ROUND_TRIP = `
  const options = JSON.parse(process.argv[2])
  const cos = new CosEncryptionClient(options, new AESProvider({ aes_key: Buffer.alloc(32, 1) }))
  const Bucket = 'sealed' + process.pid + '-1250000000'
  await cos.putBucket({ Bucket })
  await cos.putObject({ Bucket, Key: 'k', Body: 'hello' })
  const { Body } = await cos.getObject({ Bucket, Key: 'k' })
  const plain = new CosClient(options)
  const { ContentLength } = await plain.headObject({ Bucket, Key: 'k' })
  const { Body: stored } = await plain.getObject({ Bucket, Key: 'k' })
  await stored.cancel()
  let error
  try {
    new AESProvider({})
  } catch (caught) {
    error = caught
  }
  console.log(await Body.text(), ContentLength, error instanceof CosClientError, cos instanceof CosClient)
  await cos.close()
  await plain.close()`

describe('a program that encrypts works that', () => {
  const names = '{ AESProvider, CosEncryptionClient }'

  it('imports ES modules', async () => {
    const program = `
      import ${names} from '@coset/sdk/encryption'
      import { CosClient, CosClientError } from '@coset/sdk'
      ${SEALED_ROUND_TRIP}`
    expect(await output('sealed.mjs', program)).toBe('hello 21 true true')
  })

  it('requires CommonJS', async () => {
    const program = `
      const ${names} = require('@coset/sdk/encryption')
      const { CosClient, CosClientError } = require('@coset/sdk')
      void (async () => {${SEALED_ROUND_TRIP}})()`
    expect(await output('sealed.cjs', program)).toBe('hello 21 true true')
  })

  it('is not there for those that do not', async () => {
    const program = `
      require('@coset/sdk')
      console.log(Object.keys(require.cache).filter((path) => /sdk.dist.cjs.encryption/.test(path)).length)
      require('@coset/sdk/encryption')
      console.log(Object.keys(require.cache).filter((path) => /sdk.dist.cjs.encryption/.test(path)).length)`
    expect(await output('without.cjs', program)).toBe('0\n1')
  })
})

describe('nothing happens on', () => {
  /** Globals, listeners of the process, and whatever is open, before and after. */
  const watch = (load: string) => `
    const state = () => JSON.stringify([
      Reflect.ownKeys(globalThis).map(String),
      process.eventNames().map((name) => [String(name), process.listenerCount(name)]),
      process.getActiveResourcesInfo().filter((name) => name !== 'CloseReq' && !name.includes('FS')),
      Object.keys(process.env).length,
      Reflect.ownKeys(Array.prototype).length + Reflect.ownKeys(Object.prototype).length,
    ])
    const main = async () => {
      // The first import of all makes Node listen for its own exit.
      await import('node:path')
      const before = state()
      ${load}
      await new Promise(setImmediate)
      const after = state()
      console.log(before === after ? 'nothing' : before + ' became ' + after)
    }
    void main()`

  it('the import of the client for browsers', async () => {
    expect(await output('still-1.mjs', watch(`await import('@coset/sdk/browser')`))).toBe('nothing')
  })

  it('the import of the client for Node, apart from what undici does', async () => {
    const program = watch(`await import('@coset/sdk')`).replace(
      'const before',
      `await import('undici')\nconst before`,
    )
    expect(await output('still-2.mjs', program)).toBe('nothing')
  })

  it('the import of encryption, apart from what undici does', async () => {
    const program = watch(`await import('@coset/sdk/encryption')`).replace(
      'const before',
      `await import('undici')\nconst before`,
    )
    expect(await output('still-4.mjs', program)).toBe('nothing')
    const browser = watch(`await import('@coset/sdk/encryption/browser')`)
    expect(await output('still-5.mjs', browser)).toBe('nothing')
  })

  it('require', async () => {
    const program = watch(`require('@coset/sdk')`).replace('const before', `require('undici')\nconst before`)
    expect(await output('still-3.cjs', program)).toBe('nothing')
  })
})
