/** Passes TCP on and counts who came: what a broker would see of clients that try again and again. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface CountingProxy extends AsyncDisposable {
  readonly address: string
  /** Connections since it began. */
  readonly count: number
}

/** `to`: `host:port`; null drops each connection with a reset once the client has said something. */
export const countingProxy = async (to: string | null): Promise<CountingProxy> => {
  const sockets = new Set<Socket>()
  let count = 0
  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    return socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
  }
  const server = createServer((client) => {
    count++
    keep(client)
    if (to === null) return void client.once('data', () => client.resetAndDestroy())
    const [host = '', port = ''] = to.split(':')
    const upstream = keep(connect(Number(port), host))
    client.pipe(upstream).pipe(client)
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get count() {
      return count
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
