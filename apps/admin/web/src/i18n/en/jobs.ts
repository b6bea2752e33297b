export default {
  title: 'Jobs',
}
