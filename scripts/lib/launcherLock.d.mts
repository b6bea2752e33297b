export type Claim = { announce(): void; release(): void; holder?: undefined } | { holder: number }

export function claimDataDir(dataDir: string): Claim

export function readClaim(dataDir: string): { pid: number; ready: boolean } | null
