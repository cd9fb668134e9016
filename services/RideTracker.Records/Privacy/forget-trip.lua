-- Forgets from where to where a driver's last trip went, if it is this one and over.
-- KEYS: 1 slot   ARGV: 1 trip
local slot = redis.call('HMGET', KEYS[1], 'trip', 'over', 'shared')
if slot[1] ~= ARGV[1] or slot[2] ~= '1' or not slot[3] or slot[3] == '' then return 0 end
redis.call('HSET', KEYS[1], 'shared', '')
return 1
