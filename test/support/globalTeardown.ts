import { rmSync } from 'node:fs'
import pg from 'pg'
import { state } from './globalSetup.ts'

/** Drops every database of the run and stops the server that globalSetup started. */
export default async function globalTeardown() {
  if (state.server) {
    await state.server.stop()
    rmSync(state.directory!, { recursive: true, force: true })
    return
  }
  const client = new pg.Client({ connectionString: process.env.JOBU_TEST_SERVER_URL })
  await client.connect()
  const { rows } = await client.query<{ datname: string }>(
    'SELECT datname FROM pg_database WHERE starts_with(datname, $1)',
    [process.env.JOBU_TEST_RUN],
  )
  for (const { datname } of rows) await client.query(`DROP DATABASE IF EXISTS "${datname}" WITH (FORCE)`)
  await client.end()
}
