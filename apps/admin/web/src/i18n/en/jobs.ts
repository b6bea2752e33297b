export default {
  title: 'jobs',
}
