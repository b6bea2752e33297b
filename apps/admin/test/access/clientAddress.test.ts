import { addressTest, clientNetwork, isAddressOrBlock } from '../../src/access/clientAddress.ts'

test.each([
  ['10.0.0.0/8', '10.200.3.4', true],
  ['10.0.0.0/8', '::ffff:10.200.3.4', true],
  ['10.0.0.0/8', '::ffff:0ac8:0304', true],
  ['10.0.0.0/8', '11.0.0.1', false],
  ['192.0.2.7', '192.0.2.7', true],
  ['192.0.2.7', '::FFFF:192.0.2.7', true],
  ['192.0.2.7', '192.0.2.70', false],
  ['2001:db8::/32', '2001:db8:ffff::1', true],
  ['2001:db8::/32', '2001:db9::1', false],
  ['::1', '0:0:0:0:0:0:0:1', true],
  ['::ffff:192.0.2.7', '192.0.2.7', true],
  ['10.0.0.0/8', 'garbage', false],
  ['10.0.0.0/8', '10.0.0.1, 10.0.0.2', false],
  ['10.0.0.0/8', '', false],
  ['10.0.0.0/8', undefined, false],
])('%s lists %s: %s', (listed, address, isListed) => {
  expect(addressTest([listed])(address)).toBe(isListed)
})

test('an empty list lists nobody', () => {
  expect(addressTest([])('127.0.0.1')).toBe(false)
})

test.each([
  ['10.0.0.1', true],
  ['10.0.0.0/8', true],
  ['2001:db8::/128', true],
  ['10.0.0.0/0', false],
  ['::/0', false],
  ['10.0.0.0/33', false],
  ['10.0.0.0/8/8', false],
  ['10.0.0.0/', false],
  ['10.0.0.0/-1', false],
  ['10.0.0', false],
  ['localhost', false],
  ['', false],
])('%s may be listed: %s', (text, isValid) => {
  expect(isAddressOrBlock(text)).toBe(isValid)
})

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8::1', '2001:db8:0:0::/64'],
  ['2001:0db8:0000:0000:1::', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['unknown', 'unknown'],
])('%s counts as %s', (address, network) => {
  expect(clientNetwork(address)).toBe(network)
})
