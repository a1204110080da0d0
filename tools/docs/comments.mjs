// Reads the doc comments of declarations out of their TypeScript source, through groups of members that are shared.
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const TOKEN =
  /(?<doc>\/\*\*[\s\S]*?\*\/)|\/\*[\s\S]*?\*\/|\/\/[^\n]*|(?<text>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`)|(?<word>[\w$]+)|(?<mark>=>|\.\.\.|[^\s\w])/g
const CLOSING = new Set([')', '}', ']', ','])
/** Words that begin a statement, and so end the expression before it: the sources have no semicolons. */
const STATEMENTS = new Set(['export', 'import', 'const', 'let', 'function', 'interface', 'type', 'class'])

/**
 * A source file's top level: constants by name, each with its comment and what its expression mentions, and where
 * imported names come from.
 */
export function readSource(path, cache = new Map()) {
  const known = cache.get(path)
  if (known) return known
  const source = { path, cache, constants: new Map(), imports: new Map() }
  cache.set(path, source)
  const tokens = tokenize(readFileSync(path, 'utf8'))
  let at = 0
  let doc
  while (at < tokens.length) {
    const { kind, text } = tokens[at]
    if (kind === 'doc') doc = text
    if (text === 'import') at = readImport(tokens, at, source)
    else if (text === 'const') {
      const name = tokens[at + 1].text
      while (tokens[at] && tokens[at].text !== '=') at++
      const expression = readExpression(tokens, at + 1, source)
      source.constants.set(name, { doc: plainText(doc), node: expression.node })
      at = expression.at
      doc = undefined
    } else at++
  }
  return source
}

/** The comment of the constant itself. */
export function commentOf(source, constant) {
  return source.constants.get(constant)?.doc ?? ''
}

/** The comment of what stands at the path of object keys inside a constant, or '' where nobody wrote one. */
export function commentAt(source, constant, path) {
  let nodes = [source.constants.get(constant)?.node].filter(Boolean)
  let doc = ''
  for (const name of path) {
    const entries = nodes.flatMap((node) => entriesOf(node, name))
    doc = entries.findLast((entry) => entry.doc)?.doc ?? ''
    nodes = entries.map((entry) => entry.node)
  }
  return doc
}

/** Entries of that name in an expression: in objects it holds, and in those that the names it mentions stand for. */
function entriesOf(node, name, seen = new Set()) {
  if (seen.has(node)) return []
  seen.add(node)
  const own = node.entries.filter((entry) => entry.name === name)
  const mentioned = node.mentions.flatMap((word) => {
    const found = resolve(node.source, word)
    return found ? entriesOf(found, name, seen) : []
  })
  return [...mentioned, ...own]
}

function resolve(source, name) {
  const own = source.constants.get(name)
  if (own) return own.node
  const from = source.imports.get(name)
  if (!from?.specifier.startsWith('.')) return undefined
  const path = join(dirname(source.path), from.specifier.replace(/\.js$/, '.ts'))
  return existsSync(path) ? readSource(path, source.cache).constants.get(from.name)?.node : undefined
}

function tokenize(text) {
  const tokens = []
  for (const { groups } of text.matchAll(TOKEN)) {
    for (const kind of ['doc', 'text', 'word', 'mark']) {
      if (groups[kind] !== undefined) tokens.push({ kind, text: groups[kind] })
    }
  }
  return tokens
}

function readImport(tokens, start, { imports }) {
  let at = start + 1
  const names = []
  while (tokens[at] && tokens[at].kind !== 'text') {
    const { kind, text } = tokens[at]
    const renamed = tokens[at - 1].text === 'as' && names.length > 0
    if (renamed) names.at(-1).local = text
    else if (kind === 'word' && text !== 'as' && text !== 'from' && text !== 'type')
      names.push({ name: text, local: text })
    at++
  }
  const specifier = tokens[at]?.text.slice(1, -1) ?? ''
  for (const { name, local } of names) imports.set(local, { name, specifier })
  return at + 1
}

/** Everything up to the comma, bracket or statement that ends the expression. */
function readExpression(tokens, start, source) {
  const node = { source, entries: [], mentions: [] }
  let at = start
  while (at < tokens.length) {
    const { kind, text } = tokens[at]
    if (endsExpression(tokens[at])) break
    if (text === '{') at = readObject(tokens, at + 1, node)
    else if (text === '(' || text === '[') at = readList(tokens, at + 1, node)
    else {
      if (kind === 'word') node.mentions.push(text)
      at += text === 'as' ? 2 : 1
    }
  }
  return { node, at }
}

function endsExpression({ kind, text }) {
  return kind === 'doc' || CLOSING.has(text) || STATEMENTS.has(text)
}

/** Arguments of a call, or entries of an array: what they hold counts as the caller's own. */
function readList(tokens, start, node) {
  let at = start
  while (at < tokens.length && !isEnd(tokens[at])) {
    const { node: inner, at: next } = readExpression(tokens, at, node.source)
    node.entries.push(...inner.entries)
    node.mentions.push(...inner.mentions)
    // A comment, a comma, or a word of a statement: none of them is part of what was looked for.
    at = next === at || tokens[next]?.text === ',' ? next + 1 : next
  }
  return at + 1
}

function readObject(tokens, start, node) {
  let at = start
  let doc
  while (at < tokens.length && !isEnd(tokens[at])) {
    const { kind, text } = tokens[at]
    if (kind === 'doc') {
      doc = text
      at++
    } else if (tokens[at + 1]?.text === ':') {
      const value = readExpression(tokens, at + 2, node.source)
      const name = kind === 'text' ? text.slice(1, -1) : text
      node.entries.push({ name, doc: plainText(doc), node: value.node })
      doc = undefined
      at = value.at
    } else {
      // A spread, or a name alone: what it stands for is part of the object.
      const value = readExpression(tokens, at, node.source)
      node.mentions.push(...value.node.mentions)
      at = Math.max(value.at, at + 1)
    }
    if (tokens[at]?.text === ',') at++
  }
  return at + 1
}

function isEnd({ text }) {
  return text === ')' || text === '}' || text === ']'
}

/** A comment's text without its stars; paragraphs become lines of their own. */
function plainText(doc = '') {
  return doc
    .replace(/^\/\*\*|\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\*? ?/, '').trimEnd())
    .join('\n')
    .trim()
}
