export default {
  title: 'Users and tokens',
  signIn: {
    title: 'Sign in to jobu',
    text: 'With the name and password of your user.',
    name: 'Name',
    password: 'Password',
    submit: 'Sign in',
    refused: 'The name or the password is wrong.',
  },
}
