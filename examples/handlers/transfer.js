// A plain object is a handler too: nothing to import. What it writes and its SUCCESS are one commit, so however often
// it is tried, the transfer is recorded once.
export const transfer = {
  name: 'transfer',
  description: 'Records a transfer exactly once',
  async run({ from, to, amount }, ctx) {
    return ctx.transaction(async (tx) => {
      await tx.query(
        'CREATE TABLE IF NOT EXISTS example_transfers (execution_id bigint PRIMARY KEY, "from" text, "to" text, amount numeric)',
      )
      await tx.query('INSERT INTO example_transfers VALUES ($1, $2, $3, $4)', [
        ctx.execution.id,
        from,
        to,
        amount,
      ])
      return { recorded: true }
    })
  },
}
