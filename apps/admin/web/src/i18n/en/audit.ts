export default {
  title: 'Audit',
}
