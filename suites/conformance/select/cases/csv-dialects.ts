// Delimiters, quotes, escapes and comments, read.
import type { SelectCode } from '@coset/select'
import type { CsvInputOptions, SelectCase } from '../case.js'

interface Dialect {
  readonly name: string
  readonly csv: CsvInputOptions['csv']
  readonly data: string
  /** The second column of each record, in JSON. */
  readonly seconds: readonly (string | undefined)[]
}

const DIALECTS: readonly Dialect[] = [
  { name: 'semicolons', csv: { fieldDelimiter: ';' }, data: 'a;b,c;d\n', seconds: ['b,c'] },
  { name: 'tabs', csv: { fieldDelimiter: '\t' }, data: 'a\tb\tc\nd\t\tf\n', seconds: ['b', ''] },
  { name: 'bars', csv: { fieldDelimiter: '|' }, data: 'a|b\n', seconds: ['b'] },
  { name: 'a control character', csv: { fieldDelimiter: '\x01' }, data: 'a\x01b\n', seconds: ['b'] },
  {
    name: 'semicolons between records',
    csv: { recordDelimiter: ';' },
    data: 'a,b;c,d;',
    seconds: ['b', 'd'],
  },
  {
    name: 'two bytes between records',
    csv: { recordDelimiter: '\r\n' },
    data: 'a,b\r\nc,d\r\n',
    seconds: ['b', 'd'],
  },
  {
    name: 'two other bytes between records',
    csv: { recordDelimiter: '||' },
    data: 'a,b||c,d|e||',
    seconds: ['b', 'd|e'],
  },
  {
    name: 'a letter of two bytes between records',
    csv: { recordDelimiter: 'é' },
    data: 'a,béc,d',
    seconds: ['b', 'd'],
  },
  { name: 'CRLF where LF is asked for', csv: {}, data: 'a,b\r\nc,d\r\n', seconds: ['b', 'd'] },
  { name: 'CRLF behind a quoted field', csv: {}, data: 'a,"b"\r\nc,"d"\r\n', seconds: ['b', 'd'] },
  { name: 'CR alone within a field', csv: {}, data: 'a,b\rc,d\n', seconds: ['b\rc'] },
  { name: 'a byte order mark', csv: {}, data: '\ufeffa,b\n', seconds: ['b'] },
  { name: 'a byte order mark before a quote', csv: {}, data: '\ufeff"a,x",b\n', seconds: ['b'] },
  { name: 'empty lines', csv: {}, data: '\n\na,b\n\n\r\nc,d\n\n', seconds: ['b', 'd'] },
  { name: 'a delimiter in quotes', csv: {}, data: 'a,"b,c"\n', seconds: ['b,c'] },
  { name: 'doubled quotes', csv: {}, data: 'a,"b ""c"" d"\n', seconds: ['b "c" d'] },
  { name: 'nothing but doubled quotes', csv: {}, data: 'a,""""\n', seconds: ['"'] },
  { name: 'an empty quoted field', csv: {}, data: 'a,"",c\n', seconds: [''] },
  { name: 'a quote within an unquoted field', csv: {}, data: 'a,5" pipe\n', seconds: ['5" pipe'] },
  { name: 'a quote behind a space', csv: {}, data: 'a, "b"\n', seconds: [' "b"'] },
  { name: 'spaces, which belong to the field', csv: {}, data: 'a,  b \n', seconds: ['  b '] },
  { name: 'another quote', csv: { quote: "'" }, data: `a,'b,"c'\n`, seconds: ['b,"c'] },
  { name: 'another quote, doubled', csv: { quote: "'" }, data: `a,'it''s'\n`, seconds: [`it's`] },
  { name: 'another escape', csv: { quoteEscape: '\\' }, data: 'a,"b \\"c\\" d"\n', seconds: ['b "c" d'] },
  { name: 'an escape that is escaped', csv: { quoteEscape: '\\' }, data: 'a,"b\\\\"\n', seconds: ['b\\'] },
  {
    name: 'an escape before anything else',
    csv: { quoteEscape: '\\' },
    data: 'a,"b\\n"\n',
    seconds: ['b\\n'],
  },
  { name: 'an escape outside quotes', csv: { quoteEscape: '\\' }, data: 'a,b\\"c\n', seconds: ['b\\"c'] },
  {
    name: 'a line break in quotes',
    csv: { allowQuotedRecordDelimiter: true },
    data: 'a,"b\nc"\nd,e\n',
    seconds: ['b\nc', 'e'],
  },
  {
    name: 'CRLF in quotes',
    csv: { allowQuotedRecordDelimiter: true },
    data: 'a,"b\r\nc"\r\nd,e\r\n',
    seconds: ['b\r\nc', 'e'],
  },
  {
    name: 'two bytes in quotes',
    csv: { allowQuotedRecordDelimiter: true, recordDelimiter: ';;' },
    data: 'a,"b;;c";;d,e;;',
    seconds: ['b;;c', 'e'],
  },
  {
    name: 'a line break in quotes with escapes',
    csv: { allowQuotedRecordDelimiter: true, quoteEscape: '\\' },
    data: 'a,"b\\"\nc"\nd,e\n',
    seconds: ['b"\nc', 'e'],
  },
  {
    name: 'quotes within unquoted fields that open nothing',
    csv: { allowQuotedRecordDelimiter: true },
    data: 'a,5" x\nb,6" y\n',
    seconds: ['5" x', '6" y'],
  },
  {
    name: 'a quoted last field at the end',
    csv: { allowQuotedRecordDelimiter: true },
    data: 'a,"b"',
    seconds: ['b'],
  },
  {
    name: 'an empty last field at the end',
    csv: { allowQuotedRecordDelimiter: true },
    data: '"a",',
    seconds: [''],
  },
  { name: 'comments', csv: {}, data: '# one\na,b\n#two,x\nc,d\n', seconds: ['b', 'd'] },
  {
    name: 'a comment with a quote that is not closed',
    csv: { allowQuotedRecordDelimiter: true },
    data: '# it"s\na,b\n',
    seconds: ['b'],
  },
  { name: 'a comment sign within a record', csv: {}, data: 'a,#b\n', seconds: ['#b'] },
  { name: 'another comment sign', csv: { comment: ';' }, data: ';x\n#a,b\n', seconds: ['b'] },
  {
    name: 'a comment before the header line',
    csv: { header: 'IGNORE' },
    data: '#x\nh,i\na,b\n',
    seconds: ['b'],
  },
  { name: 'nothing quoted', csv: { quote: undefined }, data: 'a,"b\n', seconds: ['"b'] },
  { name: 'a comma at the end', csv: {}, data: 'a,\nb\n', seconds: ['', undefined] },
]

