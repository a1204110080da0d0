// A page of the reference: all operations that one file declares.
import { commentAt, commentOf } from './comments.mjs'
import { block, code, table } from './markdown.mjs'
import { boundsOf, codeSample, fieldsOf, typeOf, xmlSample } from './shapes.mjs'

const RESOURCE_PATHS = { service: '/', bucket: '/', object: '/<Key>' }
/** In a sample call, members shown by a variable's name. */
const SHORTHANDS = new Set(['Bucket', 'UploadId', 'VersionId'])

/**
 * @param noun `{ noun, purpose, source, operations }` of one declaring file
 * @param context `{ vendorPrefix, faults }`
 */
export function operationPage({ noun, purpose, source, operations }, context) {
  const sections = Object.entries(operations).map(([name, operation]) =>
    section({ name, operation, source, context }),
  )
  const list =
    sections.length > 1
      ? `${Object.keys(operations)
          .map((name) => `[\`${name}\`](#${name.toLowerCase()})`)
          .join(', ')}\n`
      : ''
  return [`# ${noun}`, purpose, list, ...sections]
    .filter(Boolean)
    .join('\n\n')
    .replace(/\n{3,}/g, '\n\n')
}

function section(of) {
  const { name, operation, source } = of
  const parts = [
    `## ${name}`,
    introduction(commentOf(source, name), operation),
    facts(of),
    block('ts', callSample(name, operation)),
    '### Input',
    table(memberRows(of, 'input'), ['member', 'where', 'type', 'required', '']),
    documentSample(operation, 'input', 'Body of the request:'),
    '### Output',
    Object.keys(operation.output).length > 0
      ? table(memberRows(of, 'output'), ['member', 'where', 'type', 'always', ''])
      : 'Nothing but `statusCode`, `requestId` and `headers`, which every reply has.',
    documentSample(operation, 'output', 'Body of the reply:'),
    '### Errors',
    faultTable(of),
  ]
  return parts.filter(Boolean).join('\n\n')
}

/** The declaration's comment, without the list of errors that has its own table and with the link made one. */
function introduction(comment, operation) {
  const link = /@see (\S+)/.exec(comment)?.[1]
  const cosName = cosNameOf(comment, operation)
  const prose = comment
    .replace(/@see \S+/, '')
    .replace(/\n/g, ' ')
    .replace(/\bCOS: [^.]+\.\s*/, '')
    .replace(/Errors: .*$/, '')
    .trim()
  const shown = link ? `[${cosName}](${link})` : cosName
  return `${prose || operation.summary}\n\nCOS: ${shown}.`
}

/** The API's name in COS's own documents. */
export function cosNameOf(comment, { name }) {
  return /\bCOS: ([^.]+)\./.exec(comment)?.[1] ?? name
}

function facts({ name, operation, context }) {
  const { method, resource, query, queryValues, selectedBy, status, statusWhen, idempotent, slow } = operation
  const written = query.map((word) => (queryValues?.[word] ? `${word}=${queryValues[word]}` : word))
  const words = query.length > 0 ? `?${written.join('&')}` : ''
  const header = selectedBy && `\`${headerText(selectedBy, context)}\``
  const where = { service: 'the service', bucket: 'the bucket', object: 'the object' }[resource]
  const selectors = [
    query.length > 0 && `the query ${query.map((word) => `\`${word}\``).join(', ')}`,
    header && `the header ${header}`,
  ]
  const chosen = selectors.filter(Boolean).join(' and ')
  const also = statusWhen ? `; ${statusWhen.status} when the reply has \`${statusWhen.member}\`` : ''
  const lines = [
    `- \`${method} ${RESOURCE_PATHS[resource]}${words}\` of ${where}${chosen ? `, chosen by ${chosen}` : ''}`,
    `- Status ${status}${also}`,
    `- Action for policies: \`${operation.action}\``,
    `- \`cos.${name}(input: OperationInput<'${name}'>, options?: CallOptions): Promise<OperationOutput<'${name}'>>\``,
    idempotent
      ? '- Idempotent: the SDK sends it again after a failure that may pass'
      : '- Not idempotent: the SDK sends it again only when the first try surely did not begin',
    operation.digestRequired && '- The document must come with its Content-MD5, which the SDK computes',
    slow &&
      '- May take long: white space keeps the reply alive, and a failure may come in a document with status 200',
  ]
  return lines.filter(Boolean).join('\n')
}

function callSample(name, operation) {
  const { input, output } = operation
  const extra = wishOf(operation)
  const members = Object.entries(input).flatMap(([member, { optional, place }]) => {
    if (optional && member !== extra) return []
    if (SHORTHANDS.has(member)) return [member]
    if (place.in === 'stream') return [`${member}: 'hello'`]
    return [`${member}: ${place.in === 'key' ? `'dir/a.txt'` : codeSample(member, place.shape)}`]
  })
  const told = Object.entries(output)
  const required = told.filter(([, { optional }]) => !optional)
  const results = (required.length > 0 ? required : told).slice(0, 3).map(([member]) => member)
  const given = members.length > 0 ? `{ ${members.join(', ')} }` : ''
  return `${results.length > 0 ? `const { ${results.join(', ')} } = ` : ''}await cos.${name}(${given})`
}

/** The first member that says something, where a setting is put and none of its members must be there. */
function wishOf({ method, query, input }) {
  const told = Object.entries(input).filter(([, { place }]) => !['bucket', 'key', 'query'].includes(place.in))
  if (method !== 'PUT' || query.length === 0 || told.some(([, { optional }]) => !optional)) return undefined
  return told[0]?.[0]
}

