export default {
  title: 'Handlers',
}
