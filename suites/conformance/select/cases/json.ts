// Lines and documents of JSON: paths, records, what is written of them.
import type { SelectCode } from '@coset/select'
import type { SelectCase } from '../case.js'

const LINES = `{"id":1,"name":"Jane","tags":["a","b"],"home":{"city":"Berlin","Zip":"10115"}}
{"id":2,"name":"Joe","tags":[],"home":{"city":"Paris"}}
{"id":3,"name":null,"home":null}
`

/** AWS's own examples of paths. */
const RULES = `{ "Rules": [
  {"id": "1"},
  {"expr": "y > x"},
  {"id": "2", "expr": "z = DEBUG"}
]}
{ "created": "June 27", "modified": "July 6" }
`

const DIRECTORIES = `[
  {"dir_name": "important_docs", "files": [{"name": "."}, {"name": ".aws"}], "owner": "A"},
  {"dir_name": "other_docs", "files": [{"name": "x [1],{2}"}, {"name": "my \\"data\\""}], "owner": "B"}
]`

const DEEP = '{"a":{"b":[{"c":[1,2]},{"c":[3]},{"d":0}]},"x":9}'

type Row = readonly [sql: string, expected: string]

const over = (json: 'LINES' | 'DOCUMENT', data: string, rows: readonly Row[]): readonly SelectCase[] =>
  rows.map(([sql, expected]) => ({ name: `${sql} (${json})`, sql, data, input: { json }, expected }))

const refused = (
  json: 'LINES' | 'DOCUMENT',
  rows: readonly (readonly [name: string, data: string, error: SelectCode])[],
) =>
  rows.map(
    ([name, data, error]): SelectCase => ({
      name: `${name} (${json})`,
      sql: 'SELECT * FROM COSObject',
      data,
      input: { json },
      error,
    }),
  )

