/** Variables of config providers in the configurations of connectors: files and folders that are there, allowed or not, and what is no variable. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ConfigInfos } from '../../../src/herder/types.ts'
import { type Config, source } from './corpus.ts'
import type { Answer } from './same-answer.ts'

/** What variables stand for. Ours shows it nowhere. */
const secrets = ['sometext', 'dirvalue']

export type Providers = { readonly properties: Readonly<Record<string, string>>; readonly configs: readonly Config[] }
/** Writes the files into an empty folder. */
export const providersIn = async (folder: string): Promise<Providers> => {
  const [allowed, other] = [join(folder, 'allowed'), join(folder, 'other')]
  await Promise.all([mkdir(allowed), mkdir(other)])
  await Promise.all([writeFile(join(allowed, 'a.properties'), 'three=3\nword=sometext\nempty=\n'), writeFile(join(allowed, 'key'), 'dirvalue'), writeFile(join(other, 'a.properties'), 'three=3\n')])
  const provider = (name: string, type: string, param: Readonly<Record<string, string>> = {}): [string, string][] =>
    [['class', `org.apache.kafka.common.config.provider.${type}ConfigProvider`], ...Object.entries(param).map(([key, value]) => [`param.${key}`, value])].map(([key = '', value = '']) => [`config.providers.${name}.${key}`, value])
  const file = join(allowed, 'a.properties')
  const texts = [
    ...['three', 'word', 'missing', 'empty'].map((key) => `\${file:${file}:${key}}`), `\${file:${join(other, 'a.properties')}:three}`, `\${open:${join(other, 'a.properties')}:three}`, `\${open:${allowed}:three}`, '${open:/does/not/exist:k}', '${file:/does/not/exist:k}', '${file:relative.properties:k}', '${file::k}', '${file:k}',
    `\${dir:${allowed}:key}`, `\${dir:${allowed}:none}`, '${dir:/none:k}', `\${dir:${file}:k}`, '${env:HOME}', '${env:some/path:HOME}', '${env:NONE_SUCH}', '${none:x:y}', '${none:y}', `x\${file:${file}:word}y\${file:${file}:three}`, '${', '${file}', '${:}', `$\${file:${file}:three}`,
  ]
  return {
    properties: Object.fromEntries([
      ['config.providers', 'file,open,dir,env'], ...provider('file', 'File', { 'allowed.paths': allowed }), ...provider('open', 'File'), ...provider('dir', 'Directory', { 'allowed.paths': allowed }), ...provider('env', 'EnvVar', { 'allowlist.pattern': 'NONE.*' }),
    ]),
    configs: texts.flatMap((text) => ['tasks.max', 'topic', 'errors.tolerance'].map((key) => source({ [key]: text }))),
  }
}

/** What was found, with nothing in it that variables stand for. */
export const findings = ({ status, body }: Answer): unknown => {
  const hide = (text: string): string => secrets.reduce((shown, secret) => shown.replaceAll(secret, '[hidden]'), text)
  if (status !== 200) return { status, message: (body as { readonly message: string }).message.replace('org.apache.kafka.common.config.ConfigException: ', '') }
  const { error_count: errorCount, configs } = body as ConfigInfos
  return { status, errorCount, errors: configs.flatMap(({ value }) => value.errors).map(hide) }
}
