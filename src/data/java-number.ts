/** Numbers as Java prints and reads them (`Double.toString`, `Double.parseDouble`, digits of any script), for both sides. */

/** Shortest digits of a double or float in Java's form: plain for 1e-3 <= |v| < 1e7, else `d.dE±n`; always with a fraction. */
export const javaDouble = (value: number): string => {
  const shortest = String(Math.abs(value))
  // Java takes two digits where one would do: the nearer ones (4.9E-324)
  return javaDecimal(value, /^\d(e|$)/.test(shortest) ? String(Math.abs(value).toPrecision(2)) : shortest)
}
export const javaFloat = (value: number): string => {
  const single = Math.fround(value)
  // the shortest decimal that reads back as the same float: 9 digits always do
  for (let digits = 2; digits < 9; digits++) {
    const text = Math.abs(single).toPrecision(digits)
    if (Math.fround(Number(text)) === Math.abs(single)) return javaDecimal(single, text)
  }
  return javaDecimal(single, Math.abs(single).toPrecision(9))
}

const javaDecimal = (value: number, shortest: string): string => {
  if (Number.isNaN(value)) return 'NaN'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  if (!Number.isFinite(value)) return `${sign}Infinity`
  if (value === 0) return `${sign}0.0`
  const [mantissa = '', exponentText = '0'] = shortest.replace('e+', 'e').split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const all = `${whole}${fraction}`
  const leading = /^0*/.exec(all)?.[0].length ?? 0
  const digits = all.slice(leading).replace(/0+$/, '') || '0'
  // value = 0.digits × 10^point
  const point = whole.length - leading + Number(exponentText)
  if (point > -3 && point <= 7) {
    if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
    return `${sign}${digits.slice(0, point).padEnd(point, '0')}.${digits.slice(point) || '0'}`
  }
  return `${sign}${digits[0]}.${digits.slice(1) || '0'}E${point - 1}`
}

/** Decimal digits of any script as 0-9: Java's number parsers read them all. */
export const asciiDigits = (text: string): string =>
  /^[\0-\x7f]*$/.test(text) ? text : text.replaceAll(/\p{Nd}/gu, (digit) => (digit < '\x80' ? digit : String(digitValue(digit))))
/** Digits stand in runs of ten. */
const digitValue = (digit: string): number => {
  const code = digit.codePointAt(0) ?? 0
  let first = code
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first--
  return (code - first) % 10
}

/**
 * What Double.parseDouble and Float.parseFloat read: white space around, a type letter behind, hexadecimal with an exponent of two; null: not a number.
 * `digits` are there for whoever has to round them to a float, which must not be done by way of the double.
 */
export const readFloating = (text: string): { readonly double: number; readonly digits: string | null } | null => {
  const trimmed = text.replaceAll(/^[\0- ]+|[\0- ]+$/g, '')
  const special = /^([+-]?)(NaN|Infinity)$/.exec(trimmed)
  if (special) return { double: special[2] === 'NaN' ? NaN : special[1] === '-' ? -Infinity : Infinity, digits: null }
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?$/.test(trimmed)) {
    const digits = trimmed.replace(/[fFdD]$/, '')
    return { double: Number(digits), digits }
  }
  const hex = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)[fFdD]?$/.exec(trimmed)
  const digits = hex ? `${hex[2]}${hex[3]}` : ''
  if (!hex || digits === '') return null
  return { double: (hex[1] === '-' ? -1 : 1) * Number(`0x${digits}`) * 2 ** (Number(hex[4]) - 4 * (hex[3]?.length ?? 0)), digits: null }
}
