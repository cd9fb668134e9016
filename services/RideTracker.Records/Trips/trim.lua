-- Takes the first k elements off a partition's arrivals, if the last of them is still the one that was read.
-- KEYS: 1 arrivals   ARGV: 1 k, 2 element k
-- Answer: 1, or 0 where another reader, or a restored hub, was in between: read again.
if redis.call('LINDEX', KEYS[1], tonumber(ARGV[1]) - 1) ~= ARGV[2] then return 0 end
redis.call('LTRIM', KEYS[1], ARGV[1], -1)
return 1
