export default {
  title: 'workers',
}
