// The few globals this package uses; Node and browsers both have them, and ES2023's library names neither.

declare function btoa(bytes: string): string

declare class TextDecoder {
  constructor(encoding?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean })
  decode(bytes: Uint8Array): string
}

declare class TextEncoder {
  encodeInto(text: string, bytes: Uint8Array): { readonly written: number }
  encode(text: string): Uint8Array
}
