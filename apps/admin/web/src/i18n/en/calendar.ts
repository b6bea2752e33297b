export default {
  title: 'Calendar',
}
