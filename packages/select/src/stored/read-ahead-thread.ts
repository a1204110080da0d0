// The thread that reads a stored object ahead. It ends when it is terminated, with its process, or when all was read.
import { workerData } from 'node:worker_threads'
import { ChunkPlan } from './chunk-plan.js'
import { CHUNK_BYTES, CHUNKS, FAILED, FILLED, RELEASED, type ReadAheadData } from './read-ahead.js'
import { StoredObject } from './stored-object.js'

const { content, start, numbers: shared, chunks } = workerData as ReadAheadData
const numbers = new Int32Array(shared)
const memory = new Uint8Array(chunks)

function fill(object: StoredObject): void {
  const plan = new ChunkPlan(object, start, CHUNK_BYTES)
  for (let chunk = plan.at(start); chunk; chunk = plan.at(chunk.end)) {
    waitForRoom(chunk.number)
    const from = (chunk.number % CHUNKS) * CHUNK_BYTES
    object.read(chunk.start, memory.subarray(from, from + chunk.end - chunk.start))
    plan.release(chunk.end)
    Atomics.store(numbers, FILLED, chunk.number + 1)
    Atomics.notify(numbers, FILLED)
  }
}

function waitForRoom(number: number): void {
  for (;;) {
    const released = Atomics.load(numbers, RELEASED)
    if (number - released < CHUNKS) return
    Atomics.wait(numbers, RELEASED, released)
  }
}

try {
  const object = await StoredObject.open(content)
  try {
    fill(object)
  } finally {
    object.close()
  }
} catch {
  // What it is is met by whoever reads there.
  Atomics.store(numbers, FAILED, 1)
  Atomics.notify(numbers, FILLED)
}
