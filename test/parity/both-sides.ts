/** Runs cases through Java and through us and gives back what differs, as readable blocks. */
import type { Case } from './cases.ts'
import { difference } from './compare.ts'
import type { JavaSide } from './java-side.ts'
import { isKnownDifference } from './known-differences.ts'
import { type Form, runOurs } from './ours.ts'

const shownAtMost = 40

/** Cases in a row for one converter are one batch; each is also run `alone`, where a batch of one may take another path. */
export const differences = async (side: JavaSide, cases: readonly Case[], options: { readonly alone?: boolean; readonly form?: Form } = {}): Promise<string[]> => {
  const expected = await side.run(cases)
  const together = await runOurs(cases, options.form)
  const found: string[] = []
  for (const [index, one] of cases.entries()) {
    const java = expected[index] ?? {}
    if (isKnownDifference(one, java)) continue
    const answers = [['', together[index]], ...(options.alone === true ? [[' (alone)', (await runOurs([one], options.form))[0]] as const] : [])] as const
    for (const [how, ours] of answers) {
      const different = difference(java, ours ?? {}, side.printsShortestDoubles)
      if (different !== null && found.length < shownAtMost) found.push(`${JSON.stringify(one)}${how}\n  Java  ${different.java}\n  ours  ${different.ours}`)
    }
  }
  return found
}