const written = (second: string | undefined) =>
  second === undefined ? '{}' : `{"_2":${JSON.stringify(second)}}`

const WRONG: readonly (readonly [
  name: string,
  csv: CsvInputOptions['csv'],
  data: string,
  error: SelectCode,
])[] = [
  ['a quote that is not closed in its record', {}, 'a,"b\nc,d\n', 'CSVParsingError'],
  ['a quoted line break that is not allowed', {}, 'a,"b\nc"\n', 'CSVParsingError'],
  ['a letter behind a closing quote', {}, 'a,"b"c\n', 'CSVParsingError'],
  [
    'a letter behind a closing quote, over lines',
    { allowQuotedRecordDelimiter: true },
    'a,"b"c\n',
    'CSVParsingError',
  ],
  [
    'a quote that is not closed in the object',
    { allowQuotedRecordDelimiter: true },
    'a,"b\nc,d\n',
    'LastRecordParseFail',
  ],
]

export const CSV_DIALECTS: readonly SelectCase[] = [
  ...DIALECTS.map(({ name, csv, data, seconds }) => ({
    name,
    sql: 'SELECT _2 FROM COSObject',
    data,
    input: { csv },
    output: { json: {} },
    expected: seconds.map((second) => `${written(second)}\n`).join(''),
  })),
  ...WRONG.map(([name, csv, data, error]) => ({
    name,
    sql: "SELECT * FROM COSObject WHERE _2 <> 'q'",
    data,
    input: { csv },
    output: { json: {} },
    error,
  })),
  {
    name: 'bytes that are no UTF-8',
    sql: 'SELECT _1 FROM COSObject',
    data: Buffer.from([0x61, 0x2c, 0xff, 0xfe, 0x0a]),
    input: { csv: {} },
    error: 'InvalidTextEncoding',
  },
  {
    name: 'UTF-8 that is cut in the middle of a letter',
    sql: 'SELECT _1 FROM COSObject',
    data: Buffer.from('a,é').subarray(0, 3),
    input: { csv: {} },
    error: 'InvalidTextEncoding',
  },
  {
    name: 'a record of 1 MB',
    sql: 'SELECT CHAR_LENGTH(_1) FROM COSObject',
    data: () => `${'x'.repeat(1024 * 1024)}\nb\n`,
    input: { csv: {} },
    expected: '1048576\n1\n',
  },
  {
    name: 'a record of more than 1 MB',
    sql: 'SELECT CHAR_LENGTH(_1) FROM COSObject',
    data: () => `a\n${'x'.repeat(1024 * 1024 + 1)}\nb\n`,
    input: { csv: {} },
    error: 'OverMaxRecordSize',
  },
  {
    name: 'a quoted record of more than 1 MB',
    sql: 'SELECT CHAR_LENGTH(_1) FROM COSObject',
    data: () => `"${'x\n'.repeat(1024 * 1024)}"\n`,
    input: { csv: { allowQuotedRecordDelimiter: true } },
    error: 'OverMaxRecordSize',
  },
  {
    name: 'a record of letters of more than 1 MB',
    sql: 'SELECT CHAR_LENGTH(_1) FROM COSObject',
    data: () => `${'é'.repeat(512 * 1024 + 1)}\n`,
    input: { csv: {} },
    error: 'OverMaxRecordSize',
  },
  {
    name: 'ten thousand columns',
    sql: 'SELECT _1, _5000, _10000, _10001 FROM COSObject',
    data: () => `${Array.from({ length: 10_000 }, (_, index) => `v${index + 1}`).join(',')}\n`,
    input: { csv: {} },
    expected: 'v1,v5000,v10000,\n',
  },
]
