export default {
  title: 'handlers',
}
