// Pages that are one table: every error, every limit.
import { commentAt, readSource } from './comments.mjs'
import { table } from './markdown.mjs'
import { number } from './shapes.mjs'

const KIB = 1024

export function errorsPage(faults, nouns) {
  const rows = Object.entries(faults)
    .sort(([a, { status: one }], [b, { status: two }]) => one - two || (a < b ? -1 : 1))
    .map(([code, { status, message, retry }]) => [
      `\`${code}\``,
      String(status),
      retry ? 'yes' : 'no',
      message,
      usersOf(code, nouns).join(', '),
    ])
  return `# Errors

Every failure the server tells, as an XML document (HEAD: status and headers alone) and as the \`code\` of the SDK's \`CosServiceError\`.
*Retry* is what the SDK does by itself, where the operation allows it. A message may be more exact than the one given here.

\`\`\`xml
<Error>
  <Code>NoSuchKey</Code>
  <Message>The specified key does not exist.</Message>
  <Resource>examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com/dir/a.txt</Resource>
  <RequestId>NmE3MTAxY2VfMTAwMDE=</RequestId>
  <TraceId>NmE3MTAxY2VfMTAwMDE=</TraceId>
</Error>
\`\`\`

${table(rows, ['code', 'status', 'retry', 'message', 'named by'])}

Codes that no operation names belong to requests as such: their address, signature, head or size.
`
}

function usersOf(code, nouns) {
  return nouns.flatMap(({ noun, operations }) =>
    Object.entries(operations)
      .filter(([, { faults }]) => faults.includes(code))
      .map(([name]) => `[${name}](${noun}.md#${name.toLowerCase()})`),
  )
}

export function limitsPage(limits, path) {
  const source = readSource(path)
  const rows = Object.entries(limits).map(([name, value]) => [
    `\`${name}\``,
    amount(name, value),
    commentAt(source, 'LIMITS', [name]).replace(/\s*\n\s*/g, ' '),
  ])
  return `# Limits

Nothing that comes from outside is without a bound. They are constants of \`LIMITS\` in \`@coset/model\`.

${table(rows, ['name', 'value', ''])}
`
}

/** Units stand in the names. */
function amount(name, value) {
  if (/Bytes/.test(name) && value >= KIB) return `${number(value)} (${binary(value)})`
  if (/Ms(?=[A-Z]|$)/.test(name) && value >= 60_000) return `${number(value)} (${duration(value)})`
  return number(value)
}

function binary(bytes) {
  const units = ['bytes', 'KiB', 'MiB', 'GiB']
  let power = 0
  let value = bytes
  while (power < units.length - 1 && value % KIB === 0) {
    value /= KIB
    power++
  }
  return `${number(value)} ${units[power]}`
}

function duration(milliseconds) {
  const hours = milliseconds / 3_600_000
  return hours >= 1 ? `${number(hours)} h` : `${number(milliseconds / 60_000)} min`
}
