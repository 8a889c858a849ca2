// A TCP proxy to the server's socket that hands on what it reads after half of the round trip, in a thread of its own.
import net from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

const { socket, delay } = workerData

function later(from, to) {
  from.on('data', data => setTimeout(() => to.write(data), delay))
  from.on('close', () => to.destroy())
  from.on('error', () => to.destroy())
}

const proxy = net.createServer(client => {
  client.setNoDelay(true)
  const server = net.connect(socket)
  later(client, server)
  later(server, client)
})
proxy.listen(0, '127.0.0.1', () => parentPort.postMessage(proxy.address().port))
