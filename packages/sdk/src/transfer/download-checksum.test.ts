import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CosClient } from '../index.js'
import { type ObjectVersion, objectVersion, serve } from '../testing/scripted-object.js'
import { BUCKET, clientOf, type ScriptedServer, startScriptedServer } from '../testing/scripted-server.js'

const MIB = 1024 * 1024
let server: ScriptedServer
let cos: CosClient
let folder: string
let object: ObjectVersion
beforeEach(async () => {
  server = await startScriptedServer()
  cos = clientOf(server)
  folder = await mkdtemp(join(tmpdir(), 'coset-download-'))
  object = await objectVersion('object', randomBytes(2.5 * MIB))
})
afterEach(async () => {
  await cos.close()
  await server.close()
  await rm(folder, { recursive: true })
})

const download = () =>
  cos.downloadFile(
    { Bucket: BUCKET, Key: 'k', DestFilePath: join(folder, 'file'), PartSize: 1 },
    { checkpoint: false },
  )

/** What is left of a reply by a proxy that lets no header through it does not know. */
function withoutSum(version: ObjectVersion): ObjectVersion {
  const { 'x-cos-hash-crc64ecma': _, ...headers } = version.headers
  return { ...version, headers }
}

describe('the checksum of a download', () => {
  it('may not be told at all', async () => {
    serve(server, () => withoutSum(object))
    expect(await download()).toMatchObject({ verified: false })
  })

  it('counts, whichever reply tells it', async () => {
    serve(server, () => (server.requests.length === 1 ? withoutSum(object) : object))
    expect(await download()).toMatchObject({ verified: true })
    const damaged = { ...object, content: object.content.map((byte) => byte ^ 1) }
    serve(server, () => (server.requests.length === 1 ? withoutSum(object) : damaged))
    await expect(download()).rejects.toMatchObject({ kind: 'checksum' })
  })
})
