-- Writes the driver's active trip, or its end, into the driver's slot, numbers the change, and tells riders, viewports and the phone.
-- KEYS: 1 slot
-- ARGV: 1 driver, 2 driver channel, 3 control channel, 4 cell channel without the cell, 5 trip, 6 number to be above,
--       7 status, 8 version, 9 shared part, 10 '1' if over, 11 what the phone is told (JSON), 12 the stop it drives to ("pickup|dropoff,lat,lng") or ''
-- Answer: the slot's number, 0 where nothing was to be done, or -1 where the driver is on another trip: nothing was written then.
local slot = redis.call('HMGET', KEYS[1], 'n', 'trip', 'tripversion', 'over', 'cell', 'gone', 'off', 'stop', 'arrived')
local previous = tonumber(slot[1] or 0)
local same = slot[2] == ARGV[5]
if same and slot[4] == '1' then
  -- The end was written before: the same number again, so that the trip's own key gets it too.
  if ARGV[10] == '1' then return previous end
  return 0
end
if same and tonumber(slot[3] or 0) > tonumber(ARGV[8]) then return 0 end
if not same then
  -- The end of a trip that this driver has not (any more): nothing here shows it.
  if ARGV[10] == '1' then return 0 end
  -- One driver has one active trip: the other one must end or be released first, or its riders would watch a car that is not theirs.
  if slot[2] and slot[2] ~= '' and slot[4] ~= '1' then return -1 end
end

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local n = string.format('%.0f', math.max(previous + 1, now, tonumber(ARGV[6]) + 1))
local nowText = string.format('%.0f', now)

-- Where accept.lua has seen the car arrive it is not looked for again, however often this is written, unless the stop lies elsewhere now.
local stop = ARGV[12]
if stop ~= '' and slot[9] == ARGV[5] .. ' ' .. stop then stop = '' end

redis.call('HSET', KEYS[1], 'n', n, 'trip', ARGV[5], 'status', ARGV[7], 'tripversion', ARGV[8], 'shared', ARGV[9], 'over', ARGV[10], 'stop', stop)
-- What was seen on the way to another stop says nothing about this one.
if not same or stop ~= (slot[8] or '') then redis.call('HDEL', KEYS[1], 'near') end
-- The slot of a driver that is gone runs out (silence.lua): with a trip it must not, and after its end it does again.
if slot[6] == '1' then
  if ARGV[10] == '1' then redis.call('PEXPIRE', KEYS[1], (slot[7] or '') == '' and 86400000 or 604800000) else redis.call('PERSIST', KEYS[1]) end
end
-- Riders see nothing from before the driver took this trip.
if not same then redis.call('HSET', KEYS[1], 'taken', nowText) end
if ARGV[10] == '1' then redis.call('HSET', KEYS[1], 'idle', nowText, 'dropoff', nowText) end

local message = 't ' .. string.format('%.0f', previous) .. ' ' .. n .. ' ' .. ARGV[5] .. ' ' .. ARGV[1]
redis.call('PUBLISH', ARGV[2], message)
if slot[5] and slot[5] ~= '' and slot[6] ~= '1' then redis.call('PUBLISH', ARGV[4] .. slot[5], message) end
redis.call('PUBLISH', ARGV[3], ARGV[11])
return tonumber(n)