const JSON_LINES: readonly SelectCase[] = [
  ...over('LINES', LINES, [
    ['SELECT * FROM COSObject', LINES],
    ['SELECT s.id FROM COSObject s', '{"id":1}\n{"id":2}\n{"id":3}\n'],
    ['SELECT id, s.name FROM COSObject[*] s LIMIT 1', '{"id":1,"name":"Jane"}\n'],
    ['SELECT ID FROM COSObject LIMIT 1', '{"ID":1}\n'],
    ['SELECT "ID" FROM COSObject LIMIT 1', '{}\n'],
    ['SELECT s.home.city FROM COSObject s', '{"city":"Berlin"}\n{"city":"Paris"}\n{}\n'],
    ['SELECT s.home.zip, s."home"."zip" AS z FROM COSObject s LIMIT 1', '{"zip":"10115"}\n'],
    ['SELECT s.tags[0], s.tags[1] AS b FROM COSObject s LIMIT 2', '{"_1":"a","b":"b"}\n{}\n'],
    ['SELECT s.tags FROM COSObject s', '{"tags":["a","b"]}\n{"tags":[]}\n{}\n'],
    ['SELECT s.home FROM COSObject s LIMIT 1', '{"home":{"city":"Berlin","Zip":"10115"}}\n'],
    ['SELECT s FROM COSObject s WHERE s.id = 3', '{"s":{"id":3,"name":null,"home":null}}\n'],
    ['SELECT s.id FROM COSObject s WHERE s.id >= 2', '{"id":2}\n{"id":3}\n'],
    ['SELECT s.id FROM COSObject s WHERE s.name IS NULL', '{"id":3}\n'],
    ['SELECT s.id FROM COSObject s WHERE s.tags IS MISSING', '{"id":3}\n'],
    ['SELECT s.id FROM COSObject s WHERE s.home.zip IS MISSING', '{"id":2}\n{"id":3}\n'],
    [`SELECT s.id FROM COSObject s WHERE s.home.city LIKE '%r%' AND s.id IN (1, 3)`, '{"id":1}\n'],
    ['SELECT s.id.x, s.tags.y, s.name[0] FROM COSObject s LIMIT 1', '{}\n'],
    ['SELECT s.tags[99] FROM COSObject s LIMIT 1', '{}\n'],
    ['SELECT * FROM COSObject[*].home a', '{"city":"Berlin","Zip":"10115"}\n{"city":"Paris"}\n{"_1":null}\n'],
    ['SELECT a.city FROM COSObject.home a LIMIT 1', '{"city":"Berlin"}\n'],
    ['SELECT t FROM COSObject[*].tags[*] t', '{"t":"a"}\n{"t":"b"}\n{}\n'],
    ['SELECT COUNT(*), COUNT(s.tags), MAX(s.id) FROM COSObject s', '{"_1":3,"_2":2,"_3":3}\n'],
  ]),
  ...over('LINES', '{"a":1}\n\n  \n{"a":2}', [['SELECT a FROM COSObject', '{"a":1}\n{"a":2}\n']]),
  ...over('LINES', '{"a":1}\r\n{"a":2}\r\n', [['SELECT a FROM COSObject', '{"a":1}\n{"a":2}\n']]),
  ...over('LINES', '\ufeff{"a":1}\n', [['SELECT a FROM COSObject', '{"a":1}\n']]),
  ...over('LINES', ' { "b" : [ 1 , { "c" : null } ] , "a" : "x" } \n', [
    ['SELECT * FROM COSObject', '{"b":[1,{"c":null}],"a":"x"}\n'],
  ]),
  ...over('LINES', '{"z":1,"a":2,"10":3,"9":4,"__proto__":5}\n', [
    ['SELECT * FROM COSObject', '{"z":1,"a":2,"10":3,"9":4,"__proto__":5}\n'],
  ]),
  ...over('LINES', '1\n"x"\nnull\ntrue\n[1,2]\n', [
    ['SELECT * FROM COSObject', '{"_1":1}\n{"_1":"x"}\n{"_1":null}\n{"_1":true}\n{"_1":[1,2]}\n'],
  ]),
  ...over('LINES', '[1,2]\n[3]\n', [
    ['SELECT * FROM COSObject[*]', '{"_1":1}\n{"_1":2}\n{"_1":3}\n'],
    ['SELECT s[1] FROM COSObject s', '{"_1":2}\n{}\n'],
  ]),
  ...over(
    'LINES',
    '{"n":123456789012345678901234567890,"d":0.1000000000000000000000000001,"e":1E5,"m":-0,"i":9223372036854775807}\n',
    [
      [
        'SELECT s.n, s.d, s.e, s.i FROM COSObject s',
        '{"n":123456789012345678901234567890,"d":0.1000000000000000000000000001,"e":100000,"i":9223372036854775807}\n',
      ],
      ['SELECT s.n + 1 AS v FROM COSObject s', '{"v":123456789012345678901234567891}\n'],
      ['SELECT s.i FROM COSObject s WHERE s.i = 9223372036854775807', '{"i":9223372036854775807}\n'],
    ],
  ),
  ...over('LINES', '{"s":"\\u00e9\\n\\"\\/\\ud83c\\udf89"}\n', [
    ['SELECT s.s FROM COSObject s', '{"s":"é\\n\\"/🎉"}\n'],
    ['SELECT CHAR_LENGTH(s.s) AS v FROM COSObject s', '{"v":5}\n'],
  ]),
  ...over('LINES', '{"a":1,"a":2,"b":3}\n', [
    ['SELECT * FROM COSObject', '{"a":1,"a":2,"b":3}\n'],
    ['SELECT b FROM COSObject', '{"b":3}\n'],
  ]),
  ...over('LINES', '{"Id":1,"id":2}\n', [['SELECT "Id", "id" FROM COSObject', '{"Id":1,"id":2}\n']]),
  ...(['a', '"a"', 's.A'] as const).map(
    (field): SelectCase => ({
      name: `${field} is ambiguous where a name occurs twice`,
      sql: `SELECT ${field} FROM COSObject s`,
      data: '{"a":1,"a":2}\n',
      input: { json: 'LINES' },
      error: 'AmbiguousFieldName',
    }),
  ),
  {
    name: 'names that differ in case are one without quotes (JSON)',
    sql: 'SELECT id FROM COSObject',
    data: '{"Id":1,"id":2}\n',
    input: { json: 'LINES' },
    error: 'AmbiguousFieldName',
  },
  ...refused('LINES', [
    ['a value that does not end', '{"a":1\n', 'JSONParsingError'],
    ['two values on a line', '{"a":1} {"a":2}\n', 'JSONParsingError'],
    ['no JSON', 'a,b,c\n', 'JSONParsingError'],
    ['single quotes', "{'a':1}\n", 'JSONParsingError'],
    ['a comma too many', '{"a":1,}\n', 'JSONParsingError'],
    ['a number with a zero in front', '{"a":01}\n', 'JSONParsingError'],
    ['an escape that is none', '{"a":"\\x"}\n', 'JSONParsingError'],
    ['a record over two lines', '{"a":\n1}\n', 'JSONParsingError'],
    ['a number of 2000 digits', `{"a":${'9'.repeat(2000)}}\n`, 'JSONParsingError'],
    ['a number beyond all exponents', '{"a":1e99999}\n', 'JSONParsingError'],
    ['lists a thousand deep', `${'['.repeat(1000)}${']'.repeat(1000)}\n`, 'JSONParsingError'],
  ]),
]

