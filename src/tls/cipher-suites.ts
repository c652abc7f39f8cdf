/** Java names cipher suites as the RFCs do, OpenSSL names those before TLS 1.3 its own way: `TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256` is `ECDHE-RSA-AES128-SHA256`. */
export const openSslCipher = (name: string): string => {
  const match = /^(?:TLS|SSL)_(\w+)_WITH_(\w+)$/.exec(name)
  if (match === null) return name
  const [, exchange = '', cipher = ''] = match
  const short = cipher
    .replace(/^AES_(\d+)_/, 'AES$1-')
    .replace('CBC_', '')
    // an RFC names the hash behind ChaCha20, OpenSSL does not
    .replace('CHACHA20_POLY1305_SHA256', 'CHACHA20-POLY1305')
    .replaceAll('_', '-')
  return exchange === 'RSA' ? short : `${exchange.replaceAll('_', '-')}-${short}`
}
