// The document with the case of each of its parameters and members, or the reason why there is none.
import type { Case, OperationCases } from './case.js'
import { copy } from './cases/copy.js'
import { copyObject } from './cases/copy-object.js'
import { deleteObject, deleteObjects } from './cases/delete-objects.js'
import { downloadFile } from './cases/download-file.js'
import { CosEncryptionClientCases } from './cases/encryption.js'
import { listObjectVersions } from './cases/list-object-versions.js'
import { listObjects } from './cases/list-objects.js'
import { listMultipartUploads, listParts } from './cases/list-uploads.js'
import { uploadPart, uploadPartCopy } from './cases/part.js'
import { putObject, putObjectFromLocalFile } from './cases/put-object.js'
import { getObject, headObject } from './cases/read-object.js'
import { restoreObject } from './cases/restore-object.js'
import { SAMPLES } from './cases/samples.js'
import { selectObjectContent } from './cases/select-object-content.js'
import { abortMultipartUpload, completeMultipartUpload, createMultipartUpload } from './cases/upload.js'
import { uploadFile } from './cases/upload-file.js'
import { type Name, nameOf, PAGE, SECTIONS, type Section, subjectOf } from './page.js'
import { REASONS, reasonFor } from './reasons.js'

export const CASES: Readonly<Record<string, OperationCases>> = {
  listObjects,
  listObjectVersions,
  putObject,
  headObject,
  getObject,
  copyObject,
  deleteObject,
  deleteObjects,
  restoreObject,
  selectObjectContent,
  listMultipartUploads,
  createMultipartUpload,
  uploadPart,
  uploadPartCopy,
  listParts,
  completeMultipartUpload,
  abortMultipartUpload,
  putObjectFromLocalFile,
  uploadFile,
  downloadFile,
  copy,
  CosEncryptionClient: CosEncryptionClientCases,
}

/** One line of the coverage page. */
export interface Covered {
  readonly name: Name
  /** Of the test, whether there is one or not. */
  readonly title: string
  readonly run: Case | undefined
  readonly reason: string | undefined
}

export interface CoveredSection extends Section {
  readonly covered: { readonly takes: readonly Covered[]; readonly tells: readonly Covered[] }
  /** Of a program that the document shows. */
  readonly sample: Covered | undefined
}

export const COVERAGE: readonly CoveredSection[] = SECTIONS.map((section) => {
  const subject = subjectOf(section)
  const of = (side: 'takes' | 'tells') =>
    section[side].map((name): Covered => {
      const known = nameOf(name)
      const title = side === 'takes' ? `${subject} ${known}` : `${subject} tells ${known}`
      return { name, title, run: CASES[subject]?.[side][known], reason: reasonFor(subject, known) }
    })
  const isProgram = section.takes.length === 0 && section.method === undefined
  const sample = { name: subject, title: subject, run: SAMPLES[subject], reason: REASONS[subject] }
  return {
    ...section,
    covered: { takes: of('takes'), tells: of('tells') },
    sample: isProgram ? sample : undefined,
  }
})

export { SAMPLES } from './cases/samples.js'
export { memberOf, nameOf, subjectOf } from './page.js'
export { REASONS } from './reasons.js'
export { PAGE }
