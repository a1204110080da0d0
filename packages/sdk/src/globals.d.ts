// What browsers have and this package uses, where Node's own types name nothing of the kind. tsconfig.browser.json
// checks the same sources against the whole library of the DOM instead.

/** Undefined in Node. */
declare const location: { readonly origin: string; readonly protocol: string } | undefined
