/** Failures that are no ConnectException in Kafka either: the trace names the class that its users know. */
import { ConnectException } from '../data/errors.ts'

export class IllegalArgumentException extends ConnectException {
  override readonly name = 'IllegalArgumentException'
}
export class IndexOutOfBoundsException extends ConnectException {
  override readonly name = 'IndexOutOfBoundsException'
}
export class NullPointerException extends ConnectException {
  override readonly name = 'NullPointerException'
}
