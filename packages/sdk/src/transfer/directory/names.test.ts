import { posix, win32 } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NameClashes } from './name-clashes.js'
import { folderPrefix, keyOf, namesOf } from './names.js'

const HOSTILE = [
  '',
  '/',
  '/a',
  'a/',
  '//',
  'a//b',
  '.',
  '..',
  '../a',
  'a/..',
  'a/../b',
  'a/../../b',
  './a',
  'a/.',
  '\0',
  'a\0b',
  `${'x'.repeat(256)}`,
  `a/${'世'.repeat(86)}/b`,
]
const WINDOWS_HOSTILE = [
  'C:\\x',
  'C:',
  'a\\b',
  '..\\a',
  'a:stream',
  'con',
  'CON.txt',
  'x/nul',
  'COM1',
  'lpt9.log',
  'com²',
  'a.',
  'a ',
  'a?',
  'a*',
  '<',
  '|',
  '"',
  'a\nb',
  'CONIN$',
]

describe('the names of a key', () => {
  it.each(HOSTILE)('%j are refused everywhere', (relative) => {
    expect(() => namesOf(relative, 'linux')).toThrow(/can not be a path below the folder/)
    expect(() => namesOf(relative, 'win32')).toThrow(/can not be a path below the folder/)
  })

  it.each(WINDOWS_HOSTILE)('%j are refused on Windows, and fine elsewhere', (relative) => {
    expect(() => namesOf(relative, 'win32')).toThrow(/Windows/)
    expect(namesOf(relative, 'linux').join('/')).toBe(relative)
  })

  it('are fine for what only looks odd', () => {
    for (const relative of ['a', '.a', 'a..b', ' a', 'console', 'com', 'com10', 'a/b.c/d', '世/界']) {
      expect(namesOf(relative, 'win32')).toEqual(relative.split('/'))
    }
  })

  it('never lead out of the folder, nor to another name than they say', () => {
    const piece = fc.constantFrom(
      'a',
      '..',
      '.',
      '/',
      '\\',
      ':',
      'C',
      '\0',
      ' ',
      'con',
      '~',
      '世',
      '%2e',
      '\n',
    )
    const key = fc.oneof(
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
      fc.string({ unit: 'binary' }),
    )
    fc.assert(
      fc.property(key, (relative) => {
        expectInside(relative, 'linux')
        expectInside(relative, 'win32')
      }),
      { numRuns: 1000 },
    )
  })
})

function expectInside(relative: string, os: 'linux' | 'win32'): void {
  const { join, resolve, relative: relativeOf, sep } = os === 'win32' ? win32 : posix
  const root = os === 'win32' ? 'D:\\root' : '/root'
  const names = namesOrNone(relative, os)
  if (!names) return
  expect(relativeOf(root, resolve(join(root, ...names)))).toBe(names.join(sep))
  expect(names.join('/')).toBe(relative)
}

function namesOrNone(relative: string, os: 'linux' | 'win32'): readonly string[] | undefined {
  try {
    return namesOf(relative, os)
  } catch {
    return undefined
  }
}

describe('the key of a path', () => {
  it('begins with the folder that the prefix names', () => {
    expect(['', 'a', 'a/', 'a/b', '/'].map(folderPrefix)).toEqual(['', 'a/', 'a/', 'a/b/', '/'])
    expect(() => folderPrefix(7 as never)).toThrow(/Prefix must be text/)
    expect(keyOf('a/', 'b/c')).toBe('a/b/c')
  })

  it('is refused where no object can have it', () => {
    expect(() => keyOf('', '\\a')).toThrow(/"\\\\a" can not be a key/)
    expect(() => keyOf('a/', 'x'.repeat(849))).toThrow(/too long/)
    expect(() => keyOf('', 'a\u001bb')).toThrow(/control character/)
    expect(keyOf('a/', '\\b')).toBe('a/\\b')
  })
})

describe('keys that clash', () => {
  const clashing = (paths: readonly string[], foldsNames = false) => {
    const clashes = new NameClashes(foldsNames)
    return paths.filter((path) => {
      try {
        clashes.check(path)
        return false
      } catch {
        return true
      }
    })
  }

  it('are those below a file', () => {
    const paths = ['a', 'a!', 'a!/x', 'a.txt', 'a/b', 'a/b/c', 'a0', 'a0b/c', 'b/c', 'b/c/d']
    expect(clashing(paths)).toEqual(['a!/x', 'a/b', 'a/b/c', 'b/c/d'])
    expect(clashing(['', 'a/', 'a/b', 'b', 'b/'])).toEqual(['b/'])
  })

  it('are those of another case, where the file system takes them for the same', () => {
    const paths = ['A', 'B/c', 'a', 'b/C', 'b/d', 'e\u0301', '\u00e9']
    expect(clashing(paths, true)).toEqual(['a', 'b/C', '\u00e9'])
    expect(clashing(paths)).toEqual([])
  })

  it('are found in any list, as a search through all of it would find them', () => {
    const path = fc
      .array(fc.constantFrom('a', 'b', '-', '0'), { minLength: 1, maxLength: 3 })
      .map((names) => names.join('/'))
    const anyPath = fc.tuple(path, fc.constantFrom('', '-', '0')).map(([start, end]) => start + end)
    fc.assert(
      fc.property(fc.uniqueArray(anyPath, { maxLength: 30 }), (unsorted) => {
        const paths = [...unsorted].sort()
        const found = clashing(paths)
        const expected: string[] = []
        const files: string[] = []
        for (const each of paths) {
          if (files.some((file) => each.startsWith(`${file}/`))) expected.push(each)
          else files.push(each)
        }
        expect(found).toEqual(expected)
      }),
    )
  })
})
