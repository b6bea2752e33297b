export default {
  title: 'forecast',
}
