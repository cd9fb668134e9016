-- Leaves a trip without the driver that gave it back, numbers the change above that driver's slot, and tells the trip's watchers to read.
-- KEYS: 1 trip:{TRIP}
-- ARGV: 1 channel, 2 number to be above, 3 version that the trip has without this driver, 4 driver
-- Answer: its number, or 0 where nothing was to be done.
local kept = redis.call('HMGET', KEYS[1], 'n', 'version', 'driver', 'over')
if kept[3] ~= ARGV[4] or kept[4] == '1' or tonumber(kept[2] or 0) >= tonumber(ARGV[3]) then return 0 end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local n = string.format('%.0f', math.max(tonumber(kept[1] or 0) + 1, tonumber(ARGV[2]) + 1, now))
-- Its shared part names the driver: what comes next is the trip's own new version, which brings a new one.
redis.call('HSET', KEYS[1], 'n', n, 'driver', '')
redis.call('PUBLISH', ARGV[1], n)
return tonumber(n)
