export default {
  title: 'audit',
}
