/** What an invalid configuration is answered with. */
import { validationError } from '../config/validation.ts'
import { ConnectError } from '../errors.ts'
import type { ConfigInfos } from './types.ts'

/** Throws 400 with every message when there is any. */
export const refuseErrors = (infos: ConfigInfos): void => {
  const message = validationError(infos)
  if (message !== null) throw new ConnectError('CONFIG_INVALID', message)
}