/** Members without a comment of their own, but for those that repeat what was asked. */
export function uncommented({ source, operations }) {
  return Object.entries(operations).flatMap(([name, operation]) =>
    ['input', 'output'].flatMap((side) =>
      Object.keys(operation[side])
        .filter((member) => !commentAt(source, name, [side, member]) && !echoText(operation, side, member))
        .map((member) => `${name}.${side}.${member}`),
    ),
  )
}

function memberRows({ name, operation, source, context }, side) {
  return Object.entries(operation[side]).flatMap(([member, { optional, place }]) => {
    const doc = commentAt(source, name, [side, member]) || echoText(operation, side, member)
    const shape = place.shape
    const row = [
      `\`${member}\``,
      placeText(place, member, context),
      memberType(place),
      optional ? 'no' : 'yes',
      sentence(doc, boundsOf(shape)),
    ]
    return [row, ...fieldRows({ source, name, path: [side, member] }, shape, member)]
  })
}

/** Lists and settings repeat what was asked. */
function echoText({ input }, side, member) {
  return side === 'output' && member in input ? 'As in the request.' : ''
}

function fieldRows(at, shape, prefix) {
  const open = shape?.kind === 'list' ? `${prefix}[]` : prefix
  return fieldsOf(shape).flatMap(([field, { shape: of, optional, attribute }]) => {
    const path = [...at.path, field]
    const row = [
      `\`${open}.${field}\``,
      attribute ? `attribute \`${attribute.prefix}:${attribute.name}\`` : 'element',
      linkedType(typeOf(of)),
      optional ? 'no' : 'yes',
      sentence(commentAt(at.source, at.name, path), boundsOf(of)),
    ]
    return [row, ...fieldRows({ ...at, path }, of, `${open}.${field}`)]
  })
}

function memberType(place) {
  switch (place.in) {
    case 'stream':
      return '[body](../guide/sdk.md)'
    case 'events':
      return '[events](../guide/sdk.md)'
    case 'headers':
    case 'fields':
      return code('Record<string, string>')
    case 'status':
      return code('number')
    default:
      return linkedType(typeOf(place.shape))
  }
}

function placeText(place, member, context) {
  switch (place.in) {
    case 'bucket':
      return 'host or path'
    case 'key':
      return 'path'
    case 'header': {
      const name = headerText(place.header, context)
      return `header \`${name}\`${place.orQuery ? `, or query \`${name}\`` : ''}`
    }
    case 'headers':
      return `headers \`${headerText(place.header, context)}*\``
    case 'query':
      return `query \`${place.name}\``
    case 'field':
      return fieldText(place, context)
    case 'fields':
      return `form fields \`${headerText(place.field, context)}*\``
    case 'element':
      return `element${place.echo ? `, and header \`${headerText(place.echo, context)}\`` : ''}`
    case 'document':
      return 'the document'
    case 'stream':
    case 'events':
      return 'body'
    case 'status':
      return 'status'
    case 'client':
      return 'SDK only'
    default:
      return `${place.in} \`${place.name ?? member}\``
  }
}

/** A form's field, and what counts where it is absent. */
function fieldText({ field, or }, context) {
  const twins = {
    vendor: `, or \`${context.vendorPrefix}${field.name}\``,
    head: ', or header or query parameter of the same name',
  }
  return `form field \`${headerText(field, context)}\`${twins[or] ?? ''}`
}

function headerText({ vendor, name }, { vendorPrefix }) {
  return vendor ? `${vendorPrefix}${name}` : name
}

function documentSample(operation, side, title) {
  const root = operation[`${side}Root`]
  if (root === undefined) return ''
  const places = Object.entries(operation[side])
  const whole = places.find(([, { place }]) => place.in === 'document')
  const elements = places.filter(([, { place }]) => place.in === 'element')
  const fields = elements.map(([member, { place, optional }]) => [member, { shape: place.shape, optional }])
  const shape = whole ? whole[1].place.shape : { kind: 'record', fields: Object.fromEntries(fields) }
  return `${title}\n\n${block('xml', xmlSample(root, shape, operation[`${side}Xmlns`]))}`
}

function faultTable({ name, operation, source, context }) {
  const errors = /Errors: ([\s\S]*?)(?=@see|$)/.exec(commentOf(source, name))?.[1] ?? ''
  const rows = [...new Set(operation.faults)].map((fault) => {
    const { status, message, retry } = context.faults[fault]
    return [`\`${fault}\``, String(status), retry ? 'yes' : 'no', `${message}${occasionOf(fault, errors)}`]
  })
  const others = 'Besides these, [any request](errors.md) may be refused.'
  return `${table(rows, ['code', 'status', 'retry', 'message'])}\n\n${others}`
}

/** What the declaration's comment says of a code, such as "for archived sources". */
function occasionOf(fault, errors) {
  const said = new RegExp(`\`${fault}\`(?: \\(\\d+\\))?((?:(?!, |; |\\.(?: |$)).)*)`).exec(
    errors.replace(/\s*\n\s*/g, ' '),
  )?.[1]
  return said?.trim() ? ` Here: ${said.trim()}.` : ''
}

function sentence(doc, bounds) {
  const text = doc.replace(/\s*\n\s*/g, ' ')
  if (bounds === '' || text.includes(bounds)) return text
  const capital = bounds[0].toUpperCase() + bounds.slice(1)
  return text === '' ? `${capital}.` : `${text} ${capital}.`
}

/** Types of many values stand once, on the index page. */
function linkedType(type) {
  return type === 'StorageClass' || type === 'CopySource' ? `[${code(type)}](README.md#types)` : code(type)
}
