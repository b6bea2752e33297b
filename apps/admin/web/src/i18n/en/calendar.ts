export default {
  title: 'calendar',
}
