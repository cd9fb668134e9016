// The peer `socketio`: Socket.IO with its Redis adapter, as its documentation sets it up. Riders are in the room of their driver; a POST to /pub/TOPIC goes to the room.
//   node server.mjs PORT REDIS_URL
import { createServer } from 'node:http'
import { createAdapter } from '@socket.io/redis-adapter'
import { createClient } from 'redis'
import { Server } from 'socket.io'

const [port, redisUrl] = process.argv.slice(2)
const publisher = createClient({ url: redisUrl })
const subscriber = publisher.duplicate()
await Promise.all([publisher.connect(), subscriber.connect()])

const http = createServer(publish)
// Only WebSocket, because riders speak nothing else here. Everything else is the default, the heartbeat of 25 s too.
const io = new Server(http, { adapter: createAdapter(publisher, subscriber), transports: ['websocket'] })
io.on('connection', socket => socket.join(socket.handshake.query.topic))

async function publish(request, response) {
  if (request.method !== 'POST' || !request.url.startsWith('/pub/')) return
  let body = ''
  for await (const part of request) body += part
  io.to(request.url.slice('/pub/'.length)).emit('position', JSON.parse(body))
  response.writeHead(204).end()
}

// Publishers keep their connections; Node would close them after 5 s of silence.
http.keepAliveTimeout = 3_600_000
http.listen(Number(port), '127.0.0.1', 4096, () => console.log('peer is ready'))
