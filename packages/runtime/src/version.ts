/** The version all services are built and deployed as. */
export const VERSION = '1.0.0'
