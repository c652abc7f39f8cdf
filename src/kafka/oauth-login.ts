/**
 * The SASL exchange of OAUTHBEARER (RFC 7628). Ours, because kafkajs's own ignores the server's answer: a refused token would pass for
 * accepted, and the next request would find the connection closed, over and over.
 *
 *   client: n,,^Aauth=Bearer TOKEN[^Aname=value …]^A^A      server: nothing, or {"status":"invalid_token", …}
 */
import type { SaslExchange } from './kafkajs-internals.ts'
import type { OauthProvider } from './oauth.ts'
import { KafkaError } from './types.ts'

export const oauthLogin = (provider: OauthProvider) => ({ saslAuthenticate }: SaslExchange) => ({
  async authenticate(): Promise<void> {
    const { value, extensions } = await provider()
    const parts = [`auth=Bearer ${value}`, ...Object.entries(extensions).map(([name, text]) => `${name}=${text}`)]
    const message = Buffer.from(`n,,\u0001${parts.join('\u0001')}\u0001\u0001`)
    const refusal = await saslAuthenticate({
      request: { encode: () => Promise.resolve(Buffer.concat([int32(message.length), message])) },
      response: { decode: (bytes: Buffer) => Promise.resolve(bytes.subarray(4).toString()), parse: (text: string) => Promise.resolve(text) },
    })
    if (refusal !== '') throw new KafkaError('SASL_AUTHENTICATION_FAILED', `SASL OAUTHBEARER authentication failed: the broker does not accept the token${statusOf(refusal)} (check sasl.oauthbearer.* and the options of sasl.jaas.config)`, { retriable: false })
  },
})

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
const statusOf = (refusal: string): string => {
  const status = /"status"\s*:\s*"([\w.-]{1,60})"/.exec(refusal)?.[1]
  return status === undefined ? '' : `: ${status}`
}
