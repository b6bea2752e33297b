import { createRequire } from 'node:module'

/**
 * Drizzle, from its CommonJS build. Node 24 parses the nearest package.json once per ESM file it loads, and Drizzle's is
 * 180 KB beside a few hundred files: that made 160 MB of garbage and half a second per process and thread.
 * In drizzle-kit, which loads the schema as CommonJS, `require` is there already.
 */
const load: NodeJS.Require = typeof require === 'function' ? require : createRequire(import.meta.url)

export const {
  and,
  arrayContains,
  asc,
  desc,
  eq,
  getTableColumns,
  gt,
  gte,
  ilike,
  inArray,
  isNull,
  lt,
  or,
  sql,
} = load('drizzle-orm') as typeof import('drizzle-orm')
export const { drizzle } = load('drizzle-orm/node-postgres') as typeof import('drizzle-orm/node-postgres')
export const {
  bigint,
  boolean,
  check,
  customType,
  index,
  integer,
  jsonb,
  numeric,
  pgEnum,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  varchar,
} = load('drizzle-orm/pg-core') as typeof import('drizzle-orm/pg-core')
