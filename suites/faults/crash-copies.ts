// Copies of what a writer knows to be there, for the crash suite.
import { urlEncode } from '@coset/protocol'
import type { Ledger, Operation } from './crash-ledger.js'
import { expectReply, header, type Writer } from './crash-replies.js'

/** Of the writer's own last put of some key: no one else writes there, so its content is known. */
export async function copy(
  { http, ledger, random, writer }: Writer,
  bucket: string,
  key: string,
): Promise<void> {
  const sources = ownPuts(ledger, `writer-${writer}/`)
  if (sources.length === 0) return
  const source = random.pick(sources)
  const generation = ledger.newGeneration()
  const operation = ledger.begin({ kind: 'put', bucket, key, generation, content: source.content })
  const version = source.versionId === undefined ? '' : `?versionId=${source.versionId}`
  const path = source.key.split('/').map(urlEncode).join('/')
  const headers = {
    'x-cos-copy-source': `${source.bucket}.cos.ap-guangzhou.myqcloud.com/${path}${version}`,
    'x-cos-metadata-directive': 'Replaced',
    'x-cos-meta-generation': String(generation),
  }
  const reply = await expectReply(http, { method: 'PUT', bucket, key, headers })
  ledger.count('copy')
  ledger.acknowledge(operation, header(reply.headers, 'x-cos-version-id'))
}

/** Keys whose last operation is a put that was acknowledged, and whose version no one deletes. */
function ownPuts(ledger: Ledger, prefix: string): readonly Operation[] {
  const last = [...ledger.operations.values()].flatMap((list) => list.at(-1) ?? [])
  return last.filter(({ bucket, key, kind, ended, versionId }) => {
    const isKnown = kind === 'put' && ended !== Number.POSITIVE_INFINITY && key.startsWith(prefix)
    return isKnown && !(versionId !== undefined && ledger.deletionOf(bucket, key, versionId))
  })
}
