import { startServer, type TestServer } from '@coset/server/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'put-and-get': ['hell bytes 0-3/5 me', '"5d41402abc4b2a76b9719d911017c592" 5', 'false'],
  list: [
    'photos/2025/a.jpg 17',
    'photos/2026/b.jpg 17',
    'photos/index.html 17',
    '["photos/2025/","photos/2026/"] ["photos/index.html"]',
    '3 deleted, 0 failed',
  ],
  versions: ['one', 'deleted: true', 'two', 'latest note.txt', 'older note.txt'],
  copy: ['"5d41402abc4b2a76b9719d911017c592"', 'text/markdown me', 'PreconditionFailed', '1048581'],
  append: ['["started","working","someone else","stopped"]'],
  'files-and-streams': ['1048576', ''],
  'presigned-url': ['200', 'attachment; filename="shared.txt" from a browser, say'],
  'browser-form': ['204', 'text/plain from a page'],
  multipart: ['20971520 bytes in 3 parts'],
  progress: ['100% true', '25165824 of 25165824 bytes (0 from before)'],
  resume: ['aborted', 'true 33554432'],
  folders: [
    '["logs/2026/may.log","logs/today.log"]',
    '["logs/today.log"] ["logs/2026/may.log equal"]',
    'true 2 today, later',
  ],
  'move-and-delete': ['me false', '9 9 0'],
  archive: ['InvalidObjectState', 'figures of last year', '[{"Key":"year","Value":"2025"}]'],
  errors: ['404 NoSuchKey The specified key does not exist. true', 'aborted'],
  select: [
    'tea 4.2',
    'tea, green 5',
    '3,21.70 66',
    'ComparisonFailed price is a string and can not be compared with 5: use CAST(price AS INT).',
  ],
  encryption: ['noon bytes 11-14/15 me', '25165824 true', 'tampered'],
  'in-tests': ['{"ok":true}'],
}

describe('the examples print what they promise', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer()
    process.env.COSET_ENDPOINT = server.endpoint
    process.env.COSET_SECRET_ID = server.secretId
    process.env.COSET_SECRET_KEY = server.secretKey
  })
  afterAll(() => server.stop())

  it.each(Object.keys(EXPECTED))('%s', async (name) => {
    const lines: string[] = []
    const log = vi.spyOn(console, 'log').mockImplementation((...values: unknown[]) => {
      lines.push(
        values.map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value))).join(' '),
      )
    })
    try {
      await import(/* @vite-ignore */ new URL(`./${name}.ts`, import.meta.url).href)
    } finally {
      log.mockRestore()
    }
    expect(lines).toEqual(EXPECTED[name])
  })
})
