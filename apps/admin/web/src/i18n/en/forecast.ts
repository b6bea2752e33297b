export default {
  title: 'Forecast',
}
