// The paths that a query wants of records of JSON, as the kernel has them in its memory.
import type { FieldStep } from '../analysis/query.js'

/** As the kernel's layout has it. */
const NODES_FROM = 16
const NODE_BYTES = 48
const ROOM_BYTES = 32 * 1024
const KINDS = { exact: 0, anyCase: 1, element: 2 } as const
/** Each element up to it is a state of its own. */
const INDEX_MAX = 500
const ASCII = /^[\x20-\x7e]*$/

interface Node {
  readonly kind: keyof typeof KINDS
  readonly name: string
  readonly index: number
  readonly children: Node[]
  path: number
}

/** Bytes for the kernel's memory at that address; undefined for what it can't follow. Each path is another one. */
export function pathBytes(paths: readonly (readonly FieldStep[])[], address: number): Buffer | undefined {
  const root: Node = { kind: 'exact', name: '', index: 0, children: [], path: -1 }
  const nodes = [root]
  for (const [path, steps] of paths.entries()) {
    let node: Node | undefined = root
    for (const step of steps) node = node && childOf(node, step, nodes)
    if (node === undefined) return undefined
    node.path = path
  }
  return written(nodes, address)
}

/** Undefined where two names may mean the same field, or one that the kernel does not compare as the interpreter does. */
function childOf(parent: Node, step: FieldStep, nodes: Node[]): Node | undefined {
  const wanted = nodeOf(step)
  const isAlike = (one: Node) =>
    one.kind !== 'element' && one.name.toLowerCase() === wanted.name.toLowerCase()
  const isSame = (one: Node) =>
    one.kind === wanted.kind &&
    one.index === wanted.index &&
    (one.kind === 'anyCase' ? isAlike(one) : one.name === wanted.name)
  const known = parent.children.find(isSame)
  if (known) return known
  if (wanted.kind === 'anyCase' && !ASCII.test(wanted.name)) return undefined
  if (wanted.index > INDEX_MAX || Buffer.from(wanted.name).toString() !== wanted.name) return undefined
  const isClear =
    wanted.kind === 'element' || !parent.children.some((one) => isAlike(one) && one.kind !== wanted.kind)
  if (!isClear) return undefined
  parent.children.push(wanted)
  nodes.push(wanted)
  return wanted
}

function nodeOf(step: FieldStep): Node {
  if (step.kind === 'index') return { kind: 'element', name: '', index: step.index, children: [], path: -1 }
  const { name, quoted } = step.identifier
  return { kind: quoted ? 'exact' : 'anyCase', name, index: 0, children: [], path: -1 }
}

function written(nodes: readonly Node[], address: number): Buffer | undefined {
  const names = nodes.map(({ name }) => Buffer.from(name))
  const namesFrom = NODES_FROM + nodes.length * NODE_BYTES
  const length = names.reduce((sum, name) => sum + name.length, namesFrom)
  if (length > ROOM_BYTES) return undefined
  const bytes = Buffer.alloc(length)
  const addressOf = (node: Node | undefined) =>
    node ? address + NODES_FROM + nodes.indexOf(node) * NODE_BYTES : 0
  const siblings = new Map(
    nodes.flatMap(({ children }) => children.map((one, at) => [one, children[at + 1]])),
  )
  bytes.writeUInt32LE(nodes.length)
  let nameAt = namesFrom
  for (const [index, node] of nodes.entries()) {
    const name = names[index] ?? Buffer.alloc(0)
    const words = [
      KINDS[node.kind],
      address + nameAt,
      node.kind === 'element' ? node.index : name.length,
      addressOf(node.children[0]),
      addressOf(siblings.get(node)),
      node.path,
    ]
    for (const [place, word] of words.entries())
      bytes.writeInt32LE(word, NODES_FROM + index * NODE_BYTES + place * 4)
    name.copy(bytes, nameAt)
    nameAt += name.length
  }
  return bytes
}
