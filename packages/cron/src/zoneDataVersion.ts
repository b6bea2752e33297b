/** The release of the IANA zone data in use, such as `2025c`. Stored next to `next_run_at`: when it differs, compute anew. */
export const zoneDataVersion: string = process.versions.tz ?? 'unknown'