const JSON_DOCUMENTS: readonly SelectCase[] = [
  ...over('DOCUMENT', RULES, [
    ['SELECT id FROM S3Object[*].Rules[*].id', '{"id":"1"}\n{}\n{"id":"2"}\n{}\n'],
    ['SELECT id FROM S3Object[*].Rules[*].id WHERE id IS NOT MISSING', '{"id":"1"}\n{"id":"2"}\n'],
    [
      'SELECT r.id, r.expr FROM COSObject[*].Rules[*] r WHERE r.expr IS NOT MISSING',
      '{"expr":"y > x"}\n{"id":"2","expr":"z = DEBUG"}\n',
    ],
    ['SELECT s.Rules[1].expr, s.created FROM COSObject s', '{"expr":"y > x"}\n{"created":"June 27"}\n'],
    ['SELECT COUNT(*) FROM COSObject[*].rules[*]', '{"_1":4}\n'],
  ]),
  ...over('DOCUMENT', DIRECTORIES, [
    [
      'SELECT d.dir_name, d.files FROM COSObject[*] d LIMIT 1',
      '{"dir_name":"important_docs","files":[{"name":"."},{"name":".aws"}]}\n',
    ],
    ['SELECT d.owner FROM COSObject[*][*] d', '{"owner":"A"}\n{"owner":"B"}\n'],
    [
      'SELECT f.name FROM COSObject[*].files[*] f',
      '{"name":"."}\n{"name":".aws"}\n{"name":"x [1],{2}"}\n{"name":"my \\"data\\""}\n',
    ],
    ['SELECT f.name FROM COSObject[*].files[1] f', '{"name":".aws"}\n{"name":"my \\"data\\""}\n'],
    ['SELECT s.owner FROM COSObject[1] s', '{"owner":"B"}\n'],
    ['SELECT s[0].owner AS o FROM COSObject s', '{"o":"A"}\n'],
    ['SELECT n FROM COSObject[0].files[*].name n', '{"n":"."}\n{"n":".aws"}\n'],
  ]),
  ...over('DOCUMENT', DEEP, [
    ['SELECT * FROM COSObject', '{"a":{"b":[{"c":[1,2]},{"c":[3]},{"d":0}]},"x":9}\n'],
    ['SELECT x FROM COSObject', '{"x":9}\n'],
    ['SELECT v FROM COSObject.a.b[*].c[*] v', '{"v":1}\n{"v":2}\n{"v":3}\n{}\n'],
    ['SELECT * FROM COSObject.a.b[*].c[*] c', '{"_1":1}\n{"_1":2}\n{"_1":3}\n{}\n'],
    ['SELECT * FROM COSObject.a.b[0].c', '{"_1":[1,2]}\n'],
    ['SELECT * FROM COSObject.A.B[2]', '{"d":0}\n'],
    ['SELECT * FROM COSObject."A"', '{}\n'],
    ['SELECT * FROM COSObject.x.y', '{}\n'],
    ['SELECT * FROM COSObject.a.b[7]', '{}\n'],
    ['SELECT * FROM COSObject.x', '{"_1":9}\n'],
    ['SELECT COSObject.x FROM COSObject', '{"x":9}\n'],
  ]),
  ...over('DOCUMENT', '{"a":1}{"a":2}\n\n[{"a":3}] {"a":4}', [
    ['SELECT a FROM COSObject[*]', '{"a":1}\n{"a":2}\n{"a":3}\n{"a":4}\n'],
    ['SELECT s.a FROM COSObject s', '{"a":1}\n{"a":2}\n{}\n{"a":4}\n'],
  ]),
  ...over('DOCUMENT', '{\r\n  "a" : "x\\ny",\r\n  "b" : [\r\n    1\r\n  ]\r\n}\r\n', [
    ['SELECT * FROM COSObject', '{"a":"x\\ny","b":[1]}\n'],
  ]),
  ...over('DOCUMENT', '\ufeff{"a":1}', [['SELECT a FROM COSObject', '{"a":1}\n']]),
  ...over('DOCUMENT', '{"a\\u0062":1,"empty":[]}', [
    ['SELECT * FROM COSObject.ab', '{"_1":1}\n'],
    ['SELECT * FROM COSObject.empty[*]', ''],
    ['SELECT * FROM COSObject.empty[0]', '{}\n'],
  ]),
  ...over('DOCUMENT', '17 "x" true null', [
    ['SELECT * FROM COSObject', '{"_1":17}\n{"_1":"x"}\n{"_1":true}\n{"_1":null}\n'],
  ]),
  ...over('DOCUMENT', '', [['SELECT * FROM COSObject', '']]),
  ...over('DOCUMENT', ' \n ', [['SELECT COUNT(*) FROM COSObject', '{"_1":0}\n']]),
  {
    name: 'a document that is larger than a record',
    sql: 'SELECT COUNT(*), SUM(r.n) FROM COSObject.rows_[*] r',
    data: () =>
      `{"skipped":"${'x'.repeat(2_000_000)}","rows_":[${Array.from({ length: 100_000 }, (_, n) => `{"n":${n}, "t":"abcdefgh"}`).join(',\n')}]}`,
    input: { json: 'DOCUMENT' },
    expected: '{"_1":100000,"_2":4999950000}\n',
  },
  {
    name: 'a record of more than 1 MB in a document',
    sql: 'SELECT COUNT(*) FROM COSObject',
    data: () => `{"a":"${'x'.repeat(1_100_000)}"}`,
    input: { json: 'DOCUMENT' },
    error: 'OverMaxRecordSize',
  },
  {
    name: 'a line of more than 1 MB',
    sql: 'SELECT COUNT(*) FROM COSObject',
    data: () => `{"a":"${'x'.repeat(1_100_000)}"}\n`,
    input: { json: 'LINES' },
    error: 'OverMaxRecordSize',
  },
  {
    name: 'a name on the path that occurs twice',
    sql: 'SELECT * FROM COSObject.a',
    data: '{"a":1,"A":2}',
    input: { json: 'DOCUMENT' },
    error: 'AmbiguousFieldName',
  },
  ...refused('DOCUMENT', [
    ['a document that does not end', '{"a":[1,2', 'LastRecordParseFail'],
    ['a string that does not end', '{"a":"x', 'LastRecordParseFail'],
    ['a line break in a string', '{"a":"x\ny"}', 'JSONParsingError'],
    ['a bracket too many', '{"a":1}}', 'JSONParsingError'],
    ['a bracket of the wrong kind', '{"a":[1}}', 'JSONParsingError'],
    ['a comma between documents', '{"a":1},{"a":2}', 'JSONParsingError'],
    ['a word', '{"a":yes}', 'JSONParsingError'],
  ]),
  {
    name: 'a path through what is no JSON',
    sql: 'SELECT * FROM COSObject.a[*].b',
    data: '{"a":[{"b" 1}]}',
    input: { json: 'DOCUMENT' },
    error: 'JSONParsingError',
  },
  {
    name: 'JSON that is no UTF-8',
    sql: 'SELECT * FROM COSObject',
    data: Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d, 0x0a]),
    input: { json: 'LINES' },
    error: 'InvalidTextEncoding',
  },
]

const JSON_OUTPUT: readonly SelectCase[] = [
  {
    name: 'JSON written as CSV',
    sql: 'SELECT * FROM COSObject',
    data: LINES,
    input: { json: 'LINES' },
    output: { csv: {} },
    expected:
      '1,Jane,"[""a"",""b""]","{""city"":""Berlin"",""Zip"":""10115""}"\n2,Joe,[],"{""city"":""Paris""}"\n3,,\n',
  },
  {
    name: 'fields of JSON written as CSV, empty where they are null or MISSING',
    sql: 'SELECT s.id, s.home.zip, s.name FROM COSObject s',
    data: LINES,
    input: { json: 'LINES' },
    output: { csv: { fieldDelimiter: ';' } },
    expected: '1;10115;Jane\n2;;Joe\n3;;\n',
  },
  {
    name: 'JSON with another delimiter between records',
    sql: 'SELECT s.id FROM COSObject s',
    data: LINES,
    input: { json: 'LINES' },
    output: { json: { recordDelimiter: ',' } },
    expected: '{"id":1},{"id":2},{"id":3},',
  },
]

export const JSON_CASES: readonly SelectCase[] = [...JSON_LINES, ...JSON_DOCUMENTS, ...JSON_OUTPUT]
