import access from './access.ts'
import common from './common.ts'
import overview from './overview.ts'
import palette from './palette.ts'
import reasons from './reasons.ts'
import settings from './settings.ts'

/** The texts that the frame and the overview need. */
export default { access, common, overview, palette, reasons, settings }
