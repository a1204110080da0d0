import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CosClientError } from '../../errors.js'
import { filterOf } from './filter.js'
import { compileGlob } from './globs.js'

describe('a pattern', () => {
  it.each([
    ['*.log', ['a.log', 'x/y/a.log', '.log', 'a.log/inside'], ['a.log2', 'alog', 'x/a.txt']],
    ['src/*.ts', ['src/a.ts', 'src/a.ts/inside'], ['a.ts', 'src/x/a.ts', 'x/src/a.ts', 'src/a.tsx']],
    ['**/*.ts', ['a.ts', 'x/a.ts', 'x/y/a.ts'], ['a.js', 'x/a.js']],
    ['src/**', ['src/a', 'src/x/y'], ['src', 'x/src/a', 'srcs/a']],
    ['src/**/a.ts', ['src/a.ts', 'src/x/a.ts', 'src/x/y/a.ts'], ['src/xa.ts', 'a.ts', 'src/a/x.ts']],
    ['a**z', ['az', 'a/z', 'ab/c/dz', 'x/az'], ['a', 'z', 'xaz']],
    ['/a', ['a', 'a/b'], ['b/a', 'ab']],
    [
      'node_modules',
      ['node_modules', 'node_modules/a', 'x/node_modules/a/b'],
      ['node_modules2', 'anode_modules'],
    ],
    ['build/', ['build/', 'build/a', 'x/build/a'], ['build', 'x/build']],
    ['a/b/', ['a/b/', 'a/b/c'], ['a/b', 'x/a/b/c']],
    ['?.txt', ['a.txt', '世.txt', '😀.txt'], ['.txt', 'ab.txt', '/.txt']],
    ['[a-c].txt', ['a.txt', 'c.txt'], ['d.txt', '-.txt']],
    ['[!a-c].txt', ['d.txt'], ['a.txt', '/.txt']],
    ['[]x].txt', ['].txt', 'x.txt'], ['[.txt']],
    ['\\*.txt', ['*.txt'], ['a.txt', '\\a.txt']],
    ['a.b', ['a.b'], ['axb']],
    ['*', ['a', 'a/b', '.hidden'], []],
    ['**', ['a', 'a/b'], []],
  ])('%s', (glob, matching, others) => {
    const test = compileGlob(glob)
    expect(matching.filter((path) => !test(path))).toEqual([])
    expect(others.filter((path) => test(path))).toEqual([])
  })

  it('that is none is refused', () => {
    for (const glob of ['', '[a', 'a\\', 'x'.repeat(1001)]) {
      expect(() => compileGlob(glob)).toThrow(CosClientError)
    }
  })

  it('is never slow', () => {
    const test = compileGlob(`${'*a'.repeat(100)}b`)
    expect(test('a'.repeat(850))).toBe(false)
  })

  it('means what the same regular expression means', () => {
    const piece = fc.constantFrom('a', 'b', '/', '*', '**', '?', '**/')
    const path = fc.stringMatching(/^[ab/]{1,8}$/)
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), path, (pieces, given) => {
        // Runs of stars, slashes at the ends, and stars beside names are the cases above.
        const glob = `/${pieces.join('')}`
        fc.pre(!/\*{3,}|\/\/|\/$/.test(glob))
        expect(compileGlob(glob)(given)).toBe(reference(glob).test(given))
      }),
      { numRuns: 2000 },
    )
  })
})

function reference(glob: string): RegExp {
  const source = glob
    .slice(1)
    .replace(/(?<=^|\/)\*\*\//g, 'F')
    .replace(/\*\*/g, 'A')
    .replace(/\*/g, '[^/]*')
    .replace(/\?/g, '[^/]')
    .replace(/A/g, '.*')
    .replace(/F/g, '(?:.*/)?')
  return new RegExp(`^${source}(?:/.*)?$`)
}

describe('a filter', () => {
  it('takes what is included and not excluded', () => {
    const { takes } = filterOf({ include: ['*.ts', '*.js'], exclude: '*.test.ts' })
    expect(['a.ts', 'x/a.js', 'a.test.ts', 'a.css'].filter(takes)).toEqual(['a.ts', 'x/a.js'])
    expect(['a', 'b/c'].filter(filterOf({}).takes)).toEqual(['a', 'b/c'])
  })

  it('prunes folders by patterns that exclude, and asks functions for files only', () => {
    expect(filterOf({ exclude: 'node_modules' }).prunes('x/node_modules')).toBe(true)
    expect(filterOf({ exclude: 'x/**' }).prunes('x')).toBe(true)
    expect(filterOf({ exclude: '*.ts' }).prunes('src')).toBe(false)
    const asked: string[] = []
    const { takes, prunes } = filterOf({ exclude: (path) => asked.push(path) > 0 })
    expect([prunes('x'), takes('x/y')]).toEqual([false, false])
    expect(asked).toEqual(['x/y'])
  })

  it('that is none is refused', () => {
    expect(() => filterOf({ include: 7 as never })).toThrow(CosClientError)
  })
})
