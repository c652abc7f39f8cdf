/** `node test/registry/main.ts [--port 8081] [--user name:password]`: the registry by hand, until it is interrupted. */
import { parseArgs } from 'node:util'
import { startRegistry } from './registry.ts'

const { values } = parseArgs({ options: { port: { type: 'string', default: '8081' }, user: { type: 'string' } } })
const registry = await startRegistry({ port: Number(values.port), ...(values.user === undefined ? {} : { userInfo: values.user }) })
process.stdout.write(`schema registry (in memory, for trials) at ${registry.url}\n`)
