/** Certificates, keys and stores made while the test runs, by openssl and keytool as people make them. Nothing here is trusted by anybody else. */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
const openssl = (dir: string, ...args: string[]): Promise<unknown> => run('openssl', args, { cwd: dir })
const keytool = (dir: string, ...args: string[]): Promise<unknown> => run('keytool', ['-J-XX:TieredStopAtLevel=1', ...args], { cwd: dir })
export const storePassword = 'store-hush-1'

export type Identity = { readonly key: string; readonly cert: string; readonly path: string }
export type Authority = {
  readonly dir: string
  readonly certificate: string
  /** Files `NAME.key.pem`, `NAME.cert.pem` and `NAME.pem` (both). `expired`: it ended in 2021. */
  issue(name: string, options?: { readonly altName?: string; readonly expired?: boolean; readonly kind?: 'rsa' | 'ec' }): Promise<Identity>
}

const keyOptions = { rsa: ['-newkey', 'rsa:2048'], ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'] } as const

/** A certificate authority whose files are in `dir`, named by `name`. */
export const createAuthority = async (dir: string, name = 'ca'): Promise<Authority> => {
  await openssl(dir, 'req', '-x509', ...keyOptions.ec, '-nodes', '-days', '30', '-subj', `/CN=${name}`, '-keyout', `${name}.key.pem`, '-out', `${name}.cert.pem`)
  return {
    dir,
    certificate: await readFile(join(dir, `${name}.cert.pem`), 'utf8'),
    async issue(own, { altName = 'IP:127.0.0.1,DNS:localhost', expired = false, kind = 'ec' } = {}) {
      await openssl(dir, 'req', '-new', ...keyOptions[kind], '-nodes', '-subj', `/CN=${own}`, '-keyout', `${own}.key.pem`, '-out', `${own}.csr.pem`)
      await writeFile(join(dir, `${own}.ext`), `subjectAltName=${altName}\n`)
      await writeFile(join(dir, `${own}.index`), '')
      await writeFile(join(dir, `${own}.cnf`), [
        '[ca]', 'default_ca=own', '[own]', `database=${own}.index`, `new_certs_dir=${dir}`, 'rand_serial=yes', 'default_md=sha256', 'policy=any', '[any]', 'commonName=supplied', '',
      ].join('\n'))
      const life = expired ? ['-startdate', '20200101000000Z', '-enddate', '20210101000000Z'] : ['-days', '30']
      await openssl(dir, 'ca', '-batch', '-notext', '-config', `${own}.cnf`, '-cert', `${name}.cert.pem`, '-keyfile', `${name}.key.pem`, '-extfile', `${own}.ext`, ...life, '-in', `${own}.csr.pem`, '-out', `${own}.cert.pem`)
      const [key, cert] = await Promise.all([readFile(join(dir, `${own}.key.pem`), 'utf8'), readFile(join(dir, `${own}.cert.pem`), 'utf8')])
      await writeFile(join(dir, `${own}.pem`), key + cert)
      return { key, cert, path: join(dir, `${own}.pem`) }
    },
  }
}

/** `NAME.p12` by openssl, with the authority's certificate behind the own one. */
export const opensslPkcs12 = async ({ dir }: Authority, name: string, ...more: string[]): Promise<string> => {
  await openssl(dir, 'pkcs12', '-export', '-inkey', `${name}.key.pem`, '-in', `${name}.cert.pem`, '-certfile', 'ca.cert.pem', '-name', name, '-passout', `pass:${storePassword}`, '-out', `${name}.p12`, ...more)
  return join(dir, `${name}.p12`)
}
/** A key store as keytool makes it from openssl's. */
export const keytoolKeyStore = async (authority: Authority, name: string, type: 'JKS' | 'PKCS12', keyPassword = storePassword): Promise<string> => {
  const source = await opensslPkcs12(authority, name)
  const file = join(authority.dir, `${name}.keystore.${type}`.toLowerCase())
  await keytool(authority.dir, '-importkeystore', '-noprompt', '-srckeystore', source, '-srcstoretype', 'PKCS12', '-srcstorepass', storePassword, '-srcalias', name,
    '-destkeystore', file, '-deststoretype', type, '-deststorepass', storePassword, '-destkeypass', keyPassword)
  return file
}
/** A trust store as keytool makes it: `file` holds the authority's certificate. */
export const keytoolTrustStore = async ({ dir }: Authority, type: 'JKS' | 'PKCS12'): Promise<string> => {
  const file = join(dir, `truststore.${type}`.toLowerCase())
  await keytool(dir, '-importcert', '-noprompt', '-alias', 'ca', '-file', 'ca.cert.pem', '-keystore', file, '-storetype', type, '-storepass', storePassword)
  return file
}
/** The key encrypted as PKCS#8, with its certificate. */
export const encryptedPem = async ({ dir }: Authority, name: string, password: string): Promise<string> => {
  await openssl(dir, 'pkcs8', '-topk8', '-in', `${name}.key.pem`, '-passout', `pass:${password}`, '-out', `${name}.encrypted.pem`)
  const file = join(dir, `${name}.both.pem`)
  await writeFile(file, `${await readFile(join(dir, `${name}.encrypted.pem`), 'utf8')}${await readFile(join(dir, `${name}.cert.pem`), 'utf8')}`)
  return file
}
