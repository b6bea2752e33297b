import { migrate } from '../migrate.ts'

// Plain on purpose: it runs before anything else is known to work, and DATABASE_URL is all it needs.
const url = process.env.DATABASE_URL
if (!url) {
  console.error('migrate: DATABASE_URL is not set')
  process.exit(1)
}
try {
  const applied = await migrate(url)
  console.log(
    applied.length ? `migrate: applied ${applied.join(', ')}` : 'migrate: the database is up to date',
  )
} catch (error) {
  console.error(`migrate: ${(error as Error).message}`)
  process.exit(1)
}
