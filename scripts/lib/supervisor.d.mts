export type Supervised = {
  up: Promise<{ address?: string }>
  stop(timeoutMs: number): Promise<void>
  kill(): void
}

export function supervise(options: {
  script: string
  env: NodeJS.ProcessEnv
  onLine(line: string): void
  say(text: string): void
}): Supervised
