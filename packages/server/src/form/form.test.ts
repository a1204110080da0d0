import { Fault, LIMITS } from '@coset/model'
import { FILE_NAME_PLACE } from '@coset/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readFields } from './form.js'
import { boundaryOf, MultipartReader } from './multipart.js'

const BOUNDARY = 'XX'

interface Part {
  readonly head: string
  readonly content: string | Buffer
}

const field = (name: string, content: string | Buffer): Part => ({
  head: `Content-Disposition: form-data; name="${name}"`,
  content,
})
const file = (content: string | Buffer, name = 'a.txt'): Part => ({
  head: `Content-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: text/html`,
  content,
})

function bodyOf(parts: readonly Part[], end = `--${BOUNDARY}--\r\n`): Buffer {
  const pieces = parts.flatMap(({ head, content }) => [
    Buffer.from(`--${BOUNDARY}\r\n${head}\r\n\r\n`),
    Buffer.from(content as string),
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...pieces, Buffer.from(end)])
}

/** A source that tells what became of it. */
function sourceOf(bytes: Buffer, chunkBytes: number) {
  const seen = { chunks: 0, stopped: false }
  async function* chunks() {
    try {
      for (let at = 0; at < bytes.length; at += chunkBytes) {
        seen.chunks++
        yield bytes.subarray(at, at + chunkBytes)
      }
    } finally {
      seen.stopped = true
    }
  }
  return { seen, stream: chunks() }
}

function read(bytes: Buffer, chunkBytes = bytes.length) {
  return readFields(new MultipartReader(sourceOf(bytes, chunkBytes).stream, BOUNDARY))
}

async function readAll(bytes: Buffer, chunkBytes?: number) {
  const form = await read(bytes, chunkBytes)
  const chunks: Buffer[] = []
  for await (const chunk of form.file) chunks.push(Buffer.from(chunk))
  return { fields: Object.fromEntries(form.fieldsWithPrefix('')), content: Buffer.concat(chunks) }
}

const refused = (code: string) => expect.objectContaining({ code })

describe('a form', () => {
  it('gives its fields and its file, in whatever pieces it comes', async () => {
    // Content that is full of what looks like the end of it.
    const piece = fc.constantFrom(
      '\r',
      '\n',
      '\r\n',
      '-',
      `\r\n--${BOUNDARY[0]}`,
      '--XX',
      'a',
      '中',
      '\r\n--',
    )
    const content = fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.from(pieces.join('')))
    const isPlain = (bytes: Buffer) => !bytes.includes(`\r\n--${BOUNDARY}`)
    const property = fc.asyncProperty(
      content.filter(isPlain),
      content.filter(isPlain),
      fc.integer({ min: 1, max: 40 }),
      async (value, bytes, chunkBytes) => {
        const body = bodyOf([field('key', 'k'), field('x', value), file(bytes), field('later', 'y')])
        const form = await readAll(body, chunkBytes)
        expect(form.fields).toEqual({ key: 'k', x: value.toString() })
        expect(form.content.equals(bytes)).toBe(true)
      },
    )
    await fc.assert(property, { numRuns: 300 })
  })

  it('reads nothing of the file before it is asked for', async () => {
    const body = bodyOf([field('key', 'k'), file(Buffer.alloc(1_000_000, 'x'))])
    const { seen, stream } = sourceOf(body, 1000)
    const form = await readFields(new MultipartReader(stream, BOUNDARY))
    expect(seen.chunks).toBe(1)
    for await (const _ of form.file) break
    expect(seen).toEqual({ chunks: 1, stopped: true })
  })

  it('hands the file on as it comes, in chunks no larger', async () => {
    const form = await read(bodyOf([file(Buffer.alloc(1_000_000, '\r'))]), 1000)
    for await (const chunk of form.file) expect(chunk.length).toBeLessThanOrEqual(1000 + BOUNDARY.length + 4)
  })

  it('may have text before its first part and behind its last', async () => {
    const body = Buffer.concat([Buffer.from('hello\r\n'), bodyOf([file('x')]), Buffer.from('bye')])
    expect((await readAll(body)).content.toString()).toBe('x')
  })

  it('may have white space behind a boundary', async () => {
    const body = Buffer.from(
      bodyOf([file('x')])
        .toString()
        .replace('--XX\r\n', '--XX \t\r\n'),
    )
    expect((await readAll(body)).content.toString()).toBe('x')
  })

  it('needs no line break behind its closing boundary', async () => {
    expect((await readAll(bodyOf([file('x')], '--XX--'))).content.toString()).toBe('x')
  })
})

