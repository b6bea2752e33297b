export default {
  title: 'Workers',
}
