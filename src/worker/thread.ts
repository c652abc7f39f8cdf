/** A task thread: serves the main thread's requests with a `ThreadHost`, and hands the host doors that lead back to the main thread. */
import { parentPort, workerData } from 'node:worker_threads'
import { spawnCell } from '../cell/spawn.ts'
import { kafkaClients } from '../kafka/clients.ts'
import type { ThreadSettings } from './messages.ts'
import { serveThread } from './thread-serve.ts'

if (parentPort) serveThread(parentPort, workerData as ThreadSettings, { spawnCell, clients: kafkaClients() })