describe('what is no form', () => {
  const whole = bodyOf([field('key', 'k'), file('content')]).toString()
  const huge = 'x'.repeat(LIMITS.formFieldBytesMax + 1)
  const many = (count: number) => Array.from({ length: count }, (_, at) => field(`f${at}`, 'v'))
  it.each([
    ['nothing', ''],
    ['other bytes', 'hello'],
    ['a boundary of another', whole.replaceAll('XX', 'YY')],
    ['a boundary with text behind', whole.replace('--XX\r\n', '--XXX\r\n')],
    ['no closing boundary', whole.replace('--XX--', '')],
    ['a part without a disposition', whole.replace(/Content-Disposition[^\r]*/, 'A: b')],
    ['a part without a name', whole.replace('name="key"', 'nom="key"')],
    ['an empty name', whole.replace('name="key"', 'name=""')],
    ['a name too long', whole.replace('name="key"', `name="${'n'.repeat(257)}"`)],
    ['an attachment', whole.replace('form-data', 'attachment')],
    ['a head too long', whole.replace('\r\n\r\n', `\r\nX: ${'x'.repeat(5000)}\r\n\r\n`)],
    ['a field too long', bodyOf([field('key', huge), file('x')])],
    ['fields too long together', bodyOf([...'abcd'].map((name) => field(name, huge.slice(1))))],
    ['too many fields', bodyOf([...many(LIMITS.formFieldsMax + 1), file('x')])],
    ['a field twice', bodyOf([field('key', 'a'), field('KEY', 'b'), file('x')])],
    ['a field that is no UTF-8', bodyOf([field('key', Buffer.from([0xff])), file('x')])],
    ['a file name that is no UTF-8', whole.replace('filename="', "filename*=UTF-8''%ff; x=\"")],
    ['too much in front', `${'x'.repeat(5000)}\r\n${whole}`],
    ['too much behind', `${whole}${'x'.repeat(5000)}`],
  ])('is refused: %s', async (_name, body) => {
    for (const chunkBytes of [Math.max(1, body.length), 7]) {
      await expect(readAll(Buffer.from(body as string), chunkBytes)).rejects.toThrow(
        refused('MalformedPOSTRequest'),
      )
    }
  })

  it('is told apart from a form without a failure of any other kind, whatever bytes come', async () => {
    const whole = bodyOf([field('key', 'k'), field('x', 'y'), file('content'), field('later', 'z')])
    const change = fc.record({
      at: fc.nat(whole.length - 1),
      removed: fc.nat(10),
      put: fc.constantFrom('', '\r', '\r\n', '--', '--XX', '"', ';', '\0', 'Content-Disposition:'),
    })
    const property = fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      let bytes = whole
      for (const { at, removed, put } of changes) {
        bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(put), bytes.subarray(at + removed)])
      }
      const failure = await readAll(bytes, 9).then(
        () => undefined,
        (error: unknown) => error,
      )
      expect(failure ?? new Fault('MalformedPOSTRequest')).toBeInstanceOf(Fault)
    })
    await fc.assert(property, { numRuns: 500 })
  })

  it('is any beginning of a form', async () => {
    const body = bodyOf([field('key', 'k'), file('content')], '--XX--')
    for (let length = 0; length < body.length; length++) {
      await expect(readAll(body.subarray(0, length), 5)).rejects.toThrow(refused('MalformedPOSTRequest'))
    }
  })

  it('has no file, two, or one of another name', async () => {
    const other = { head: 'Content-Disposition: form-data; name="photo"; filename="a"', content: 'x' }
    const forms = [
      [],
      [field('key', 'k')],
      [file('a'), file('b')],
      [file('a'), field('x', 'y'), file('b')],
      [other, file('a')],
      [file('a'), other],
    ]
    for (const parts of forms) {
      await expect(readAll(bodyOf(parts))).rejects.toThrow(refused('IncorrectNumberOfFilesInPostRequest'))
    }
  })

  it('may be as large as the limits say', async () => {
    const fields = many(LIMITS.formFieldsMax - 1)
    const large = field('large', huge.slice(1))
    const form = await readAll(bodyOf([...fields, large, file('x')]))
    expect(Object.keys(form.fields)).toHaveLength(LIMITS.formFieldsMax)
  })
})

describe('the name of the file', () => {
  const keyOf = async (name: string, key = `dir/${FILE_NAME_PLACE}`) =>
    (await readAll(bodyOf([field('key', key), file('x', name)]))).fields.key

  it.each([
    ['a.txt', 'dir/a.txt'],
    ['文件 1.txt', 'dir/文件 1.txt'],
    ['C:\\Users\\me\\a.txt', 'dir/a.txt'],
    ['/home/me/a.txt', 'dir/a.txt'],
    ['..\\..\\a', 'dir/a'],
    ['a\\"b.txt', 'dir/a"b.txt'],
    ['$&$1', 'dir/$&$1'],
    ['', 'dir/'],
    [FILE_NAME_PLACE, `dir/${FILE_NAME_PLACE}`],
  ])('%s makes the key %s', async (name, key) => {
    expect(await keyOf(name)).toBe(key)
  })

  it('is filled in wherever the key has a place for it', async () => {
    expect(await keyOf('a', `${FILE_NAME_PLACE}/${FILE_NAME_PLACE}`)).toBe('a/a')
    expect(await keyOf('a', 'fixed')).toBe('fixed')
  })

  it('may be percent-encoded in the manner of RFC 5987', async () => {
    const head = `Content-Disposition: form-data; name=file; filename="x"; filename*=utf-8''%E4%B8%AD%20a`
    const form = await readAll(bodyOf([field('key', FILE_NAME_PLACE), { head, content: '' }]))
    expect(form.fields.key).toBe('中 a')
  })
})

describe('the boundary', () => {
  it.each([
    ['multipart/form-data; boundary=abc', 'abc'],
    ['Multipart/Form-Data;boundary="a b"', 'a b'],
    ['multipart/form-data; charset=utf-8; boundary=abc', 'abc'],
    ['multipart/form-data; boundary=abc; charset=utf-8', 'abc'],
  ])('of %s is %s', (contentType, boundary) => {
    expect(boundaryOf(contentType)).toBe(boundary)
  })

  it.each([
    undefined,
    '',
    'multipart/form-data',
    'multipart/form-data; boundary=',
    `multipart/form-data; boundary=${'x'.repeat(71)}`,
    'multipart/mixed; boundary=abc',
    'application/x-www-form-urlencoded',
    'text/plain; a="multipart/form-data; boundary=abc"',
  ])('is missing in %s', (contentType) => {
    expect(() => boundaryOf(contentType)).toThrow(refused('MalformedPOSTRequest'))
  })
})
