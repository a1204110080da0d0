// Cases of what several operations write with an object: its headers, its class, who may read it.
import type { At, Cases } from '../case.js'

/** What the operations that write an object have in common. */
export interface Written {
  readonly StorageClass?: 'STANDARD_IA'
  readonly Expires?: string
  readonly CacheControl?: string
  readonly ContentType?: string
  readonly ContentDisposition?: string
  readonly ContentEncoding?: string
  readonly ContentLanguage?: string
  readonly Metadata?: Readonly<Record<string, string>>
  readonly ACL?: string
  readonly GrantRead?: string
  readonly GrantFullControl?: string
}

/** Makes the object `written` with these members. */
type Write = (at: At, members: Written) => Promise<unknown>

const STORED = {
  Expires: 'Wed, 28 Oct 2049 20:30:00 GMT',
  CacheControl: 'max-age=1000000',
  ContentType: 'text/html; charset=utf-8',
  ContentDisposition: 'attachment; filename="filename.jpg"',
  ContentEncoding: 'gzip',
  ContentLanguage: 'zh-cn',
} as const
const GRANTEE = 'qcs::cam::uin/100000000002:uin/100000000002'

export function writtenCases(write: Write): Cases {
  const head = ({ cos, Bucket }: At) => cos.headObject({ Bucket, Key: 'written' })
  const stored = Object.entries(STORED).map(([member, value]): [string, Cases[string]] => [
    member,
    async (at) => {
      await write(at, { [member]: value })
      at.expect(await head(at)).toMatchObject({ [member]: value })
    },
  ])
  return {
    ...Object.fromEntries(stored),
    ...accessCases(write),
    StorageClass: async (at) => {
      await write(at, { StorageClass: 'STANDARD_IA' })
      at.expect((await head(at)).StorageClass).toBe('STANDARD_IA')
    },
    Metadata: async (at) => {
      await write(at, { Metadata: { 'x-cos-meta-key1': 'value1', key2: 'value2' } })
      at.expect((await head(at)).Metadata).toEqual({ key1: 'value1', key2: 'value2' })
    },
  }
}

function accessCases(write: Write): Cases {
  const grants = async ({ cos, Bucket }: At) => {
    const { AccessControlList } = await cos.getObjectAcl({ Bucket, Key: 'written' })
    return AccessControlList.map(({ Grantee, Permission }) => `${Grantee.ID} ${Permission}`)
  }
  return {
    ACL: async (at) => {
      const open = () => at.anonymous.getObject({ Bucket: at.Bucket, Key: 'written' })
      await write(at, { ACL: 'private' })
      at.expect(await at.refusal(open())).toBe('403 AccessDenied')
      await write(at, { ACL: 'public-read' })
      at.expect((await (await open()).Body.bytes()).length).toBeGreaterThan(0)
    },
    GrantRead: async (at) => {
      await write(at, { GrantRead: `id="${GRANTEE}"` })
      at.expect(await grants(at)).toContain(`${GRANTEE} READ`)
    },
    GrantFullControl: async (at) => {
      await write(at, { GrantFullControl: `id="${GRANTEE}"` })
      at.expect(await grants(at)).toContain(`${GRANTEE} FULL_CONTROL`)
    },
  }
}
