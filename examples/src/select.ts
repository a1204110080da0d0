// SQL over an object: the server reads it, and only what was asked for comes over the network.
import { CosClient, CosServiceError } from '@coset/sdk'
import { Bucket, settings } from './settings.js'

const cos = new CosClient(settings())
if (!(await cos.bucketExists({ Bucket }))) await cos.putBucket({ Bucket })
const Key = 'sales.csv'
await cos.putObject({
  Bucket,
  Key,
  Body: 'city,item,price\nBonn,tea,4.20\nLyon,cake,12.50\nBonn,"tea, green",5\n',
})

const csv = { CSV: { FileHeaderInfo: 'USE' } } as const

// Row by row, as objects.
const tea = await cos.selectObjectContent({
  Bucket,
  Key,
  Expression: `SELECT s.item, CAST(s.price AS FLOAT) AS price FROM COSObject s WHERE s.item LIKE 'tea%'`,
  InputSerialization: csv,
  OutputSerialization: { JSON: {} },
})
for await (const row of tea.Body.rows<{ item: string; price: number }>()) console.log(row.item, row.price)

// One figure for all of it, and how much was read for it.
const total = await cos.selectObjectContent({
  Bucket,
  Key,
  Expression: 'SELECT COUNT(*), SUM(CAST(s.price AS DECIMAL)) FROM COSObject s',
  InputSerialization: csv,
  OutputSerialization: { CSV: {} },
})
console.log((await total.Body.text()).trim(), (await total.Body.stats).bytesScanned)

// What is wrong with a query is told with its place.
try {
  await cos.selectObjectContent({
    Bucket,
    Key,
    Expression: 'SELECT item FROM COSObject WHERE price > 5',
    InputSerialization: csv,
    OutputSerialization: { CSV: {} },
  })
} catch (error) {
  if (!(error instanceof CosServiceError)) throw error
  console.log(error.code, error.message)
}

await cos.deleteObject({ Bucket, Key })
await cos.close()
