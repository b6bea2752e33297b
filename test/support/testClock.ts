import type { Connection } from '@jobu/db'

/**
 * The clock of a test's own database, in the hands of the test: `now()` and `clock_timestamp()` say what it is set to, on
 * connections that are opened after `install`.
 */
export class TestClock {
  readonly #db: Connection

  private constructor(db: Connection) {
    this.#db = db
  }

  static async install(db: Connection): Promise<TestClock> {
    await db.query(`
      CREATE SCHEMA clock;
      CREATE TABLE clock.setting (at timestamptz NOT NULL);
      INSERT INTO clock.setting VALUES (now());
      CREATE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT at FROM clock.setting';
      CREATE FUNCTION clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT at FROM clock.setting';
      DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET search_path = clock, pg_catalog, public', current_database());
      END $$`)
    return new TestClock(db)
  }

  async set(at: Date): Promise<void> {
    await this.#db.query('UPDATE clock.setting SET at = $1', [at])
  }
}
