-- Takes the first k elements off a partition's history, if the last of them is still the one that was read.
-- KEYS: 1 history, 2 history-bytes   ARGV: 1 k, 2 how element k begins: its id and a line break, 3 bytes of the k elements
-- Answer: 1, or 0 where another reader, or a restored hub, was in between: read again.
local last = redis.call('LINDEX', KEYS[1], tonumber(ARGV[1]) - 1)
if not last or string.sub(last, 1, #ARGV[2]) ~= ARGV[2] then return 0 end
redis.call('LTRIM', KEYS[1], ARGV[1], -1)
-- accept.lua counts what it appends; an empty list has nothing, whatever was counted before a restore.
if redis.call('LLEN', KEYS[1]) == 0 then
  redis.call('DEL', KEYS[2])
else
  redis.call('DECRBY', KEYS[2], ARGV[3])
end
return 1
