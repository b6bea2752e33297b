export default {
  title: 'cron',
}
