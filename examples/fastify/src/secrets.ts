import { createHmac, randomBytes, scrypt as scryptWithCallback, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'

const scrypt = promisify<string, Buffer, number, Buffer>(scryptWithCallback)

/** Signs values, so that a browser can keep them and not make them up. Each is good for one purpose. */
export function sealer(secret: string) {
  const sign = (purpose: string, value: string): Buffer => createHmac('sha256', secret).update(`${purpose} ${value}`).digest()
  return {
    seal: (purpose: string, value: string): string => `${value}.${sign(purpose, value).toString('base64url')}`,
    /** The value, or undefined if it was not sealed for this purpose. */
    unseal(purpose: string, sealed: string): string | undefined {
      const end = sealed.lastIndexOf('.')
      const value = sealed.slice(0, Math.max(end, 0))
      const given = Buffer.from(sealed.slice(end + 1), 'base64url')
      const right = sign(purpose, value)
      return given.length === right.length && timingSafeEqual(given, right) ? value : undefined
    },
  }
}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  return `scrypt.${salt.toString('base64url')}.${(await scrypt(password, salt, 32)).toString('base64url')}`
}

const nobodys = await hashPassword(randomBytes(16).toString('hex'))

/** Without a hash it takes as long, and is false. */
export async function passwordMatches(password: string, hash: string | null | undefined): Promise<boolean> {
  const [, salt, key] = (hash ?? nobodys).split('.').map(part => Buffer.from(part, 'base64url'))
  return timingSafeEqual(await scrypt(password, salt!, 32), key!) && hash != null
}
