#!/usr/bin/env node
/** `connect-standalone [-daemon] worker.properties [connector1.properties connector2.json ...]`, with Kafka's own arguments. */
import { runMain } from './main.ts'

runMain(async (args) => (await import('./standalone.ts')).connectStandalone(args))
