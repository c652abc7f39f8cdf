#!/usr/bin/env node
/** `connect-standalone [-daemon] worker.properties [connector1.properties connector2.json ...]`, with Kafka's own arguments. */
import { runMain } from './main.ts'
import { connectStandalone } from './standalone.ts'

runMain(connectStandalone)
