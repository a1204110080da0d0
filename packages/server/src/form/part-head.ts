// The head of one part of a form: the field's name, and the file's.
import { Fault, LIMITS } from '@coset/model'

export interface PartHead {
  readonly name: string
  /** As the client gave it, with or without a path; undefined for what is no file. */
  readonly fileName: string | undefined
}

// In quotes a backslash is itself, as old browsers send whole Windows paths, except before a quote.
const PARAMETER = /;\s*([a-z*]+)\s*=\s*(?:"((?:[^"\\]|\\"|\\(?!"))*)"|([^;"\s]*))/gi
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Throws `MalformedPOSTRequest`. */
export function parsePartHead(bytes: Uint8Array): PartHead {
  const line = textOf(bytes, 'The head of a part')
    .split('\r\n')
    .find((header) => /^content-disposition\s*:/i.test(header))
  const disposition = /^[^:]*:\s*form-data\s*(;.*)$/i.exec(line ?? '')?.[1]
  if (disposition === undefined) throw malformed('Each part has a Content-Disposition of form-data.')
  const parameters = new Map<string, string>()
  for (const [, name = '', quoted, bare = ''] of disposition.matchAll(PARAMETER)) {
    parameters.set(name.toLowerCase(), quoted?.replaceAll('\\"', '"') ?? bare)
  }
  const name = parameters.get('name')
  if (name === undefined || name === '' || name.length > LIMITS.formFieldNameLengthMax) {
    throw malformed(`Each part has a name of 1 to ${LIMITS.formFieldNameLengthMax} characters.`)
  }
  return { name, fileName: extendedText(parameters.get('filename*')) ?? parameters.get('filename') }
}

/** Text of a form is UTF-8. */
export function textOf(bytes: Uint8Array, what: string): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new Fault('MalformedPOSTRequest', { message: `${what} is not UTF-8.` }, { cause })
  }
}

/** `UTF-8''%E4%B8%AD` (RFC 5987), which some programs write although forms should not use it. */
function extendedText(value: string | undefined): string | undefined {
  const encoded = /^utf-8'[^']*'(.*)$/i.exec(value ?? '')?.[1]
  if (encoded === undefined) return undefined
  try {
    return decodeURIComponent(encoded)
  } catch {
    throw malformed("The file's name is not percent-encoded UTF-8.")
  }
}

function malformed(message: string): Fault {
  return new Fault('MalformedPOSTRequest', { message })
}
