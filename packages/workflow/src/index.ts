export { DEFAULT_TEMPLATES, type MailTemplates } from './mail/mailTemplates.ts'
export { type Mail, type RunSummary, renderMail, templateFault } from './mail/renderMail.ts'
