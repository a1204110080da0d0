// Names for the inputs and outputs of the most used operations, the same on every platform.
import type { OperationInput, OperationOutput } from './operations.js'

export type PutObjectInput = OperationInput<'putObject'>
export type PutObjectOutput = OperationOutput<'putObject'>
export type GetObjectInput = OperationInput<'getObject'>
export type HeadObjectInput = OperationInput<'headObject'>
export type HeadObjectOutput = OperationOutput<'headObject'>
export type DeleteObjectInput = OperationInput<'deleteObject'>
export type DeleteObjectOutput = OperationOutput<'deleteObject'>
export type DeleteObjectsInput = OperationInput<'deleteObjects'>
export type DeleteObjectsOutput = OperationOutput<'deleteObjects'>
export type ListObjectsInput = OperationInput<'listObjects'>
export type ListObjectsOutput = OperationOutput<'listObjects'>
export type ListObjectVersionsInput = OperationInput<'listObjectVersions'>
export type ListObjectVersionsOutput = OperationOutput<'listObjectVersions'>
export type SelectObjectContentInput = OperationInput<'selectObjectContent'>
export type PostObjectInput = OperationInput<'postObject'>
export type PostObjectOutput = OperationOutput<'postObject'>
export type ListBucketsInput = OperationInput<'listBuckets'>
export type ListBucketsOutput = OperationOutput<'listBuckets'>
