import { defineHandler, z } from '@jobu/handlers'

/** A picture of one pixel. */
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** Leaves a file of each kind that pages show, and one that they do not. */
export const filed = defineHandler({
  name: 'filed',
  description: 'Leaves files',
  params: z.object({}),
  async run(_, { artifacts }) {
    await artifacts.write('report.csv', 'region,orders\n"Seoul, north",12\nBusan,7\n')
    await artifacts.write('summary.json', '{"regions":2}')
    await artifacts.write('notes.txt', 'Checked by nobody yet\n')
    await artifacts.write('pixel.png', Buffer.from(PIXEL, 'base64'))
    await artifacts.write('raw.bin', Buffer.alloc(1_000))
  },
})
