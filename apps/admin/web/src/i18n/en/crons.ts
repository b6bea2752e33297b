export default {
  title: 'crons',
}
