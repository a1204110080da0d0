// Our reader beside one that many programs use: both take the same documents, and read the same from them.
import { Fault } from '@coset/model'
import fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { expect, it } from 'vitest'
import { parseXml, type XmlElement } from './xml-tree.js'

const RUNS = Number(process.env.COSET_RUNS ?? 3000)
const LIMITS = { bytesMax: 100_000, depthMax: 1000, elementsMax: 1000 }

interface Plain {
  readonly name: string
  readonly attributes: Record<string, string>
  readonly children: Plain[]
  text: string
}

function ours(source: string): Plain | 'refused' {
  try {
    return plain(parseXml(source, LIMITS))
  } catch (error) {
    if (error instanceof Fault && error.code === 'MalformedXML') return 'refused'
    throw error
  }
}

function plain({ name, attributes, children, text }: XmlElement): Plain {
  return { name, attributes: Object.fromEntries(attributes), children: children.map(plain), text }
}

function theirs(source: string): Plain | 'refused' {
  const parser = new SaxesParser({ forceXMLVersion: true, defaultXMLVersion: '1.0' })
  const open: Plain[] = []
  let root: Plain | undefined
  const addText = (text: string) => {
    const parent = open.at(-1)
    if (parent) parent.text += text
  }
  parser.on('doctype', () => {
    throw new Error('refused here')
  })
  parser.on('opentag', ({ name, attributes }) => {
    const element: Plain = { name: localName(name), attributes: {}, children: [], text: '' }
    for (const [key, value] of Object.entries(attributes)) {
      if (key !== 'xmlns' && !key.startsWith('xmlns:')) element.attributes[localName(key)] = value
    }
    open.at(-1)?.children.push(element)
    root ??= element
    open.push(element)
  })
  parser.on('closetag', () => void open.pop())
  parser.on('text', addText)
  parser.on('cdata', addText)
  try {
    parser.write(source).close()
  } catch {
    return 'refused'
  }
  return root ?? 'refused'
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

/** The other joins a lone surrogate with whatever follows it; ours takes none. */
const LONE_SURROGATE = /\p{Surrogate}/u

/** The other takes a question mark for the space that has to follow an instruction's name. */
const LENIENT_INSTRUCTION = /<\?[^\s?>]+\?(?!>)/

function expectSame(source: string): void {
  if (LENIENT_INSTRUCTION.test(source)) return
  const expected = LONE_SURROGATE.test(source) ? 'refused' : theirs(source)
  expect(ours(source), JSON.stringify(source)).toEqual(expected)
}

const PIECES = [
  [
    '<?xml version="1.0"?>',
    "<?xml version='1.1' encoding=\"UTF-8\" standalone='yes' ?>",
    '<?xml?>',
    '<?xm l?>',
    '<?XML a?>',
  ],
  [
    '<!--c-->',
    '<!-- - -->',
    '<!-- -- -->',
    '<!--->',
    '<!---->',
    '<?p?>',
    '<?p ?>',
    '<?p a?b?>',
    '<?p',
    '<!DOCTYPE A>',
  ],
  [
    '<A>',
    '<A >',
    '< A>',
    '</A>',
    '</A >',
    '</ A>',
    '<A/>',
    '<A />',
    '<A / >',
    '<a:A>',
    '</a:A>',
    '</a:',
    '<:>',
    '<中·>',
    '<·>',
  ],
  [
    '<A x="1">',
    "<A x = '1' y='\"'>",
    '<A x="1"y="2">',
    '<A x="<">',
    '<A x="&lt;\t\n\r\n&#9;&#xA;">',
    '<A x>',
    '<A x=1>',
    '<A x="1" x="2">',
  ],
  [
    '&amp;',
    '&#65;',
    '&#x1F600;',
    '&#X41;',
    '&#xD800;',
    '&#0;',
    '&#x110000;',
    '&#99999999999;',
    '&;',
    '&#;',
    '&#x;',
    '& ',
    '&amp',
    '&nbsp;',
  ],
  ['<![CDATA[', ']]>', '<![CDATA[<&>]]>', ']]', '<![cdata[]]>', '<!', '<', '>', '/', '"', "'", '='],
  [
    ' ',
    '\t',
    '\n',
    '\r',
    '\r\n',
    'text',
    'é',
    '😀',
    '\ud800',
    '\u0001',
    '\ufffe',
    '\ufeff',
    '\u0085',
    '\u00a0',
  ],
].flat()

it('reads what is made of sound and broken pieces as the other does', { timeout: 600_000 }, () => {
  const pieces = fc.array(fc.constantFrom(...PIECES), { maxLength: 8 })
  fc.assert(
    fc.property(pieces, pieces, fc.boolean(), (before, inside, isWrapped) => {
      const source = isWrapped ? `${before.slice(0, 1).join('')}<A>${inside.join('')}</A>` : before.join('')
      expectSame(source)
    }),
    { numRuns: RUNS },
  )
})

it('reads a sound document with one change as the other does', { timeout: 600_000 }, () => {
  const sound =
    '<?xml version="1.0" encoding="UTF-8"?>\n<!-- list -->\n<List xmlns="urn:a" a:b=\'c &quot;\'>\r\n' +
    '<Key>a&amp;b &#x4e2d;</Key><?p i?><Empty/><Owner  id = "1"\n><![CDATA[<x>]]></Owner>\n</List>\n'
  fc.assert(
    fc.property(
      fc.nat({ max: sound.length }),
      fc.nat({ max: 3 }),
      fc.oneof(fc.constantFrom('', ...PIECES), fc.string({ unit: 'binary', maxLength: 2 })),
      (at, removed, added) => expectSame(sound.slice(0, at) + added + sound.slice(at + removed)),
    ),
    { numRuns: RUNS },
  )
})
