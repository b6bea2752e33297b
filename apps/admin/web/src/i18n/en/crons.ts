export default {
  title: 'Crons',
}
