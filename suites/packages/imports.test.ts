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

  it('require', async () => {
    const program = watch(`require('@coset/sdk')`).replace('const before', `require('undici')\nconst before`)
    expect(await output('still-3.cjs', program)).toBe('nothing')
  })
})
