#!/usr/bin/env node
/** `connect-plugin-path list …`, with Kafka's own arguments. */
import { runMain } from './main.ts'
import { connectPluginPath } from './plugins.ts'

runMain(connectPluginPath)
