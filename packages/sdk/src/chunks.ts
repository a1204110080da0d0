// Pieces of content that come one by one, in other forms.
import { joinChunks } from './reply.js'

/** All of them, in memory. */
export async function collected(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const chunk of chunks) {
    pieces.push(chunk)
    length += chunk.length
  }
  return joinChunks(pieces, length)
}

/** As a stream of the web, which asks for none before it is read. */
export function webStream(chunks: AsyncIterator<Uint8Array>, cancel: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const read = await chunks.next()
        if (read.done) controller.close()
        else controller.enqueue(read.value)
      },
      cancel,
    },
    { highWaterMark: 0 },
  )
}
