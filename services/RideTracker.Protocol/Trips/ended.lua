-- Remembers for an hour that a trip is over, so that every node learns of it by looking, also one that missed the message.
-- KEYS: 1 ended   ARGV: 1 trip
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - 3600000))
-- A repeat of the end is no second end.
return redis.call('ZADD', KEYS[1], 'NX', string.format('%.0f', now), ARGV[1])
