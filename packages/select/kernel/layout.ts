// The memory that the kernel shares with its host: what is wanted of each record, and where it goes.

/** Behind whatever the compiler places. Entries of 64 bytes, in the order of their columns. */
export const WANTED_AT: usize = 65536
export const WANTED_BYTES: usize = 64

/** In an entry. The host fills in the first five; the rest is what came of it. */
export const COLUMN: usize = 0
export const VIEW: usize = 4
export const VALIDITY: usize = 8
export const VALUES: usize = 12
/** Of decimals: how many digits stand behind the point, 4 bytes each. */
export const DIGITS: usize = 16
/** Behind the last value. */
export const VALUES_END: usize = 20
export const NULLS: usize = 24
export const DIGITS_MAX: usize = 28
export const DIGITS_END: usize = 32

/** What becomes of a field. */
export const VIEW_TEXT: i32 = 0
export const VIEW_INT: i32 = 1
export const VIEW_FLOAT: i32 = 2
export const VIEW_DECIMAL: i32 = 3
/** Of JSON: the value as it stands there. */
export const VIEW_JSON: i32 = 4
/** Of JSON: where it stands, for whoever writes it; by the number of the record, 8 bytes each as of a record, 0 for none. */
export const VIEW_SPAN: i32 = 5
export const SPAN_BYTES: usize = 8
/** Of JSON: 1 for true and 0 for false. */
export const VIEW_BOOL: i32 = 6
/** Of JSON: 1 for a value and 0 for null. */
export const VIEW_KIND: i32 = 7
/** Of JSON: a string, or a bool or number as the text that it is written with. */
export const VIEW_PRINTED: i32 = 8
/** Of JSON: a float, and how many digits the number has. */
export const VIEW_ORDER: i32 = 9
/** Of JSON: what stands before the point, what stands behind it in parts of 10 ** 18, and how many digits that has. */
export const VIEW_SUM: i32 = 10
/** In an entry: behind the last of the parts, which stand behind all digits. */
export const FRACTIONS_END: usize = 44

/** Where a record stands, and what is known of it: 8 bytes each; the highest bit of the second number is a flag. */
export const RECORD_BYTES: usize = 8
/** Not to be copied as it stands. */
export const DIRTY: u32 = 0x80000000
export const END_MASK: u32 = 0x7fffffff

/** Why records can't be read here, as bits; 0 where they can. */
export const REFUSED: i32 = 1
/** A value is none of the type that its view has. */
export const ODD_VALUE: i32 = 2

export function wantedEntry(index: i32): usize {
  return WANTED_AT + <usize>index * WANTED_BYTES
}
