/** InitProducerId without a transactional id: every producer gets an id of its own. */
import { errors } from '../protocol/error-codes.ts'
import type { Handler } from './handler.ts'

export const initProducerId: Handler = (reader, writer, { cluster, version }) => {
  const transactionalId = reader.nullableString()
  reader.int32()
  const known = version >= 3 ? { id: reader.int64(), epoch: reader.int16() } : { id: -1, epoch: -1 }
  // A producer that lost its sequence asks for the next epoch of its id; at the end of the epochs it gets a new id.
  const keepsId = known.id >= 0 && known.epoch >= 0 && known.epoch < 0x7ffe
  const error = transactionalId === null ? errors.NONE : errors.COORDINATOR_NOT_AVAILABLE
  writer.int32(0)
  writer.int16(error)
  writer.int64(error !== errors.NONE ? -1 : keepsId ? known.id : cluster.newProducerId())
  writer.int16(error !== errors.NONE ? -1 : keepsId ? known.epoch + 1 : 0)
  writer.tags()
  return 'answer'
}
