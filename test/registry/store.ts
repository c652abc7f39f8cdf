/** What a registry holds: subjects with versions, schemas with ids, compatibility levels and modes. In memory. */
import type avro from 'avsc'
import { problems } from './errors.ts'
import { canonical, comparedBy, type Given, incompatibilities, type Level, parse, type Reference } from './schemas.ts'

export type Version = { readonly subject: string; readonly version: number; readonly id: number; readonly schema: string; readonly references: readonly Reference[]; isDeleted: boolean; schemaType?: string }
export type Mode = 'READWRITE' | 'READONLY' | 'IMPORT'

export class Store {
  readonly #versions: Version[] = []
  readonly #ids = new Map<string, number>()
  readonly levels = new Map<string, Level>()
  readonly modes = new Map<string, Mode>()
  globalLevel: Level = 'BACKWARD'
  globalMode: Mode = 'READWRITE'

  subjects(deleted: boolean): readonly string[] {
    return [...new Set(this.#versions.filter((each) => deleted || !each.isDeleted).map(({ subject }) => subject))].toSorted()
  }
  versions(subject: string, deleted = false): readonly Version[] {
    const found = this.#versions.filter((each) => each.subject === subject && (deleted || !each.isDeleted))
    if (found.length === 0) throw problems.subjectNotFound(subject)
    return found
  }
  version(subject: string, wanted: string, deleted = false): Version {
    const all = this.versions(subject, deleted)
    if (wanted === 'latest' || wanted === '-1') return all[all.length - 1] as Version
    if (!/^[1-9]\d*$/.test(wanted)) throw problems.invalidVersion(wanted)
    const found = all.find((each) => each.version === Number(wanted))
    if (!found) throw problems.versionNotFound(wanted)
    return found
  }
  byId(id: number): Version {
    const found = this.#versions.find((each) => each.id === id)
    if (!found) throw problems.schemaIdNotFound(id)
    return found
  }
  usesOf(id: number): readonly Version[] {
    this.byId(id)
    return this.#versions.filter((each) => each.id === id && !each.isDeleted)
  }
  referencedBy(subject: string, version: number): readonly number[] {
    return this.#versions.filter((each) => !each.isDeleted && each.references.some((one) => one.subject === subject && one.version === version)).map(({ id }) => id)
  }

  lookup(subject: string, given: Given, normalize: boolean, deleted: boolean): Version {
    this.type(given)
    const found = this.versions(subject, deleted).findLast(sameAs(given, normalize))
    if (!found) throw problems.schemaNotFound()
    return found
  }
  register(subject: string, given: Given, normalize: boolean): Version {
    const type = this.type(given)
    const all = this.#versions.filter((each) => each.subject === subject)
    const live = all.filter((each) => !each.isDeleted)
    const known = live.findLast(sameAs(given, normalize))
    if (known) return known
    const mode = this.modes.get(subject) ?? this.globalMode
    if (mode === 'READONLY') throw problems.notPermitted(subject, mode)
    const reasons = this.reasonsAgainst(subject, type, live)
    if (reasons.length > 0) throw problems.incompatible(subject, reasons)
    const schema = canonical(given.schema, normalize)
    const key = JSON.stringify([schema, given.references])
    const id = this.#ids.get(key) ?? this.#ids.size + 1
    this.#ids.set(key, id)
    const made = { subject, version: (all.at(-1)?.version ?? 0) + 1, id, schema, references: given.references, isDeleted: false }
    this.#versions.push(made)
    return made
  }
  reasonsAgainst(subject: string, type: avro.Type, versions: readonly Version[]): readonly string[] {
    const level = this.levels.get(subject) ?? this.globalLevel
    return incompatibilities(level, type, comparedBy(level, versions).map((each) => this.type(each)))
  }
  deleteSubject(subject: string, permanent: boolean): readonly number[] {
    const all = this.versions(subject, true)
    const live = all.filter((each) => !each.isDeleted)
    if (!permanent && live.length === 0) throw problems.subjectSoftDeleted(subject)
    if (permanent && live.length > 0) throw problems.subjectNotSoftDeleted(subject)
    for (const each of permanent ? all : live) this.deleteVersion(each, permanent)
    return (permanent ? all : live).map(({ version }) => version)
  }
  deleteVersion(version: Version, permanent: boolean): void {
    if (permanent && !version.isDeleted) throw problems.versionNotSoftDeleted(version.subject, version.version)
    if (this.referencedBy(version.subject, version.version).length > 0) throw problems.referenceExists(`{subject=${version.subject},version=${version.version}}`)
    if (permanent) this.#versions.splice(this.#versions.indexOf(version), 1)
    else version.isDeleted = true
  }
  type(given: Given): avro.Type {
    return parse(given.schema, this.#referenced(given.references))
  }
  #referenced(references: readonly Reference[]): readonly string[] {
    const texts = references.flatMap(({ subject, version }) => {
      const found = this.version(subject, String(version), true)
      return [...this.#referenced(found.references), found.schema]
    })
    return [...new Set(texts)]
  }
}

const sameAs = (given: Given, normalize: boolean): ((version: Version) => boolean) => {
  const schema = canonical(given.schema, normalize)
  const references = JSON.stringify(given.references)
  return (version) => (normalize ? canonical(version.schema, true) : version.schema) === schema && JSON.stringify(version.references) === references
}
