import { describe, expect, it } from 'vitest'
import { parse } from './parse.js'
import { print } from './print.js'

const condition = (text: string) => print(parse(`SELECT * FROM COSObject WHERE ${text}`)).slice(30)

describe('parse', () => {
  it('prints what it reads without needless brackets', () => {
    const text = `select s."a b", (s.x[0].y) z from s3object[*].lines as s where ((a = 1)) limit 5;`
    expect(print(parse(text))).toBe(
      'SELECT s."a b", s.x[0].y AS "z" FROM COSObject[*].lines AS s WHERE a = 1 LIMIT 5',
    )
  })

  it.each([
    ['a OR b AND c', 'a OR b AND c'],
    ['(a OR b) AND c', '(a OR b) AND c'],
    ['NOT a = b', 'NOT a = b'],
    ['(NOT a) = b', '(NOT a) = b'],
    ['a = b < c', 'a = b < c'],
    ['(a = b) < c', '(a = b) < c'],
    ['a < (b LIKE c)', 'a < b LIKE c'],
    ['(a < b) LIKE c', '(a < b) LIKE c'],
    ['a LIKE (b BETWEEN c AND d)', 'a LIKE b BETWEEN c AND d'],
    ['a BETWEEN (b IN (1)) AND c', 'a BETWEEN b IN (1) AND c'],
    ['(a + b) IN (1, 2)', 'a + b IN (1, 2)'],
    ['a - (b - c)', 'a - (b - c)'],
    ['(a * b) + c', 'a * b + c'],
    ['-(a + b) * c', '- (a + b) * c'],
    ['(a = b) IS NULL', 'a = b IS NULL'],
    ['a = (b IS NULL)', 'a = (b IS NULL)'],
    [
      'a NOT IN (1) AND b NOT LIKE c AND d NOT BETWEEN e AND f',
      'a NOT IN (1) AND b NOT LIKE c AND d NOT BETWEEN e AND f',
    ],
  ])('gives %s its priorities', (text, printed) => {
    expect(condition(text)).toBe(printed)
  })

  it('accepts both names of the object, keywords in any case, and a star with the alias', () => {
    expect(print(parse('SeLeCt S.* FrOm S3OBJECT s'))).toBe('SELECT * FROM COSObject AS s')
  })

  it.each([
    [
      'SELECT a, FROM COSObject',
      'Line 1, column 11: Expected a value, a name or a function, but there is FROM, a reserved word',
    ],
    ['SELECT *\nFROM bucket', 'Line 2, column 6: Expected COSObject behind FROM.'],
    ['SELECT * FROM COSObject LIMIT x', 'Line 1, column 31: Expected a whole number from 0, but there is x.'],
    [
      'SELECT * FROM COSObject WHERE',
      'Line 1, column 30: Expected a value, a name or a function, but the statement ends.',
    ],
    [`SELECT 'a FROM COSObject`, "Line 1, column 8: This string has no closing '."],
    ['SELECT date FROM COSObject', 'as a name it stands in double quotes'],
    ['SELECT * FROM COSObject GROUP BY a', 'GROUP BY is not supported.'],
    ['SELECT * FROM COSObject s ORDER BY a', 'ORDER BY is not supported.'],
    ['SELECT * FROM COSObject s JOIN COSObject t', 'JOIN is not supported.'],
    ['SELECT * FROM COSObject a, COSObject b', 'JOIN is not supported'],
    ['SELECT * FROM (SELECT 1 FROM COSObject)', 'Sub-queries are not supported.'],
    ['SELECT * FROM COSObject WHERE a IN (SELECT b FROM COSObject)', 'Sub-queries are not supported'],
    ['SELECT DISTINCT a FROM COSObject', 'DISTINCT is not supported.'],
    ['SELECT COUNT(DISTINCT a) FROM COSObject', 'DISTINCT is not supported.'],
    ['DELETE FROM COSObject', 'DELETE is not supported.'],
    ['SELECT t.* FROM COSObject s', 'nothing called t'],
    ['SELECT foo(1) FROM COSObject', 'There is no function foo.'],
    ['SELECT CAST(a AS blob) FROM COSObject', 'Expected a type: bool'],
    ['SELECT CAST(a AS DECIMAL(39)) FROM COSObject', 'Expected a whole number from 1 to 38'],
    ['SELECT NULLIF(a) FROM COSObject', 'NULLIF takes 2 argument(s), not 1.'],
    ['SELECT DATE_ADD(week, 1, a) FROM COSObject', 'Expected one of year, month, day'],
    ['SELECT 12ab FROM COSObject', 'A number ends before letters'],
    ['SELECT a ? b FROM COSObject', '"?" has no meaning here.'],
    ['SELECT * FROM COSObject LIMIT 1 WHERE a', 'Expected the end of the statement, but there is WHERE'],
    ['', 'Line 1, column 1: Expected SELECT, but the statement ends.'],
  ])('says where %s is wrong', (text, message) => {
    expect(() => parse(text)).toThrow(
      expect.objectContaining({ code: 'SQLParsingError', message: expect.stringContaining(message) }),
    )
  })

  it('refuses what is nested too deeply, chained too long or simply too long', () => {
    const inside = (expression: string) => () => parse(`SELECT ${expression} FROM COSObject`)
    expect(inside(`${'('.repeat(50_000)}1`)).toThrow('Nested deeper than 100 levels')
    expect(inside(`${'- '.repeat(50_000)}a`)).toThrow('Nested deeper than 100 levels')
    expect(inside(`1${' + 1'.repeat(2000)}`)).toThrow('More than 1000 operators build on each other')
    expect(inside(`1${' + 1'.repeat(900)}`)).not.toThrow()
    expect(inside(Array(5000).fill('1').join(','))).toThrow('At most 4096 projections')
    expect(inside(`'${'a'.repeat(256 * 1024)}'`)).toThrow('A statement has at most 262144 bytes')
  })
})
