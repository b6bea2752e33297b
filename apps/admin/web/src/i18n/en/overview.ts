export default {
  title: 'overview',
}
