/** Everything of a worker that could be left behind: processes, descriptors by what they are, files under its folder and its temporary one. */
import { readdir, readFile, readlink } from 'node:fs/promises'
import { childrenOf } from '../faults/processes.ts'

/** The offset file, what a bundle says of itself (remembered for the next request), and what the test has put there. */
const isKept = /^(offsets.*|cache\/[0-9a-f]+\.description\.json|granted\/.*)$/

/** Things of one kind are counted, so that a set is enough to compare: `pipe 1`, `pipe 2`. */
export const tracesOf = async (pid: number, folder: string): Promise<ReadonlySet<string>> => {
  const children = (await childrenOf(pid)).map((child) => `process ${child}`)
  const files = (await readdir(folder, { recursive: true })).filter((file) => !isKept.test(file)).map((file) => `file ${file}`)
  return new Set([...children, ...numbered(await descriptorsOf(pid)), ...files])
}
const numbered = (kinds: readonly string[]): string[] => [...Map.groupBy(kinds, (kind) => kind)].flatMap(([kind, all]) => all.map((_, index) => `${kind} ${index + 1}`))

const descriptorsOf = async (pid: number): Promise<string[]> => {
  const peers = await peersOf(pid)
  const links = await Promise.all((await readdir(`/proc/${pid}/fd`)).map((descriptor) => readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => null)))
  return links.flatMap((link) => {
    const [, kind, inode = ''] = /^(socket|pipe):\[(\d+)\]$/.exec(link ?? '') ?? []
    if (kind === undefined) return link === null ? [] : [`descriptor of ${link}`]
    return kind === 'pipe' ? ['pipe'] : (peers.has(inode) ? (peers.get(inode) ?? []) : ['local socket'])
  })
}

/** TCP sockets by their inode. Connections that a listener of its own has taken are those of whoever asks REST: this test, which keeps them for its next question. */
const peersOf = async (pid: number): Promise<ReadonlyMap<string, string | null>> => {
  const rows = (await readFile(`/proc/${pid}/net/tcp`, 'latin1')).trim().split('\n').slice(1).map((row) => row.trim().split(/\s+/))
  const sockets = rows.map(([, local = '', remote = '', state, , , , , , inode = '']) => ({ local: portOf(local), remote: portOf(remote), isListening: state === '0A', inode }))
  const listening = new Set(sockets.filter(({ isListening }) => isListening).map(({ local }) => local))
  return new Map(sockets.map(({ local, remote, isListening, inode }) => [inode, isListening ? `listener on ${local}` : listening.has(local) ? null : `connection to ${remote}`]))
}
const portOf = (address: string): number => Number.parseInt(address.split(':')[1] ?? '', 16)
