/** The access log line of Kafka's worker: NCSA extended format and the latency in milliseconds. */
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number): string => String(value).padStart(2, '0')
const timeText = (at: Date): string =>
  `${two(at.getUTCDate())}/${months[at.getUTCMonth()]}/${at.getUTCFullYear()}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`
/** Nothing a client sends may begin a new line or close a quote. */
const safe = (text: string): string => text.replaceAll(/[^\u0020-\u007e]|["\\]/g, (character) => `\\x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`)

export type Access = {
  readonly remoteAddress: string
  readonly method: string
  readonly url: string
  readonly httpVersion: string
  readonly status: number
  readonly bytes: number
  readonly referer: string | undefined
  readonly userAgent: string | undefined
  readonly startedAt: Date
  readonly tookMs: number
}
export const accessLine = ({ remoteAddress, method, url, httpVersion, status, bytes, referer = '', userAgent = '', startedAt, tookMs }: Access): string =>
  `${remoteAddress.replace(/^::ffff:/, '')} - - [${timeText(startedAt)}] "${method} ${safe(url)} HTTP/${httpVersion}" ${status} ${bytes} "${safe(referer)}" "${safe(userAgent)}" ${Math.round(tookMs)}`
