import { BlockList, isIP } from 'node:net'
import type { Request } from 'express'

/** An IPv4 address in the form of IPv6, as a socket that listens on both shows it. */
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i

/** Whether an address is one of those listed, which are addresses and CIDR blocks of either family. */
export type AddressTest = (address: string | undefined) => boolean

export function addressTest(listed: readonly string[]): AddressTest {
  const list = new BlockList()
  for (const entry of listed) {
    const [address = '', prefix] = entry.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return (address) => {
    const family = isIP(address ?? '')
    return family !== 0 && list.check(address!, family === 6 ? 'ipv6' : 'ipv4')
  }
}

/**
 * An address or a CIDR block of more than nothing: a prefix of 0 would list the whole internet.
 */
export function isAddressOrBlock(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  return (
    prefix === undefined ||
    (/^\d{1,3}$/.test(prefix) && Number(prefix) >= 1 && Number(prefix) <= (family === 6 ? 128 : 32))
  )
}

/** The client's address: what the listed proxies say of it, or the socket's. Null once the socket has gone. */
export function clientAddress(request: Request): string | null {
  // Express took it from X-Forwarded-For, which holds what the client wrote as well.
  const said = request.ip ?? ''
  const address = isIP(said) ? said : request.socket.remoteAddress
  return address === undefined ? null : address.replace(MAPPED, '$1')
}

/** What counts as one client: an IPv4 address, or the /64 of an IPv6 address, all of which one machine may have. */
export function clientNetwork(address: string): string {
  if (isIP(address) !== 6) return address
  const [head = '', tail] = address.replace(/%.*$/, '').split('::')
  const before = head.split(':').filter(Boolean)
  const after = (tail ?? '').split(':').filter(Boolean)
  const missing = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length)
  const groups = [...before, ...Array<string>(missing).fill('0'), ...after]
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}
