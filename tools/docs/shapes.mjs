// What a shape is in words, in TypeScript, in a sample of XML and in a sample call.

const SAMPLES = {
  ACL: 'public-read',
  Bucket: 'examplebucket-1250000000',
  BucketRegion: 'ap-guangzhou',
  Code: 'NoSuchVersion',
  DisplayName: '100000000001',
  ETag: '"5d41402abc4b2a76b9719d911017c592"',
  ID: 'qcs::cam::uin/100000000001:uin/100000000001',
  Key: 'dir/a.txt',
  Delimiter: '/',
  EncodingType: 'url',
  Expression: 'SELECT s.name FROM COSObject s LIMIT 10',
  KeyMarker: 'dir/a.txt',
  'Bucket.Location': 'ap-guangzhou',
  Location: 'http://examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com/dir/a.txt',
  Marker: 'dir/a.txt',
  Message: 'The specified version does not exist.',
  Name: 'examplebucket-1250000000',
  Prefix: 'dir/',
  Region: 'ap-guangzhou',
  UploadId: '1585130821cbb7df1d11846c073ad648e8f33b087cec2381df437acdc833cf654b9ecc6361',
  VersionId: 'MTg0NDUxNTc1NjIzMTQ1MDAwODg',
}
const NUMBERS = { Days: 7, MaxKeys: 1000, MaxParts: 1000, MaxUploads: 1000, Size: 5 }
const MEMBERS_SHOWN = 3
const TIMES = {
  http: 'Tue, 04 Aug 2026 08:12:30 GMT',
  'iso-ms': '2026-08-04T08:12:30.000Z',
  'iso-seconds': '2026-08-04T08:12:30Z',
  'unix-seconds': '1785831150',
}
const TIME_WORDS = {
  http: 'an HTTP date',
  'iso-ms': 'ISO 8601',
  'iso-seconds': 'ISO 8601, whole seconds',
  'unix-seconds': 'seconds since 1970',
}

/** The type a caller sees. Records and lists are told apart in their own rows. */
export function typeOf(shape) {
  switch (shape?.kind) {
    case undefined:
      return 'string'
    case 'integer':
      return 'number'
    case 'unsigned':
      return 'bigint'
    case 'timestamp':
      return 'Date'
    case 'choice':
      return shape.values.includes('STANDARD_IA')
        ? 'StorageClass'
        : shape.values.map((value) => `'${value}'`).join(' | ')
    case 'copy-source':
      return 'CopySource'
    case 'record':
      return 'object'
    case 'list':
      return `${isScalar(shape.of) ? typeOf(shape.of) : 'object'}[]`
    case 'boolean':
      return 'boolean'
    default:
      return 'string'
  }
}

/** What the shape itself forbids, and how it is written where that does not go without saying. */
export function boundsOf(shape) {
  if (shape?.kind === 'integer') {
    const least = shape.min === Number.MIN_SAFE_INTEGER ? '' : number(shape.min)
    if (shape.max !== Number.MAX_SAFE_INTEGER) return `${least} to ${number(shape.max)}`
    return shape.min > 0 ? `at least ${least}` : ''
  }
  if (shape?.kind === 'timestamp') return `on the wire ${TIME_WORDS[shape.format] ?? shape.format}`
  if (shape?.kind === 'list' && shape.max !== Number.MAX_SAFE_INTEGER)
    return `at most ${number(shape.max)} entries`
  if (shape?.kind === 'percent') return 'on the wire percent-encoded'
  return ''
}

/** Fields of a record, or of the records in a list, that deserve a row of their own. */
export function fieldsOf(shape) {
  if (shape?.kind === 'record') return Object.entries(shape.fields)
  if (shape?.kind === 'list') return fieldsOf(shape.of)
  return []
}

/** A sample document, one entry to a list. */
export function xmlSample(root, shape, xmlns) {
  const lines = xmlLines(root, shape, '')
  if (xmlns) lines[0] = lines[0].replace(`<${root}`, `<${root} xmlns="${xmlns}"`)
  return lines.join('\n')
}

function xmlLines(name, shape, indent, parent = '') {
  if (shape.kind === 'list') {
    if (shape.wrapped === undefined) return xmlLines(name, shape.of, indent, parent)
    return wrap(name, '', xmlLines(shape.wrapped, shape.of, `${indent}  `), indent)
  }
  if (shape.kind !== 'record')
    return [`${indent}<${name}>${escapeText(sampleText(name, shape, parent))}</${name}>`]
  const fields = Object.entries(shape.fields)
  const attributes = fields
    .filter(([, field]) => field.attribute)
    .map(([field, { attribute, shape: inner }]) => {
      const { prefix, namespace } = attribute
      return ` xmlns:${prefix}="${namespace}" ${prefix}:${attribute.name}="${sampleText(field, inner)}"`
    })
  const children = fields.filter(([, field]) => !field.attribute)
  const inner = children.flatMap(([field, { shape: of }]) => xmlLines(field, of, `${indent}  `, name))
  return wrap(name, attributes.join(''), inner, indent)
}

function wrap(name, attributes, inner, indent) {
  if (inner.length === 0) return [`${indent}<${name}${attributes}/>`]
  return [`${indent}<${name}${attributes}>`, ...inner, `${indent}</${name}>`]
}

function sampleText(name, shape, parent) {
  switch (shape.kind) {
    case 'integer':
      return String(NUMBERS[name] ?? Math.max(shape.min, 1))
    case 'unsigned':
      return '3007499710169199943'
    case 'boolean':
      return 'false'
    case 'timestamp':
      return TIMES[shape.format] ?? TIMES.http
    case 'choice':
      return shape.values[0]
    default:
      return SAMPLES[`${parent}.${name}`] ?? SAMPLES[name] ?? '…'
  }
}

/** Of what must name one of several forms. */
const CODE_SAMPLES = {
  InputSerialization: `{ CSV: { FileHeaderInfo: 'USE' } }`,
  OutputSerialization: '{ JSON: {} }',
}

/** A value for a sample call, as source text. */
export function codeSample(name, shape) {
  if (Object.hasOwn(CODE_SAMPLES, name)) return CODE_SAMPLES[name]
  switch (shape?.kind) {
    case 'integer':
      return String(NUMBERS[name] ?? Math.max(shape.min, 1))
    case 'unsigned':
      return '0n'
    case 'boolean':
      return 'true'
    case 'timestamp':
      return `new Date('${TIMES['iso-seconds']}')`
    case 'choice':
      return `'${shape.values[0]}'`
    case 'copy-source':
      return `{ Bucket, Key: 'dir/b.txt' }`
    case 'list':
      return `[${codeSample(name, shape.of)}]`
    case 'record':
      return recordSample(shape)
    default:
      return SAMPLES[name] && name !== 'UploadId' && name !== 'ETag' ? `'${SAMPLES[name]}'` : `'…'`
  }
}

/** What must be there; of a record that demands nothing, its first fields. */
function recordSample(shape) {
  const entries = Object.entries(shape.fields)
  const required = entries.filter(([, { optional }]) => !optional)
  const shown = required.length > 0 ? required : entries.slice(0, MEMBERS_SHOWN)
  const inner = shown.map(([field, { shape: of }]) => `${field}: ${codeSample(field, of)}`)
  return `{ ${inner.join(', ')} }`
}

export function number(value) {
  return value.toLocaleString('en-US')
}

function isScalar(shape) {
  return shape.kind !== 'record' && shape.kind !== 'list'
}

function escapeText(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
