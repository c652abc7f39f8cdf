#!/usr/bin/env node
/** `connect-plugin-path list …`, with Kafka's own arguments. */
import { runMain } from './main.ts'

runMain(async (args) => (await import('./plugins.ts')).connectPluginPath(args))
