// The digest thread itself.
import { parentPort, workerData } from 'node:worker_threads'
import { type Digester, inlineDigester } from '@coset/core'
import { loadCrc64 } from '@coset/protocol'
import type { FromThread, ThreadSetup, ToThread } from './digest-thread.js'

const { memory, slotBytes } = workerData as ThreadSetup
const create = inlineDigester(await loadCrc64())
const bodies = new Map<number, Digester>()

parentPort?.on('message', (message: ToThread) => {
  switch (message.kind) {
    case 'start':
      bodies.set(message.body, create({ sha1: message.sha1, length: undefined }))
      return
    case 'update':
      bodies.get(message.body)?.update(new Uint8Array(memory, message.slot * slotBytes, message.length))
      tell({ kind: 'free', slot: message.slot })
      return
    case 'discard':
      bodies.delete(message.body)
      return
    case 'finish':
      void finish(message.body)
  }
})

async function finish(body: number): Promise<void> {
  const digests = await bodies.get(body)?.digest()
  bodies.delete(body)
  if (digests) tell({ kind: 'digests', body, digests })
}

function tell(message: FromThread): void {
  parentPort?.postMessage(message)
}
