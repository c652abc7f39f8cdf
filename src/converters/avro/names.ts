/** The names Confluent's converter uses in Avro and Connect schemas, and how it takes names apart and repairs them. */
import { DataException } from '../../data/errors.ts'

export const namespace = 'io.confluent.connect.avro'
export const defaultName = 'ConnectDefault'
export const defaultFullName = `${namespace}.${defaultName}`
export const mapEntryName = 'MapEntry'
export const unionName = `${namespace}.Union`
export const enumParameter = `${namespace}.Enum`
export const anythingName = `${namespace}.Anything`
export const generalizedUnion = 'org.apache.kafka.connect.data.Union'
export const generalizedEnum = 'org.apache.kafka.connect.data.Enum'
export const recordDocParameter = `${namespace}.record.doc`
export const fieldDocParameter = `${namespace}.field.doc.`
export const fieldDefaultFlag = `${namespace}.field.default`
export const enumDocParameter = `${namespace}.enum.doc.`
export const enumDefaultParameter = `${namespace}.enum.default.`
export const fixedSizeParameter = 'connect.fixed.size'
export const precisionParameter = 'connect.decimal.precision'
export const defaultPrecision = 64

/** `a.b.C` -> [`a.b`, `C`]; no dot: [null, `C`]. Dots at the end are nothing, as in Java. */
export const splitName = (fullName: string, scrub: boolean): readonly [space: string | null, name: string] => {
  const parts = fullName.replace(/\.+$/, '').split('.').map((part) => scrubName(part, scrub))
  const name = parts.pop() ?? ''
  return [parts.length === 0 ? null : parts.join('.'), name]
}
export const scrubFullName = (fullName: string, scrub: boolean): string => (scrub ? splitName(fullName, true).filter((part) => part !== null).join('.') : fullName)

/** URL-encodes what Avro does not allow in a name, then puts `_` for what is left: `a-b c` -> `a_b_c`, `é` -> `_C3_A9`, `1x` -> `x1x`. */
export const scrubName = (name: string, scrub: boolean): string => {
  if (!scrub || name === '' || /^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name
  const encoded = [...Buffer.from(name)].map((byte) => {
    const char = String.fromCharCode(byte)
    return /[A-Za-z0-9_]/.test(char) ? char : /[ .*-]/.test(char) ? '_' : `_${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }).join('')
  return /^\d/.test(encoded) ? `x${encoded}` : encoded
}

const legalName = /^[\p{L}_][\p{L}\p{Nd}_]*$/u
/** As Avro's Java library checks names, unit by unit of UTF-16. Throws a DataException in its words. */
export const checkName = (name: string): void => {
  if (legalName.test(name) && !/[\ud800-\udfff]/.test(name)) return
  const why = name === '' ? 'Empty name' : legalName.test(name[0] ?? '') ? `Illegal character in: ${name}` : `Illegal initial character: ${name}`
  throw new DataException(`${why}. Avro's names are letters, digits and _, no digit first; scrub.invalid.names=true replaces what is not`)
}
