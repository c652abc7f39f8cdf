#!/usr/bin/env node
/** `connect-distributed [-daemon] worker.properties`, with Kafka's own arguments. */
import { connectDistributed } from './distributed.ts'
import { runMain } from './main.ts'

runMain(connectDistributed)
