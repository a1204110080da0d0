// Pieces of a result that stand in files.
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { ResultPart, ResultPiece } from './execution.js'

const READ_BYTES = 256 * 1024

/** All that the file holds. */
export async function resultPart(path: string): Promise<ResultPart> {
  const { size } = await stat(path)
  return { path, length: size }
}

/** For those who want nothing but bytes, each valid only until the next are asked for. */
export async function* bytesOf(pieces: AsyncIterable<ResultPiece>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    if (piece instanceof Uint8Array) yield piece
    else if (piece.length > 0) {
      yield* createReadStream(piece.path, { end: piece.length - 1, highWaterMark: READ_BYTES })
    }
  }
}
