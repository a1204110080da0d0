// After a crash: uploads are as far as was acknowledged, and what has ended stays so.
import { type CosHttp, type CosReply, elements, text, xmlOf } from './cos-http.js'
import { etagOf, type Piece, partEtag } from './crash-content.js'
import type { Ledger } from './crash-ledger.js'
import { expectReply, header, PLAIN, VERSIONED } from './crash-replies.js'
import { type CrashUpload, completion } from './crash-uploads.js'

/** Tells what is wrong. Ends under way are asked for again, so that afterwards every upload is open or gone. */
export async function checkUploads(http: CosHttp, ledger: Ledger): Promise<readonly string[]> {
  const problems: string[] = []
  const listed = new Set([...(await uploadIds(http, PLAIN)), ...(await uploadIds(http, VERSIONED))])
  for (const upload of [...ledger.uploads]) {
    const { uploadId = '', key, end } = upload
    const tell = (problem: string) => problems.push(`The upload ${uploadId} of ${key} ${problem}`)
    if (end) await checkEnded({ http, ledger, tell }, upload, listed.has(uploadId))
    else if (uploadId !== '') await checkOpen(http, upload, listed.has(uploadId), tell)
    if (end || uploadId === '') ledger.uploads.delete(upload)
    listed.delete(uploadId)
  }
  // Begun without an answer: nobody knows of them.
  for (const id of listed) await abortUnknown(http, id)
  return problems
}

interface EndCheck {
  readonly http: CosHttp
  readonly ledger: Ledger
  readonly tell: Tell
}

async function checkEnded(check: EndCheck, upload: CrashUpload, isListed: boolean): Promise<void> {
  const { http, ledger, tell } = check
  const what = upload.end?.operation ? 'completion' : 'abortion'
  if (upload.end?.acknowledged && isListed) tell('is there after its end.')
  if (!upload.end?.acknowledged) ledger.count(`${what} under way: ${isListed ? 'not ' : ''}done`)
  if (upload.end?.operation) await checkCompleted(http, ledger, upload, tell)
  else await checkAborted(http, upload, isListed, tell)
}

type Tell = (problem: string) => void

async function checkOpen(http: CosHttp, upload: CrashUpload, isListed: boolean, tell: Tell): Promise<void> {
  const { bucket, key, uploadId = '', parts, pending } = upload
  const reply = await http.request({ method: 'GET', bucket, key, params: { uploadId } })
  if (!isListed || reply.status !== 200) return tell(`is gone: ${reply.status}.`)
  const found = new Map(
    elements(xmlOf(reply), 'Part').map((part) => [Number(text(part, 'PartNumber')), part] as const),
  )
  const isPart = (number: number, piece: Piece) => {
    const part = found.get(number)
    const etag = part && text(part, 'ETag')?.replaceAll('"', '')
    return etag === partEtag(piece) && text(part ?? NONE, 'Size') === String(piece.size)
  }
  if (pending && isPart(pending.number, pending.piece)) parts.set(pending.number, pending.piece)
  upload.pending = undefined
  for (const [number, piece] of parts) if (!isPart(number, piece)) tell(`lost its part ${number}.`)
  for (const number of found.keys()) if (!parts.has(number)) tell(`has the part ${number} that no one sent.`)
}

const NONE = { name: '', text: '', children: [] } as unknown as Parameters<typeof text>[0]

/** Asked again it answers as it did or would have, whether it had happened or not. */
async function checkCompleted(http: CosHttp, ledger: Ledger, upload: CrashUpload, tell: Tell): Promise<void> {
  const reply = await http.request(completion(upload))
  const operation = upload.end?.operation
  if (reply.status !== 200 || !operation) return tell(`is not completed: ${reply.status} ${reply.body}`)
  if (text(xmlOf(reply), 'ETag') !== `"${etagOf(operation.content)}"`) tell('has another ETag now.')
  if (upload.end?.acknowledged) return
  ledger.acknowledge(operation, header(reply.headers, 'x-cos-version-id'))
}

async function checkAborted(
  http: CosHttp,
  upload: CrashUpload,
  isListed: boolean,
  tell: Tell,
): Promise<void> {
  const { bucket, key, uploadId = '' } = upload
  if (isListed) await expectReply(http, { method: 'DELETE', bucket, key, params: { uploadId } }, 204)
  const replies: CosReply[] = [await http.request({ method: 'GET', bucket, key, params: { uploadId } })]
  if (upload.parts.size > 0) replies.push(await http.request(completion(upload)))
  if (replies.some(({ status }) => status !== 404)) tell('answers after it was aborted.')
}

async function uploadIds(http: CosHttp, bucket: string): Promise<readonly string[]> {
  const reply = await http.request({ method: 'GET', bucket, params: { uploads: '' } })
  const document = xmlOf(reply)
  if (text(document, 'IsTruncated') === 'true') throw new Error('There are more uploads than one page holds.')
  return elements(document, 'Upload').map((one) => `${text(one, 'UploadId')}`)
}

async function abortUnknown(http: CosHttp, uploadId: string): Promise<void> {
  for (const bucket of [PLAIN, VERSIONED]) {
    const document = xmlOf(await http.request({ method: 'GET', bucket, params: { uploads: '' } }))
    const found = elements(document, 'Upload').find((one) => text(one, 'UploadId') === uploadId)
    const key = found && text(found, 'Key')
    if (key) await expectReply(http, { method: 'DELETE', bucket, key, params: { uploadId } }, 204)
  }
}
