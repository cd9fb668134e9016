-- Keeps a trip's planned way. A lower version than the kept one is an old write: ignored.
-- KEYS: 1 route:{TRIP}   ARGV: 1 version, 2 json
local kept = redis.call('GET', KEYS[1])
if kept and tonumber(string.match(kept, '"version":(%d+)') or 0) > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], 604800000)
return 1
