-- Takes the first k elements off a partition's history, if they are still those that were read.
-- KEYS: 1 history, 2 history-bytes   ARGV: 1 k, 2 id of the last of them, 3 bytes of all of them
-- Answer: 1, or 0 where another reader, or a restored hub, was in between: read again.
local last = redis.call('LINDEX', KEYS[1], tonumber(ARGV[1]) - 1)
if not last or string.sub(last, 1, #ARGV[2] + 1) ~= ARGV[2] .. '\n' then return 0 end
redis.call('LTRIM', KEYS[1], ARGV[1], -1)
redis.call('DECRBY', KEYS[2], ARGV[3])
return 1
