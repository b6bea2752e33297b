/** An expression that cannot be read, or has no value with what is known; the message is for who wrote it. */
export class ExpressionError extends Error {
  /** The text it is about, or what is around a template. */
  readonly expression: string
  /** Where in the expression, counted in characters from 0; null: as a whole. */
  readonly position: number | null

  constructor(
    message: string,
    expression: string,
    { position = null, cause }: { position?: number | null; cause?: unknown } = {},
  ) {
    super(message, { cause })
    this.name = 'ExpressionError'
    this.expression = expression
    this.position = position
  }
}
