import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const TOOLS = fileURLToPath(new URL('../../tools/', import.meta.url))

describe('what is written by a tool and committed', () => {
  it.each([
    ['the reference pages', 'docs.mjs'],
    ['the kernel of SELECT', 'kernel.mjs'],
  ])('is what it would write now: %s', async (_name, tool) => {
    const run = promisify(execFile)(process.execPath, [`${TOOLS}${tool}`, '--check'])
    await expect(run).resolves.toBeDefined()
  })
})
