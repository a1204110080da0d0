// The root key pair of a data folder: made at random on the first start, kept in a file only its owner can read.
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Credential } from './config.js'

const FILE = 'credentials.json'

/** The pair of `dir`, which is made when there is none yet. */
export async function loadCredential(dir: string): Promise<Credential & { readonly file: string }> {
  const file = join(dir, FILE)
  const existing = await readCredential(file)
  if (existing) return { ...existing, file }
  const made = newCredential()
  await writeFile(file, `${JSON.stringify(made, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' })
  return { ...made, file }
}

/** In the form of COS's own: `AKID` and 32 characters, and 32 characters. */
export function newCredential(): Credential {
  return { secretId: `AKID${randomText(32)}`, secretKey: randomText(32) }
}

async function readCredential(file: string): Promise<Credential | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const json: unknown = parseJson(text)
  if (isCredential(json)) return { secretId: json.secretId, secretKey: json.secretKey }
  throw new Error(`${file} is not a key pair: {"secretId": "…", "secretKey": "…"}.`)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isCredential(json: unknown): json is Credential {
  if (typeof json !== 'object' || json === null) return false
  const { secretId, secretKey } = json as Partial<Credential>
  return typeof secretId === 'string' && typeof secretKey === 'string' && secretId !== '' && secretKey !== ''
}

function randomText(length: number): string {
  let text = ''
  while (text.length < length)
    text += randomBytes(length)
      .toString('base64')
      .replace(/[^A-Za-z0-9]/g, '')
  return text.slice(0, length)
}
