// A thread that makes tables of batches of a stored object, which it reads by itself. Each message is answered, in order.
import { ftruncateSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { analyze } from '../analysis/analyze.js'
import { PartBytes } from '../batch-bytes.js'
import { Kernel } from '../columns/kernel.js'
import { parse } from '../language/parse.js'
import type { StartMessage } from '../messages.js'
import { StoredObject } from '../stored/stored-object.js'
import { formatOf } from './format-of.js'
import { type Kind, TableMaker } from './table-maker.js'
import { type TableProgram, tableProgram } from './table-program.js'
import type { Answer, Ask, ReadAsk, TableThreadData, WriteAsk, WrittenSegment } from './table-threads.js'

class TableThread {
  readonly #object: StoredObject
  readonly #maker: TableMaker
  readonly #learn: (learned: readonly string[] | undefined) => void
  readonly #resultPath: string
  #result: number | undefined

  constructor(object: StoredObject, start: StartMessage, number: number) {
    const { request, folder } = start
    const query = analyze(parse(request.expression), request.input)
    const format = formatOf(query, request)
    const programs = new Map<Kind, TableProgram | null>()
    const programOf = (kind: Kind) => {
      const known = programs.get(kind)
      if (known !== undefined) return known
      const program = tableProgram(query, request.output, format, kind === 'typed')
      programs.set(kind, program)
      return program
    }
    this.#object = object
    this.#learn = (learned) => {
      format.learned = learned
    }
    this.#maker = new TableMaker(new Kernel(), join(folder, `table-${number}`), programOf)
    this.#resultPath = join(folder, `result-${number}`)
  }

  answer(ask: Ask): Answer {
    return ask.kind === 'read' ? this.#read(ask) : this.#write(ask)
  }

  #read({ start, end, from, kinds, learned }: ReadAsk): Answer {
    this.#learn(learned)
    return { read: this.#maker.read(new PartBytes(this.#object, start, end), from, kinds) }
  }

  #write({ records, chosen }: WriteAsk): Answer {
    this.#result ??= openSync(this.#resultPath, 'w', 0o600)
    const segments: WrittenSegment[] = []
    let position = 0
    for (const piece of this.#maker.write(records, chosen)) {
      if (!(piece instanceof Uint8Array)) {
        segments.push({ record: Uint8Array.from(piece.record) })
        continue
      }
      segments.push({ length: piece.length })
      for (let at = 0; at < piece.length; ) {
        const written = writeSync(this.#result, piece, at, piece.length - at, position)
        at += written
        position += written
      }
    }
    ftruncateSync(this.#result, position)
    return { segments }
  }
}

async function run(port: MessagePort): Promise<void> {
  const { start, number } = workerData as TableThreadData
  if (!start.stored) throw new Error('There is no stored object.')
  const thread = new TableThread(await StoredObject.open(start.stored), start, number)
  port.on('message', (ask: Ask) => {
    try {
      port.postMessage(thread.answer(ask))
    } catch (error) {
      port.postMessage({ failure: String(error) } satisfies Answer)
    }
  })
  port.postMessage({ ready: true } satisfies Answer)
}

if (parentPort) await run(parentPort)
