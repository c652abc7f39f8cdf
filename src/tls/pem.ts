/** PEM text as people put it into properties files: whole files, or everything on one line after Java's line continuations. */

export type PemBlock = { readonly label: string; readonly text: string }

const blockPattern = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g

/** Every block of the text, its base64 in lines of 64 as Node wants them. Headers of old encrypted keys (`Proc-Type`) stay as they are. */
export const pemBlocks = (text: string): readonly PemBlock[] =>
  [...text.matchAll(blockPattern)].map(([whole, label = '', body = '']) => ({
    label,
    text: body.includes(':') ? `${whole}\n` : pemOfBase64(label, body.replaceAll(/\s/g, '')),
  }))
export const pemOfDer = (label: string, der: Uint8Array): string => pemOfBase64(label, Buffer.from(der).toString('base64'))

const pemOfBase64 = (label: string, base64: string): string => `-----BEGIN ${label}-----\n${base64.replaceAll(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n`
