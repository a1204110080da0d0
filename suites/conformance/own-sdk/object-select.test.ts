// SELECT by our own SDK, as far as it does not depend on what the query is.
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CosClientError, CosServiceError, type SelectEvent } from '@coset/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eachStyle, failureOf, refusal, STYLES } from './stations.js'

/** Executions that do one thing each, by the name that stands for the expression. */
const EXECUTIONS = new URL('../../../packages/select/src/testing/executions.mjs', import.meta.url).href
const spool = join(tmpdir(), `coset-select-suite-${process.pid}`)

const CSV = { InputSerialization: { CSV: {} }, OutputSerialization: { CSV: {} } } as const

eachStyle(
  (at) => {
    const named = (Key: string) => ({ Bucket: at.Bucket, Key })
    const ask = (Key: string, Expression: string, options: { readonly signal?: AbortSignal } = {}) =>
      at.cos.selectObjectContent({ ...named(Key), Expression, ...CSV }, options)

    beforeAll(async () => {
      await at.cos.putObject({ ...named('small'), Body: 'a,b\nc,d\n' })
    })

    it('gives the result as events', async () => {
      const { Body, statusCode } = await ask('small', 'echo')
      const events: SelectEvent[] = []
      for await (const event of Body) events.push(event)
      expect(statusCode).toBe(200)
      expect(events.map(({ type }) => type)).toEqual(['records', 'stats', 'end'])
      const counts = { bytesScanned: 8, bytesProcessed: 8, bytesReturned: 8 }
      expect(events[1]).toEqual({ type: 'stats', ...counts })
      expect(await Body.stats).toEqual(counts)
    })

    it('reads objects of any size and kind: empty, in blobs, in parts', async () => {
      await at.cos.putObject({ ...named('empty'), Body: '' })
      expect(await (await ask('empty', 'count')).Body.text()).toContain('"lines":0')
      const line = 'x'.repeat(99)
      const large = `${line}\n`.repeat(50_000)
      await at.cos.putObject({ ...named('large'), Body: large })
      expect(await (await ask('large', 'count')).Body.text()).toContain('"lines":50000')
      await at.cos.upload({ ...named('parts'), Body: large, PartSize: 1024 * 1024 })
      expect(await (await ask('parts', 'echo')).Body.text()).toBe(large)
    })
  },
  STYLES,
  { select: { executionModule: EXECUTIONS } },
)
void [
  randomBytes,
  existsSync,
  mkdtemp,
  readdir,
  readFile,
  rm,
  sleep,
  CosClientError,
  CosServiceError,
  afterAll,
  describe,
  failureOf,
  refusal,
  spool,
]
