// An HTML form on its way in: its fields are read before anything else, its file by whoever stores it.
import { Fault, LIMITS } from '@coset/model'
import { FILE_NAME_PLACE, type FormHead } from '@coset/protocol'
import type { Exchange } from '../exchange.js'
import { requestBody } from '../request-body.js'
import { headerOf } from '../target.js'
import { boundaryOf, MultipartReader, malformed } from './multipart.js'
import { type PartHead, textOf } from './part-head.js'

export interface Form extends FormHead {
  /** In lower case. */
  readonly names: Iterable<string>
  /** The file's bytes; at their end it was seen that the form is whole and has no other file. */
  readonly file: AsyncIterable<Uint8Array>
}

/**
 * Reads up to the file's first byte. Throws `MalformedPOSTRequest`, `IncorrectNumberOfFilesInPostRequest`,
 * `MissingContentLength`, `EntityTooLarge`, `IncompleteBody`.
 */
export async function readForm(exchange: Exchange): Promise<Form> {
  const boundary = boundaryOf(headerOf(exchange.request, 'content-type'))
  const { length, stream } = requestBody(exchange)
  if (length !== undefined && length > LIMITS.putBytesMax + LIMITS.formBytesMax) {
    throw new Fault('EntityTooLarge')
  }
  return readFields(new MultipartReader(stream, boundary))
}

export async function readFields(reader: MultipartReader): Promise<Form> {
  const fields = new Map<string, string>()
  for (let part = await reader.next(); part; part = await reader.next()) {
    if (isFile(part)) {
      fillInFileName(fields, part.fileName ?? '')
      return formOf(fields, reader)
    }
    const name = part.name.toLowerCase()
    if (fields.has(name)) throw malformed(`The field ${name} is there twice.`)
    if (fields.size >= LIMITS.formFieldsMax) {
      throw malformed(`A form has at most ${LIMITS.formFieldsMax} fields before its file.`)
    }
    fields.set(name, textOf(await reader.field(`The field ${name}`), `The field ${name}`))
  }
  throw new Fault('IncorrectNumberOfFilesInPostRequest')
}

function formOf(fields: ReadonlyMap<string, string>, reader: MultipartReader): Form {
  return {
    names: fields.keys(),
    field: (name) => fields.get(name.toLowerCase()),
    fieldsWithPrefix: (prefix) => [...fields].filter(([name]) => name.startsWith(prefix)),
    file: fileOf(reader),
  }
}

/** What stands behind the file is not looked at, but must not be another file. */
async function* fileOf(reader: MultipartReader): AsyncGenerator<Uint8Array> {
  try {
    yield* reader.content()
    for (let part = await reader.next(); part; part = await reader.next()) {
      if (isFile(part)) throw new Fault('IncorrectNumberOfFilesInPostRequest')
      await reader.field(`The field ${part.name}`)
    }
  } finally {
    await reader.stop()
  }
}

/** The file is the field of that name. A file under another name is one that COS would not store. */
function isFile({ name, fileName }: PartHead): boolean {
  if (name.toLowerCase() === 'file') return true
  if (fileName === undefined) return false
  throw new Fault('IncorrectNumberOfFilesInPostRequest', {
    message: `A form has one file, in a field named "file"; ${name} is another.`,
  })
}

/** A browser may send the path on its user's machine too, which is nobody's business. */
function fillInFileName(fields: Map<string, string>, fileName: string): void {
  const key = fields.get('key')
  const bare = fileName.slice(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1)
  if (key !== undefined)
    fields.set(
      'key',
      key.replaceAll(FILE_NAME_PLACE, () => bare),
    )
}
