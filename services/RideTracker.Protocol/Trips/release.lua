-- Takes a trip out of a driver's slot that goes on with another driver, or waits for one: the driver is idle, and its phone has no trip.
-- KEYS: 1 slot
-- ARGV: 1 driver, 2 driver channel, 3 control channel, 4 cell channel without the cell, 5 trip or '' for whichever it is on,
--       6 version that the trip has without this driver
-- Answer: the slot's number, which the trip's next state must be above; 0 where there is no slot.
local slot = redis.call('HMGET', KEYS[1], 'n', 'trip', 'tripversion', 'over', 'cell', 'gone', 'off')
local previous = tonumber(slot[1] or 0)
local trip = slot[2] or ''
-- Released before, over, another trip, or given back to this driver since: nothing to take.
if trip == '' or slot[4] == '1' then return previous end
if ARGV[5] ~= '' and (trip ~= ARGV[5] or tonumber(slot[3] or 0) >= tonumber(ARGV[6])) then return previous end

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local n = string.format('%.0f', math.max(previous + 1, now))
local nowText = string.format('%.0f', now)
-- A rider may sit in the car, or stand beside it: as after a drop-off, nobody is to follow it from there.
redis.call('HSET', KEYS[1], 'n', n, 'trip', '', 'status', '', 'tripversion', '0', 'shared', '', 'over', '', 'stop', '', 'idle', nowText, 'dropoff', nowText)
redis.call('HDEL', KEYS[1], 'near', 'arrived')
if slot[6] == '1' then redis.call('PEXPIRE', KEYS[1], (slot[7] or '') == '' and 86400000 or 604800000) end

local message = 't ' .. string.format('%.0f', previous) .. ' ' .. n .. ' ' .. trip .. ' ' .. ARGV[1]
redis.call('PUBLISH', ARGV[2], message)
if slot[5] and slot[5] ~= '' and slot[6] ~= '1' then redis.call('PUBLISH', ARGV[4] .. slot[5], message) end
redis.call('PUBLISH', ARGV[3], 'null')
return tonumber(n)
