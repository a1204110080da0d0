// GZIP and BZIP2.
import { gzipSync } from 'node:zlib'
import type { SelectCase } from '../case.js'

const ROWS = Array.from({ length: 2000 }, (_, index) => `${index},name ${index}\n`).join('')
const JSON_ROWS = Array.from({ length: 2000 }, (_, index) => `{"n":${index}}\n`).join('')
/** What Debian's bzip2 1.0.8 wrote of `a` and of `b`, each with a line feed. */
const TWO_STREAMS = Buffer.from(
  'QlpoOTFBWSZTWWM+1uIAAADBAAAQIAAgACEAgrF3JFOFCQYz7W4gQlpoOTFBWSZTWRHViTEAAADBAAAQEAAgACEAgrF3JFOFCQEdWJMQ',
  'base64',
)

const sum = 'SELECT COUNT(*), SUM(CAST(_1 AS INT)) FROM COSObject'

export const COMPRESSION: readonly SelectCase[] = [
  {
    name: 'CSV in GZIP',
    sql: sum,
    data: ROWS,
    compression: 'GZIP',
    input: { csv: {} },
    expected: '2000,1999000\n',
  },
  {
    name: 'CSV in BZIP2',
    sql: sum,
    data: ROWS,
    compression: 'BZIP2',
    input: { csv: {} },
    expected: '2000,1999000\n',
  },
  {
    name: 'JSON in GZIP',
    sql: 'SELECT MAX(s.n) FROM COSObject s',
    data: JSON_ROWS,
    compression: 'GZIP',
    input: { json: 'LINES' },
    expected: '{"_1":1999}\n',
  },
  {
    name: 'a document in BZIP2',
    sql: 'SELECT MAX(s.n) FROM COSObject s',
    data: JSON_ROWS,
    compression: 'BZIP2',
    input: { json: 'DOCUMENT' },
    expected: '{"_1":1999}\n',
  },
  {
    name: 'GZIP of several members, cut within a record',
    sql: 'SELECT * FROM COSObject',
    data: () => Buffer.concat([gzipSync('a,1\nb,'), gzipSync('2\nc,3\n')]),
    raw: true,
    compression: 'GZIP',
    input: { csv: {} },
    expected: 'a,1\nb,2\nc,3\n',
  },
  {
    name: 'BZIP2 of several streams',
    sql: 'SELECT * FROM COSObject',
    data: TWO_STREAMS,
    raw: true,
    compression: 'BZIP2',
    input: { csv: {} },
    expected: 'a\nb\n',
  },
  {
    name: 'GZIP of nothing',
    sql: 'SELECT COUNT(*) FROM COSObject',
    data: '',
    compression: 'GZIP',
    input: { csv: {} },
    expected: '0\n',
  },
  {
    name: 'LIMIT ends before damage is met',
    sql: 'SELECT _2 FROM COSObject LIMIT 1',
    data: 'a,b\n"c,d\n',
    input: { csv: {} },
    expected: 'b\n',
  },
  {
    name: 'plain CSV that should be GZIP',
    sql: sum,
    data: ROWS,
    raw: true,
    compression: 'GZIP',
    input: { csv: {} },
    error: 'GzipDecompressError',
  },
  {
    name: 'plain CSV that should be BZIP2',
    sql: sum,
    data: ROWS,
    raw: true,
    compression: 'BZIP2',
    input: { csv: {} },
    error: 'Bzip2DecompressError',
  },
  {
    name: 'no bytes that should be GZIP',
    sql: sum,
    data: '',
    raw: true,
    compression: 'GZIP',
    input: { csv: {} },
    error: 'GzipDecompressError',
  },
  {
    name: 'no bytes that should be BZIP2',
    sql: sum,
    data: '',
    raw: true,
    compression: 'BZIP2',
    input: { csv: {} },
    error: 'Bzip2DecompressError',
  },
  {
    name: 'GZIP that is cut short',
    sql: sum,
    data: () => gzipSync(ROWS).subarray(0, -20),
    raw: true,
    compression: 'GZIP',
    input: { csv: {} },
    error: 'GzipDecompressError',
  },
  {
    name: 'BZIP2 that is cut short',
    sql: 'SELECT * FROM COSObject',
    data: TWO_STREAMS.subarray(0, -9),
    raw: true,
    compression: 'BZIP2',
    input: { csv: {} },
    error: 'Bzip2DecompressError',
  },
  {
    name: 'GZIP that should be plain',
    sql: sum,
    data: () => gzipSync(ROWS),
    raw: true,
    input: { csv: {} },
    error: 'InvalidTextEncoding',
  },
]
