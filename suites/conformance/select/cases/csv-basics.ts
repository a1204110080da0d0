// Rows and columns of plain CSV.
import type { SelectCase } from '../case.js'

const PEOPLE = 'Jane,34,Berlin\nJoe,51,Paris\nAnn,27,Rome\n'
const NAMED = `name,age,city\n${PEOPLE}`

export const CSV_BASICS: readonly SelectCase[] = [
  {
    name: 'all of everything',
    sql: 'SELECT * FROM COSObject',
    data: PEOPLE,
    input: { csv: {} },
    expected: PEOPLE,
  },
  {
    name: 'columns by place',
    sql: 'SELECT _2, s._1 FROM COSObject s',
    data: PEOPLE,
    input: { csv: {} },
    expected: '34,Jane\n51,Joe\n27,Ann\n',
  },
  {
    name: 'a condition on a named column',
    sql: `SELECT s.name FROM S3Object s WHERE s.city = 'Paris'`,
    data: NAMED,
    input: { csv: { header: 'USE' } },
    expected: 'Joe\n',
  },
]
