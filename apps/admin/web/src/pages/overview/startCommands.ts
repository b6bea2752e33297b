/** What starts the services on a checkout, as the README says. */
export const START_ALL = 'npm start'
export const START_WORKER = 'npm start worker'
