// Appends of the crash suite: each key has one writer, so what it holds is known but for the last piece.

import type { Crc64Engine } from '@coset/protocol'
import { bytesNamed } from '@coset/testkit'
import type { CosHttp } from './cos-http.js'
import { bytesOf, type Piece } from './crash-content.js'
import type { Ledger } from './crash-ledger.js'
import { APPENDED, expectReply, type Writer } from './crash-replies.js'

const SIZES = [1, 100, 8192, 8193, 70_000]
const PIECES_MAX = 40

export interface AppendedKey {
  readonly key: string
  /** Acknowledged. */
  readonly pieces: Piece[]
  /** Asked for, and not answered yet. */
  pending: Piece | undefined
  deleting: boolean
}

export async function append({ http, ledger, random, writer }: Writer): Promise<void> {
  const key = `writer-${writer}/append ${random.below(2)}`
  const known = ledger.appended.get(key) ?? { key, pieces: [], pending: undefined, deleting: false }
  ledger.appended.set(key, known)
  if (known.pieces.length >= PIECES_MAX) return remove(http, ledger, known)
  const piece = { name: `${key} ${ledger.newGeneration()}`, size: random.pick(SIZES) }
  const position = String(lengthOf(known))
  known.pending = piece
  const body = bytesNamed(piece.name, piece.size)
  await expectReply(http, { method: 'POST', bucket: APPENDED, key, params: { append: '', position }, body })
  known.pieces.push(piece)
  known.pending = undefined
  ledger.acknowledged++
  ledger.count('append')
}

async function remove(http: CosHttp, ledger: Ledger, known: AppendedKey): Promise<void> {
  known.deleting = true
  await expectReply(http, { method: 'DELETE', bucket: APPENDED, key: known.key }, 204)
  ledger.appended.delete(known.key)
  ledger.acknowledged++
}

function lengthOf({ pieces }: AppendedKey): number {
  return pieces.reduce((sum, { size }) => sum + size, 0)
}

/** All that was acknowledged is there, and the piece that was not is there whole or not at all. */
export async function checkAppended(
  http: CosHttp,
  ledger: Ledger,
  crc64: Crc64Engine,
): Promise<readonly string[]> {
  const problems: string[] = []
  for (const known of [...ledger.appended.values()]) {
    const { key } = known
    const reply = await http.request({ method: 'GET', bucket: APPENDED, key })
    const found = reply.status === 200 ? reply.body : undefined
    const state = found && stateOf(known, found)
    if (state) settle(ledger, known, state)
    else if (reply.status === 404 && mayBeGone(known)) ledger.appended.delete(key)
    else problems.push(`${key} has ${reply.status}, ${found?.length} of ${lengthOf(known)} bytes.`)
    if (found && reply.headers['x-cos-hash-crc64ecma'] !== crc64.of(found).toString())
      problems.push(`${key} has another CRC-64 than its bytes.`)
  }
  return problems
}

function settle(ledger: Ledger, known: AppendedKey, state: Piece[]): void {
  const { key, pieces, pending } = known
  if (pending) ledger.count(`append under way: ${state === pieces ? 'not ' : ''}done`)
  ledger.appended.set(key, { key, pieces: state, pending: undefined, deleting: false })
}

/** The pieces that make up what was found. */
function stateOf({ pieces, pending }: AppendedKey, found: Buffer): Piece[] | undefined {
  const states = [pieces, ...(pending ? [[...pieces, pending]] : [])]
  return states.find((state) => bytesOf({ pieces: state, isMultipart: false }).equals(found))
}

function mayBeGone({ deleting, pieces }: AppendedKey): boolean {
  return deleting || pieces.length === 0
}
