/** Everything a command touches of the process it runs in, so that a test can stand in for it. */
export interface Io {
  env: Readonly<Record<string, string | undefined>>
  /** The checkout, where `npm start` keeps its data unless JOBU_DATA_DIR says otherwise. */
  root: string
  /** The payload: what a pipe gets. */
  stdout(text: string): void
  /** What is said to people: questions, progress, errors. */
  stderr(text: string): void
  readStdin(): Promise<string>
  /** Asks on the terminal; null where there is none to ask on. */
  ask: ((question: string) => Promise<string>) | null
  /** Columns of the terminal that stdout is; null where it is none. */
  width: number | null
  /** Aborts on Ctrl+C. */
  signal: AbortSignal
}
